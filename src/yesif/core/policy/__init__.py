"""What a performance may be used for: the closed lists, what performers said, and the one decision."""
