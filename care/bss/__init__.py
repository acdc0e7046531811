"""The operator's own systems behind one protocol (see `care.bss.protocol`)."""
