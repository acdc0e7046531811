"""Plans and add-ons: look-up, comparison, the offer for a change of plan, the lexicon for bot/."""
