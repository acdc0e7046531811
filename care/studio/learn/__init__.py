"""Learning from service: questions without an answer, phrases of agents, and what changes over the weeks."""
