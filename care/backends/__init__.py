"""Wake-ups between the parts of the server: one protocol, in memory or over Redis."""

from care.backends.base import PubSub, Subscription
from care.backends.memory import MemoryPubSub

__all__ = ["MemoryPubSub", "PubSub", "Subscription"]
