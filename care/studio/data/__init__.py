"""The training data: read, changed and published as files of a git repository, which remain the truth."""
