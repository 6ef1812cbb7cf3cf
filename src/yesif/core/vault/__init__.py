"""Keys: media sealed in chunks that can be sought, keys wrapped in keys, and what destroying one makes unreadable."""
