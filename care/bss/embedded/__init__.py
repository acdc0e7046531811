"""The demo operator: the protocol on tables of our own (see `care.bss.embedded.system`)."""

from care.bss.embedded.system import EmbeddedBss

__all__ = ["EmbeddedBss"]
