"""Write the books: post, reverse, close. Nothing is ever changed; the database itself refuses."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from yesif.apps.money.models import Close, EntryRow, PostingRow
from yesif.apps.money.queries import balances_at, entry_of
from yesif.base.canonical import digest
from yesif.base.errors import Conflict, NotFound, Refused
from yesif.core.ledger.entry import Entry, trial_balance_digest


@transaction.atomic
def post(*, entries: Sequence[Entry], now: datetime) -> list[int]:
    """Post entries, all or none, and return their numbers. An entry already posted under its key is returned as it is;
    raises Conflict where the key stands for another entry."""
    wanted = {entry.key: entry for entry in entries}
    if len(wanted) != len(entries) and any(wanted[entry.key] != entry for entry in entries):
        raise Conflict("two different entries carry one key")
    known = {row.key: row for row in EntryRow.objects.filter(key__in=list(wanted))}
    for key, row in known.items():
        if row.digest != wanted[key].digest:
            raise Conflict("this key already stands for another entry")
    fresh = [entry for entry in wanted.values() if entry.key not in known]
    rows = EntryRow.objects.bulk_create(
        EntryRow(
            key=entry.key,
            currency=entry.currency,
            memo=entry.memo,
            reverses=entry.reverses or None,
            digest=entry.digest,
            at=now,
        )
        for entry in fresh
    )
    PostingRow.objects.bulk_create(
        PostingRow(entry=row, account=posting.account, micro=posting.micro, line=posting.line)
        for row, entry in zip(rows, fresh, strict=True)
        for posting in entry.postings
    )
    known.update((row.key, row) for row in rows)
    return [known[entry.key].seq for entry in entries]


def reverse(*, key: str, memo: str, now: datetime) -> int:
    """Take an entry back by its reversal. Doing it twice is one reversal. Raises NotFound."""
    entry = entry_of(key)
    if entry is None:
        raise NotFound
    return post(entries=[entry.reversal(memo=memo)], now=now)[0]


@transaction.atomic
def close(*, now: datetime) -> int:
    """Close the period up to the newest entry; returns the close's number. The caller appends its digests to the record
    in the same transaction. Raises Refused where nothing came since the last close or the books do not balance."""
    newest = EntryRow.objects.order_by("-seq").first()
    last = Close.objects.order_by("-seq").first()
    if newest is None or (last is not None and last.last_seq >= newest.seq):
        raise Refused("nothing was posted since the last close")
    since = last.last_seq if last is not None else 0
    digests = (
        EntryRow.objects.filter(seq__gt=since, seq__lte=newest.seq).order_by("seq").values_list("digest", flat=True)
    )
    return Close.objects.create(
        last_seq=newest.seq,
        balances=trial_balance_digest(balances_at(newest.seq)),
        entries=digest([last.entries if last else "", *digests]),
        at=now,
    ).seq
