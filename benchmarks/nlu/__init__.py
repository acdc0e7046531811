"""How well messages are understood: of our own data, of held-out sentences, of public sets."""
