"""The account of what happened: one line per fact, appended in the fact's own transaction."""
