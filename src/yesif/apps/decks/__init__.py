"""Cards both partners see, and persona notes only one of them sees."""
