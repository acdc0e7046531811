"""Orders: an offer in words, consent by one-time code, the proof of it, and only then the order."""
