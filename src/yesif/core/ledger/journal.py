"""The books as beancount and hledger read them, so that a stranger's program checks what ours says.

Every account becomes one name of theirs; every amount is written out with all its decimals, so nothing is rounded:
7.50 EUR is 7.50000000 there. What is held for someone is plus in our books and minus (a debt) in theirs; the sum is
zero in both.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from yesif.base.money import exponent
from yesif.core.ledger.entry import Entry

_ROOTS = {"outside": "Assets", "exchange": "Equity", "studio": "Income"}


@dataclass(frozen=True, slots=True)
class Dated:
    """An entry, its number in the journal, and when it was posted."""

    seq: int
    at: datetime
    entry: Entry


def account_name(account: str) -> str:
    """performer:per_01JD…:payable → Liabilities:Performer:Per-01JD…:Payable"""
    root = _ROOTS.get(account.split(":", 1)[0], "Liabilities")
    parts = [re.sub(r"[^A-Za-z0-9]+", "-", part).strip("-") for part in account.split(":")]
    return ":".join([root, *(part[:1].upper() + part[1:] for part in parts if part)])


def decimal(micro: int, currency: str) -> str:
    """−1234567 EUR → "-0.01234567"."""
    places = exponent(currency) + 6
    whole, part = divmod(abs(micro), 10**places)
    return f"{'-' if micro < 0 else ''}{whole}.{part:0{places}d}"


def beancount(entries: Iterable[Dated]) -> Iterator[str]:
    """Lines of a beancount ledger: options, one `open` an account, one transaction an entry."""
    kept = list(entries)
    yield 'option "title" "Yes, If"'
    for currency in sorted({one.entry.currency for one in kept}):
        yield f'option "operating_currency" "{currency}"'
        yield f'option "inferred_tolerance_default" "{currency}:0"'
    opened: dict[str, datetime] = {}
    for one in kept:
        for posting in one.entry.postings:
            opened.setdefault(account_name(posting.account), one.at)
    first = min(opened.values(), default=None)
    for name in sorted(opened):
        yield f"{first:%Y-%m-%d} open {name}"
    for one in kept:
        yield ""
        yield f'{one.at:%Y-%m-%d} * "{_text(one.entry.memo)}" "{_text(one.entry.key)}"'
        yield f"  seq: {one.seq}"
        yield from _postings(one, "  {name}  {amount} {currency}")


def hledger(entries: Iterable[Dated]) -> Iterator[str]:
    """Lines of a journal that `hledger check --strict` takes: accounts and commodities declared, then the entries."""
    kept = list(entries)
    for currency in sorted({one.entry.currency for one in kept}):
        yield f"commodity 1000.{'0' * (exponent(currency) + 6)} {currency}"
    for name in sorted({account_name(p.account) for one in kept for p in one.entry.postings}):
        yield f"account {name}"
    for one in kept:
        yield ""
        yield f"{one.at:%Y-%m-%d} * ({one.seq}) {_text(one.entry.memo)} | {_text(one.entry.key)}"
        yield from _postings(one, "    {name}  {amount} {currency}")


def _postings(one: Dated, form: str) -> Iterator[str]:
    for posting in one.entry.postings:
        line = form.format(
            name=account_name(posting.account),
            amount=decimal(-posting.micro, one.entry.currency),
            currency=one.entry.currency,
        )
        yield line if posting.line is None else f"{line} ; line {posting.line}"


def _text(text: str) -> str:
    return re.sub(r'["\\;|\n]', " ", text)
