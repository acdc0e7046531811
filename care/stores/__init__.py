"""The operator's shops."""
