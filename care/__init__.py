"""Xiaoxun care server: everything but the understanding of the customer, which is Rasa's (``bot/``)."""
