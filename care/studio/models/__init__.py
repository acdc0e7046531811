"""Models: trained, measured, tried on live turns, put live without a pause, and taken back."""
