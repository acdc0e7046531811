"""Appointments: engineers' visits and shops' counters, with as many in a slot as fit, and not one more."""
