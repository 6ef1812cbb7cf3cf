"""Read the books, by what it is about."""

from yesif.apps.money.queries.books import balance, balances_at, dated_journal, entry_of, journal

__all__ = ["balance", "balances_at", "dated_journal", "entry_of", "journal"]
