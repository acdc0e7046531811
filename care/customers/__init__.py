"""Who is this: contacts and their channels, verification by one-time code, masking of personal data."""
