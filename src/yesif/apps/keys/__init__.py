"""Keys at rest: one for each performer, and below it the boxes their media is sealed in. Knows nobody but by id."""
