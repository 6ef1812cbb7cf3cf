"""Write the books: post, reverse, close. Nothing is ever changed; the database itself refuses.

Postings go in before their entry, so that the database can sum them when the entry arrives (migration 0004). This is
the only place that writes either; it speaks SQL, because the ORM would cost more than the books.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper

from yesif.apps.money.models import Close, EntryRow, Guard
from yesif.apps.money.queries.books import balances_at, entry_of
from yesif.base.canonical import digest
from yesif.base.errors import BadInput, Conflict, NotFound, Refused
from yesif.core.ledger.entry import Entry, trial_balance_digest

_ENTRY = """INSERT INTO money_entryrow (seq, key, currency, memo, reverses, digest, at)
VALUES (%s, %s, %s, %s, %s, %s, %s)"""
_POSTING = "INSERT INTO money_postingrow (entry_id, account, micro, line) VALUES (%s, %s, %s, %s)"
_MONEY_POST = """SELECT * FROM money_post(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz,
%s::int[], %s::text[], %s::bigint[], %s::bigint[])"""
_AT_ONCE = 500


def post(*, entries: Sequence[Entry], now: datetime) -> list[int]:
    """Post entries, all or none, and return their numbers. An entry already posted under its key is returned as it is;
    raises Conflict where the key stands for another entry, BadInput where a posting does not say which line of the
    record caused it."""
    wanted: dict[str, Entry] = {}
    for entry in entries:
        if any(posting.line is None for posting in entry.postings):
            raise BadInput("line: every posting points at the line of the record that caused it.")
        if wanted.setdefault(entry.key, entry) != entry:
            raise Conflict("key: two different entries carry one key")
    digests = {key: entry.digest for key, entry in wanted.items()}
    try:
        known = _write_unknown(wanted, digests, now)
    except IntegrityError:
        if connection.in_atomic_block:
            raise  # the caller's transaction is lost; who looks at balances holds the guard and never comes here
        known = _write_unknown(wanted, digests, now)  # somebody posted one of these keys meanwhile: it is known now
    return [known[entry.key] for entry in entries]


@transaction.atomic
def _write_unknown(wanted: Mapping[str, Entry], digests: Mapping[str, str], now: datetime) -> dict[str, int]:
    write = _write_on_postgresql if connection.vendor == "postgresql" else _write_on_sqlite
    with connection.cursor() as cursor:
        return write(cursor, wanted, digests, now)


def _write_on_postgresql(
    cursor: CursorWrapper, wanted: Mapping[str, Entry], digests: Mapping[str, str], now: datetime
) -> dict[str, int]:
    """One question (`money_post`, migration 0004): each one more costs as much as an insert."""
    entries = list(wanted.values())
    postings = [(number, p.account, p.micro, p.line) for number, e in enumerate(entries, 1) for p in e.postings]
    columns = [list(column) for column in zip(*postings, strict=True)] or [[], [], [], []]
    rows = [(e.key, e.currency, e.memo, e.reverses or None, digests[e.key]) for e in entries]
    heads = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], [], []]
    cursor.execute(_MONEY_POST, [*heads, now, *columns])
    return _same(cursor.fetchall(), digests)


def _write_on_sqlite(
    cursor: CursorWrapper, wanted: Mapping[str, Entry], digests: Mapping[str, str], now: datetime
) -> dict[str, int]:
    """This transaction is alone (IMMEDIATE) and nothing is ever deleted, so the next numbers are free."""
    known = _known(cursor, digests)
    fresh = [entry for key, entry in wanted.items() if key not in known]
    if fresh:
        cursor.execute("SELECT COALESCE(MAX(seq), 0) FROM money_entryrow")
        numbered = list(enumerate(fresh, int(cursor.fetchone()[0]) + 1))
        at = connection.ops.adapt_datetimefield_value(now)
        cursor.executemany(_POSTING, [(n, p.account, p.micro, p.line) for n, entry in numbered for p in entry.postings])
        cursor.executemany(
            _ENTRY, [(n, e.key, e.currency, e.memo, e.reverses or None, digests[e.key], at) for n, e in numbered]
        )
        known.update((entry.key, number) for number, entry in numbered)
    return known


def _known(cursor: CursorWrapper, digests: Mapping[str, str]) -> dict[str, int]:
    keys, rows = list(digests), []
    for at in range(0, len(keys), _AT_ONCE):
        part = keys[at : at + _AT_ONCE]
        marks = ",".join(["%s"] * len(part))
        cursor.execute(f"SELECT key, seq, digest FROM money_entryrow WHERE key IN ({marks})", part)  # noqa: S608
        rows += cursor.fetchall()
    return _same(rows, digests)


def _same(rows: Sequence[tuple[str, int, str]], digests: Mapping[str, str]) -> dict[str, int]:
    if any(kept != digests[key] for key, _, kept in rows):
        raise Conflict("key: this key already stands for another entry")
    return {key: int(seq) for key, seq, _ in rows}


def guard() -> None:
    """Take the books' lock until the transaction ends: for whoever looks at a balance and posts by it."""
    if connection.vendor == "postgresql":
        Guard.objects.get_or_create(pk=1)
        Guard.objects.select_for_update().get(pk=1)


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
    guard()
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
