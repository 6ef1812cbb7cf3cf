"""Read the books: balances, entries, the journal."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from yesif.apps.money.models import Close, EntryRow, PostingRow
from yesif.base.errors import NotFound
from yesif.core.ledger.entry import Entry, Posting


def balance(account: str, currency: str) -> int:
    """What an account holds, in micro-units."""
    found = PostingRow.objects.filter(account=account, entry__currency=currency).aggregate(total=Sum("micro"))
    return int(found["total"] or 0)


def balances_at(seq: int) -> dict[tuple[str, str], int]:
    """Every account's balance after entry number `seq`, in micro-units; accounts at zero are left out."""
    rows = (
        PostingRow.objects.filter(entry_id__lte=seq)
        .values_list("account", "entry__currency")
        .annotate(total=Sum("micro"))
    )
    return {(account, currency): int(total) for account, currency, total in rows if total}


def balances_of(prefix: str) -> dict[tuple[str, str], int]:
    """Balances of every account whose name starts so, by (account, currency); accounts at zero are left out."""
    rows = (
        PostingRow.objects.filter(account__startswith=prefix)
        .values_list("account", "entry__currency")
        .annotate(total=Sum("micro"))
    )
    return {(account, currency): int(total) for account, currency, total in rows if total}


def holdings() -> list[tuple[str, str, str]]:
    """What is set aside anywhere: project, holding and currency of each that is not empty."""
    found = []
    for (account, currency), micro in sorted(balances_of("project:").items()):
        _, project, kind, *holding = account.split(":", 3)
        if kind == "held" and micro > 0:
            found.append((project, "".join(holding), currency))
    return found


def balances_in(accounts: Iterable[str]) -> dict[tuple[str, str], int]:
    """Balances of these accounts, by (account, currency); those at zero are left out."""
    rows = (
        PostingRow.objects.filter(account__in=list(accounts))
        .values_list("account", "entry__currency")
        .annotate(total=Sum("micro"))
    )
    return {(account, currency): int(total) for account, currency, total in rows if total}


@dataclass(frozen=True, slots=True)
class CloseSeen:
    """A closed period, as it stands on the record."""

    seq: int
    last_seq: int
    balances: str
    entries: str
    at: datetime


def close(seq: int) -> CloseSeen:
    """One closed period. Raises NotFound."""
    found = Close.objects.filter(pk=seq).first()
    if found is None:
        raise NotFound
    return CloseSeen(found.seq, found.last_seq, found.balances, found.entries, found.at)


def entry_of(key: str) -> Entry | None:
    """The entry posted under `key`."""
    row = EntryRow.objects.filter(key=key).first()
    return _entry(row) if row else None


def journal(*, after: int = 0) -> Iterator[tuple[int, Entry]]:
    """Every entry after number `after`, in order, with its number: what an outside checker replays."""
    for seq, _, entry in dated_journal(after=after):
        yield seq, entry


def dated_journal(*, after: int = 0) -> Iterator[tuple[int, datetime, Entry]]:
    """As `journal`, with the moment each entry was posted."""
    for row in EntryRow.objects.filter(seq__gt=after).order_by("seq").prefetch_related("postings").iterator(500):
        yield row.seq, row.at, _entry(row)


def of_project(project: str) -> Iterator[tuple[int, datetime, Entry]]:
    """As `dated_journal`, of the entries that touch one project's money: its deposits, what was set aside, its fees.
    The caller has checked whose project it is."""
    touched = PostingRow.objects.filter(account__startswith=f"project:{project}:").values("entry_id")
    for row in EntryRow.objects.filter(seq__in=touched).order_by("seq").prefetch_related("postings").iterator(500):
        yield row.seq, row.at, _entry(row)


def _entry(row: EntryRow) -> Entry:
    postings = tuple(Posting(p.account, p.micro, p.line) for p in sorted(row.postings.all(), key=lambda p: p.pk))
    return Entry(row.key, row.currency, row.memo, postings, row.reverses or "")
