"""Read pay runs, and who is due what."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, Sum

from yesif.apps.money.models import Payee, PayItem, PayRun, PostingRow
from yesif.apps.money.queries import papers
from yesif.base.errors import NotFound
from yesif.base.money import MICRO
from yesif.core.ledger.tax import kept_back

PAY_DAY = 4
"""Fridays: every week, whatever the sum."""


@dataclass(frozen=True, slots=True)
class DueSeen:
    """What one person is due: whole coins now, and which micro-units that takes. `kind` "" means no account yet."""

    performer: str
    minor: int
    payable_micro: int
    residue_micro: int
    withheld_micro: int
    kind: str


@dataclass(frozen=True, slots=True)
class ItemSeen:
    """One payment of a run."""

    performer: str
    minor: int
    reference: str
    state: str
    moved_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class RunSeen:
    """One pay run: `state` is drafted, half-approved, sent, paid or dropped."""

    id: str
    currency: str
    format: str
    day: date
    total_minor: int
    count: int
    made_by: str
    made_at: datetime
    first_by: str
    second_by: str
    sha256: str
    line: int | None
    state: str
    returned: int


def next_pay_day(today: date) -> date:
    """The next Friday, today if it is one."""
    return today + timedelta(days=(PAY_DAY - today.weekday()) % 7)


def due(currency: str, *, day: date, performer: str = "") -> list[DueSeen]:
    """Everyone with a coin or more to come in this currency, whether they have an account yet or not; less what is kept
    back on the day it is sent. Of one performer alone where one is named."""
    rows = (
        PostingRow.objects.filter(entry__currency=currency)
        .filter(account__startswith=f"performer:{performer}:" if performer else "performer:")
        .filter(Q(account__endswith=":payable") | Q(account__endswith=":residue"))
        .values_list("account")
        .annotate(total=Sum("micro"))
    )
    found: dict[str, dict[str, int]] = {}
    for account, total in rows:
        _, performer, stage = account.split(":")
        found.setdefault(performer, {})[stage] = int(total)
    kinds = dict(Payee.objects.filter(owner__in=list(found)).values_list("owner", "kind"))
    percents = papers.percents(list(found), day=day)
    seen = [
        _due(who, parts.get("payable", 0), parts.get("residue", 0), percents.get(who, 0), kinds.get(who, ""))
        for who, parts in sorted(found.items())
    ]
    return [one for one in seen if one.minor > 0]


def _due(performer: str, payable: int, residue: int, percent: int, kind: str) -> DueSeen:
    withheld = kept_back(payable, percent) if percent else 0
    return DueSeen(performer, (payable + residue - withheld) // MICRO, payable, residue, withheld, kind)


def currencies_due() -> list[str]:
    """Currencies in which anybody is due anything."""
    found = PostingRow.objects.filter(account__startswith="performer:", account__endswith=":payable")
    return sorted(set(found.values_list("entry__currency", flat=True)))


def runs() -> list[RunSeen]:
    """Every run, newest first."""
    found = PayRun.objects.annotate(n=Count("items"), back=Count("items", filter=Q(items__state="returned")))
    return [_run(one, one.n, one.back) for one in found]


def run(run_id: str) -> RunSeen:
    """One run. Raises NotFound."""
    found = PayRun.objects.filter(pk=run_id).first()
    if found is None:
        raise NotFound
    return _run(found, found.items.count(), found.items.filter(state="returned").count())


def items(run_id: str) -> list[ItemSeen]:
    """A run's payments."""
    found = PayItem.objects.filter(run_id=run_id).order_by("pk")
    return [ItemSeen(i.performer, i.minor, i.reference or "", i.state, i.moved_at, i.reason) for i in found]


def file(run_id: str) -> tuple[str, bytes]:
    """A sent run's file: name and bytes, those whose digest is on the record. Raises NotFound."""
    found = PayRun.objects.filter(pk=run_id).exclude(file=None).first()
    if found is None:
        raise NotFound
    ending = {"pain001": "xml", "aba": "aba", "nacha": "ach"}.get(found.format, "csv")
    return f"{found.id}.{ending}", bytes(found.file or b"")


def _run(one: PayRun, count: int, returned: int) -> RunSeen:
    if one.dropped_at:
        state = "dropped"
    elif one.paid_at:
        state = "paid"
    elif one.second_at:
        state = "sent"
    else:
        state = "half-approved" if one.first_by else "drafted"
    return RunSeen(
        one.id,
        one.currency,
        one.format,
        one.day,
        one.total_minor,
        count,
        one.made_by,
        one.made_at,
        one.first_by,
        one.second_by,
        one.sha256,
        one.line,
        state,
        returned,
    )
