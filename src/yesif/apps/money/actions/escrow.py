"""A producer's money for fees: paid in, set aside for a booking or block before it is booked, given back when it is
over."""

from datetime import datetime

from django.db import transaction

from yesif.apps.money.actions.books import guard, post
from yesif.apps.money.queries.books import balance, entry_of
from yesif.base.errors import BadInput, Refused
from yesif.base.money import MICRO, Money
from yesif.core.ledger import accounts
from yesif.core.ledger.entry import Entry, Posting


@transaction.atomic
def deposit(*, project_id: str, money: Money, key: str, line: int | None, now: datetime) -> int:
    """Money came in for a project's fees; the entry's number. What the project owed is covered first. The same key
    twice is one deposit. Raises BadInput, Conflict."""
    if money.minor <= 0:
        raise BadInput("amount: a deposit is above zero.")
    guard()
    known = entry_of(f"deposit:{key}")
    owing = -balance(accounts.owed(project_id), money.currency) if known is None else 0
    micro = money.minor * MICRO
    covers = min(micro, max(0, owing))
    if known is not None:
        covers = sum(one.micro for one in known.postings if one.account == accounts.owed(project_id))
    postings = [Posting(accounts.BANK, -micro, line if known is None else known.postings[0].line)]
    postings += [
        Posting(account, part, postings[0].line)
        for account, part in ((accounts.owed(project_id), covers), (accounts.escrow(project_id), micro - covers))
        if part
    ]
    return post(entries=[Entry(f"deposit:{key}", money.currency, "deposit", tuple(postings))], now=now)[0]


@transaction.atomic
def reserve(*, project_id: str, holding: str, micro: int, currency: str, now: datetime) -> None:
    """Set money aside for one booking or block, or refuse it: what is not covered is not booked. `holding`: its id; the
    same one twice is once. Raises Refused, BadInput."""
    if micro < 0:
        raise BadInput("amount: what is set aside is not below zero.")
    if micro == 0:
        return
    guard()
    if entry_of(f"hold:{holding}") is not None:
        return
    if balance(accounts.owed(project_id), currency) < 0:
        raise Refused("escrow: this project owes fees. Pay them in before you book again.")
    here = balance(accounts.escrow(project_id), currency)
    if here < micro:
        need, have = _up(micro, currency), Money(max(0, here) // MICRO, currency)
        raise Refused(f"escrow: this booking needs {need} set aside, and {have} is there. Pay in first.")
    postings = (Posting(accounts.escrow(project_id), -micro), Posting(accounts.held(project_id, holding), micro))
    post(entries=[Entry(f"hold:{holding}", currency, "set aside", postings)], now=now)


@transaction.atomic
def pass_on(*, project_id: str, source: str, holding: str, micro: int, currency: str, now: datetime) -> None:
    """Hand `micro` of one holding (a block's) to another (a booking's of that block), where it is all there; else
    nothing, and `reserve` asks escrow for it. The same `holding` twice is once."""
    guard()
    there = balance(accounts.held(project_id, source), currency)
    if micro <= 0 or there < micro or entry_of(f"hold:{holding}") is not None:
        return
    postings = (Posting(accounts.held(project_id, source), -micro), Posting(accounts.held(project_id, holding), micro))
    post(entries=[Entry(f"hold:{holding}", currency, "set aside", postings)], now=now)


@transaction.atomic
def release(*, project_id: str, holding: str, currency: str, now: datetime) -> int:
    """Give what is left of a holding back to the project's escrow; how much, in micro-units. Nothing left: 0. A fee
    that is taken back later puts its money into the holding again: that is given back as well."""
    guard()
    left = balance(accounts.held(project_id, holding), currency)
    if left <= 0:
        return 0
    postings = (Posting(accounts.held(project_id, holding), -left), Posting(accounts.escrow(project_id), left))
    key, times = f"give back:{holding}", 1
    while entry_of(key) is not None:
        times += 1
        key = f"give back:{holding}:{times}"
    post(entries=[Entry(key, currency, "given back", postings)], now=now)
    return left


def _up(micro: int, currency: str) -> Money:
    return Money(-(-micro // MICRO), currency)


def is_known(key: str) -> bool:
    """Was this deposit taken down already?"""
    return entry_of(f"deposit:{key}") is not None
