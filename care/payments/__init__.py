"""Payments: what is asked for, the gateway that takes the money, and how it gets onto the line's account."""
