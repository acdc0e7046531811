"""Companies: what they may want, and the lead to the account team."""
