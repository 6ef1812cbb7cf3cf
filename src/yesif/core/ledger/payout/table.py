"""A pay run as CSV: for a bank that takes nothing better, and for reading. Cells that a spreadsheet would run are
text."""

import csv
import io
from collections.abc import Sequence

from yesif.base.money import Money
from yesif.core.ledger.payout.bank import Account, Due, check_batch

COLUMNS = ("reference", "name", "kind", "bank", "account", "amount", "currency")


def write(*, currency: str, payer: Account, dues: Sequence[Due]) -> bytes:
    """The file: a head, one line each, UTF-8, CRLF. Raises BadInput."""
    check_batch("csv", currency, payer, dues)
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for due in dues:
        amount = str(Money(due.minor, currency)).split()[0]
        account = due.account
        rows.writerow([due.reference, cell(account.name), account.kind, account.bank, account.number, amount, currency])
    return out.getvalue().encode()


def cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
