"""Channels: each translates between its senders and the conversation core, and decides nothing."""
