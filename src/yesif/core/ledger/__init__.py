"""Money's rule book: entries that balance or are refused, splits that lose nothing, statements anyone can recompute."""
