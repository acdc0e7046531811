"""What we hold of a customer: shown, copied, removed (PIPL 45 and 47). The requests stand in ``care.customers.privacy``."""
