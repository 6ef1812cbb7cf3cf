"""Write the books, by what it is about: entries, escrow, fees, royalties, payees, pay runs."""

from yesif.apps.money.actions.books import close, post, reverse

__all__ = ["close", "post", "reverse"]
