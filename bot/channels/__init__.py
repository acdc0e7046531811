"""The one channel of the running product."""
