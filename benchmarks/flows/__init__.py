"""Whole conversations through the running product, and through plain Rasa with the same data: time, CPU, memory."""
