"""Tickets: matters that stay open until somebody has settled them."""
