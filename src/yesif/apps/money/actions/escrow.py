"""A producer's money for fees: paid in, set aside for a booking or block before it is booked, given back when it is
over. Each move points at a line of the record: `line` writes it, in the same transaction, and is asked only where
something moves."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from yesif.apps.money.actions.books import guard, post
from yesif.apps.money.queries.books import balance, entry_of
from yesif.base.errors import BadInput, Conflict, NotCovered
from yesif.base.money import MICRO, Money
from yesif.core.ledger import accounts
from yesif.core.ledger.entry import Entry, Posting

LineOf = Callable[[int], int]
"""Given the micro-units that move, writes the line of the record that says so, and returns its number."""


@transaction.atomic
def deposit(*, project_id: str, money: Money, key: str, line: LineOf, now: datetime) -> int:
    """Money came in for a project's fees; the entry's number. What the project owed is covered first. The same key
    twice is one deposit. Raises BadInput, Conflict where the key stands for another sum or project."""
    if money.minor <= 0:
        raise BadInput("amount: a deposit is above zero.")
    guard()
    micro = money.minor * MICRO
    known = entry_of(f"deposit:{key}")
    if known is not None:
        _same(known, project_id, micro, money.currency)
        return post(entries=[known], now=now)[0]
    covers = min(micro, max(0, -balance(accounts.owed(project_id), money.currency)))
    number = line(micro)
    moves = {accounts.BANK: -micro, accounts.owed(project_id): covers, accounts.escrow(project_id): micro - covers}
    postings = tuple(Posting(account, part, number) for account, part in moves.items() if part)
    return post(entries=[Entry(f"deposit:{key}", money.currency, "deposit", postings)], now=now)[0]


def _same(known: Entry, project_id: str, micro: int, currency: str) -> None:
    there = {one.account: one.micro for one in known.postings}
    theirs = {accounts.owed(project_id), accounts.escrow(project_id)} & set(there)
    if (-there[accounts.BANK], known.currency) != (micro, currency) or not theirs:
        was = Money(-there[accounts.BANK] // MICRO, known.currency)
        raise Conflict(f"key: a deposit of {was} was taken down under this key; another one needs another key.")


@transaction.atomic
def reserve(*, project_id: str, holding: str, micro: int, currency: str, line: LineOf, now: datetime) -> None:
    """Set money aside for one booking or block, or refuse it: what is not covered is not booked. `holding`: its id; the
    same one twice is once. Raises Refused, BadInput."""
    if micro < 0:
        raise BadInput("amount: what is set aside is not below zero.")
    if micro == 0:
        return
    guard()
    if entry_of(f"hold:{holding}") is not None:
        return
    owed, here = balance(accounts.owed(project_id), currency), balance(accounts.escrow(project_id), currency)
    lacks = _up(max(0, micro - max(0, here)) + max(0, -owed), currency).minor
    if owed < 0:
        raise NotCovered(
            "escrow: this project owes fees. Pay them in before you book again.", missing=lacks, currency=currency
        )
    if here < micro:
        need, have = _up(micro, currency), Money(max(0, here) // MICRO, currency)
        raise NotCovered(
            f"escrow: this booking needs {need} set aside, and {have} is there. Pay in first.",
            missing=lacks,
            currency=currency,
        )
    moves = {accounts.escrow(project_id): -micro, accounts.held(project_id, holding): micro}
    _move(f"hold:{holding}", currency, "set aside", moves, line(micro), now)


@transaction.atomic
def pass_on(
    *, project_id: str, source: str, holding: str, micro: int, currency: str, line: LineOf, now: datetime
) -> None:
    """Hand `micro` of one holding (a block's) to another (a booking's of that block), where it is all there; else
    nothing, and `reserve` asks escrow for it. The same `holding` twice is once."""
    guard()
    there = balance(accounts.held(project_id, source), currency)
    if micro <= 0 or there < micro or entry_of(f"hold:{holding}") is not None:
        return
    moves = {accounts.held(project_id, source): -micro, accounts.held(project_id, holding): micro}
    _move(f"hold:{holding}", currency, "set aside", moves, line(micro), now)


@transaction.atomic
def release(*, project_id: str, holding: str, currency: str, line: LineOf, now: datetime) -> int:
    """Give what is left of a holding back to the project's escrow; how much, in micro-units. Nothing left: 0. A fee
    that is taken back later puts its money into the holding again: that is given back as well."""
    guard()
    left = balance(accounts.held(project_id, holding), currency)
    if left <= 0:
        return 0
    moves = {accounts.held(project_id, holding): -left, accounts.escrow(project_id): left}
    key, times = f"give back:{holding}", 1
    while entry_of(key) is not None:
        times += 1
        key = f"give back:{holding}:{times}"
    _move(key, currency, "given back", moves, line(left), now)
    return left


def _move(key: str, currency: str, memo: str, moves: dict[str, int], line: int, now: datetime) -> None:
    postings = tuple(Posting(account, micro, line) for account, micro in moves.items())
    post(entries=[Entry(key, currency, memo, postings)], now=now)


def _up(micro: int, currency: str) -> Money:
    return Money(-(-micro // MICRO), currency)
