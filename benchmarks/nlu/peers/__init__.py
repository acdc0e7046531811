"""The classifiers that are compared: ours, and others trained and run on the same sentences on the same machine."""
