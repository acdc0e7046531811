"""Home broadband: where there is some, what it costs, which of it a line may have."""
