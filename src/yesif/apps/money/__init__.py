"""The books: entries that balance, accounts by name, closed periods. Knows nobody, only account names and ids."""
