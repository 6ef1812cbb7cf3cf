"""Who takes part: people, their roles, and the sealed group each performer plays in."""
