"""Our own recogniser of voice messages: what it costs, and how much of spoken Chinese it gets."""
