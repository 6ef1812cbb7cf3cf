"""Pay runs: drafted for everyone who is due anything, approved by two people, sent as a file; a payment that comes back
makes the money payable again. There is no sum below which people are not paid but the smallest coin."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from yesif.apps.money.actions.books import guard, post
from yesif.apps.money.files import render
from yesif.apps.money.models import PayItem, PayRun
from yesif.apps.money.queries.books import balances_in
from yesif.apps.money.queries.payruns import due
from yesif.base.errors import BadInput, Conflict, NotFound, Refused
from yesif.base.money import MICRO, Money
from yesif.core.ledger.entry import Entry, Posting, Stage, performer_account
from yesif.core.ledger.payout.bank import FORMATS, KIND_OF


@dataclass(frozen=True, slots=True)
class Sent:
    """What the second approval made: the file's digest, its total, and what each person gets, for the record."""

    run_id: str
    currency: str
    total_minor: int
    sha256: str
    rows: tuple[tuple[str, int], ...]


@transaction.atomic
def draft(*, currency: str, file_format: str, day: date, by: str, now: datetime) -> str:
    """Draft a run for everyone with a coin or more to come in this currency and an account that the format pays; its
    id. Moves nothing. Raises BadInput, Conflict while another draft is open, Refused where nobody is due."""
    if file_format not in FORMATS:
        raise BadInput(f"format: this house writes {', '.join(FORMATS)}, not {file_format[:20]!r}.")
    if FORMATS[file_format] and currency not in FORMATS[file_format]:
        raise BadInput(f"currency: a {file_format} file carries {FORMATS[file_format][0]}, not {currency[:3]}.")
    if day < now.date():
        raise BadInput("day: the bank is asked to pay today or later.")
    guard()
    if PayRun.objects.filter(currency=currency, second_at=None, dropped_at=None).exists():
        raise Conflict(f"There is a draft in {currency} already: approve or drop it first.")
    kind = KIND_OF.get(file_format)
    found = [one for one in due(currency, day=day) if one.kind and (kind is None or one.kind == kind)]
    if not found:
        raise Refused(f"payments: nobody with an account that a {file_format} file pays is due anything in {currency}.")
    total = sum(one.minor for one in found)
    run = PayRun.objects.create(
        currency=currency, format=file_format, day=day, made_by=by, made_at=now, total_minor=total
    )
    for one in found:
        item = PayItem.objects.create(
            run=run,
            performer=one.performer,
            minor=one.minor,
            payable_micro=one.payable_micro,
            residue_micro=one.residue_micro,
            withheld_micro=one.withheld_micro,
        )
        item.reference = f"YI{item.pk:010d}"
        item.save(update_fields=["reference"])
    return run.id


@transaction.atomic
def drop(*, run_id: str, now: datetime) -> None:
    """Drop a draft; nothing had moved. Raises NotFound, Conflict."""
    run = _locked(run_id)
    if run.second_at is not None:
        raise Conflict("This run was approved and sent; it cannot be dropped.")
    run.dropped_at = now
    run.save(update_fields=["dropped_at"])


@transaction.atomic
def approve(*, run_id: str, by: str, now: datetime) -> Sent | None:
    """Approve a run. The first approval moves nothing (None); the second, by somebody else, moves the money in flight
    and writes the file. The caller puts it on the record. Raises NotFound, Conflict, Refused, BadInput."""
    guard()
    run = _locked(run_id)
    if run.dropped_at is not None or run.second_at is not None:
        raise Conflict("This run is not open for approval any more.")
    if not run.first_by:
        run.first_by, run.first_at = by, now
        run.save(update_fields=["first_by", "first_at"])
        return None
    if run.first_by == by:
        raise Refused("Two different people approve a run; you did already.")
    items = list(run.items.order_by("pk"))
    _still_there(run, items)
    content = render(run, items, now)
    run.second_by, run.second_at, run.file = by, now, content
    run.sha256 = hashlib.sha256(content).hexdigest()
    run.save(update_fields=["second_by", "second_at", "file", "sha256"])
    return Sent(run.id, run.currency, run.total_minor, run.sha256, tuple((i.performer, i.minor) for i in items))


def _still_there(run: PayRun, items: list[PayItem]) -> None:
    held = balances_in(
        performer_account(item.performer, stage) for item in items for stage in (Stage.PAYABLE, Stage.RESIDUE)
    )
    for item in items:
        payable = held.get((performer_account(item.performer, Stage.PAYABLE), run.currency), 0)
        residue = held.get((performer_account(item.performer, Stage.RESIDUE), run.currency), 0)
        if payable < item.payable_micro or residue < item.residue_micro:
            raise Refused("payments: what is due has changed since this run was drafted. Drop it and draft it again.")


@transaction.atomic
def put_in_flight(*, sent: Sent, line: int, now: datetime) -> None:
    """Post the run that was just approved, under its line on the record. In the same transaction as `approve`."""
    run = _locked(sent.run_id)
    if run.line is not None:
        raise Conflict("This run is on the books already.")
    items = list(run.items.all())
    post(entries=[_flight(run, item, line) for item in items], now=now)
    run.line = line
    run.save(update_fields=["line"])
    run.items.update(state="in-flight", moved_at=now)


def _flight(run: PayRun, item: PayItem, line: int) -> Entry:
    account = {stage: performer_account(item.performer, stage) for stage in Stage}
    micro = item.minor * MICRO
    carried = item.payable_micro + item.residue_micro - micro - item.withheld_micro
    moves = {
        Stage.PAYABLE: -item.payable_micro,
        Stage.RESIDUE: carried - item.residue_micro,
        Stage.WITHHELD: item.withheld_micro,
        Stage.IN_FLIGHT: micro,
    }
    postings = tuple(Posting(account[stage], moved, line) for stage, moved in moves.items() if moved)
    return Entry(f"pay:{run.id}:{item.performer}", run.currency, "sent to the bank", postings)


@transaction.atomic
def paid(*, run_id: str, now: datetime) -> int:
    """The bank has carried a run out: what is still in flight has arrived; how many payments. Raises NotFound,
    Conflict."""
    guard()
    run = _locked(run_id)
    if run.line is None:
        raise Conflict("This run has not been sent.")
    items = list(run.items.filter(state="in-flight"))
    if items:
        post(entries=[_move(run, item, Stage.IN_FLIGHT, Stage.PAID, "paid", "paid") for item in items], now=now)
        PayItem.objects.filter(pk__in=[item.pk for item in items]).update(state="paid", moved_at=now)
    if run.paid_at is None:
        run.paid_at = now
        run.save(update_fields=["paid_at"])
    return len(items)


@transaction.atomic
def returned(*, reference: str, reason: str, now: datetime) -> Money:
    """A payment came back: all of it is payable again, at once, with what had been kept back of it for tax: that is
    kept back anew when it is sent anew. Raises NotFound, Conflict for one that came back before or was never sent,
    BadInput."""
    if not reason.strip():
        raise BadInput("reason: say what the bank said; the performer reads it.")
    guard()
    item = PayItem.objects.select_for_update().filter(reference=reference.strip()).select_related("run").first()
    if item is None:
        raise NotFound("reference: no payment carries it.")
    if item.state == "returned":
        raise Conflict(f"reference: {item.reference} came back already; it counts once.")
    if item.state not in ("in-flight", "paid"):
        raise Conflict(f"reference: {item.reference} has not been sent.")
    source = Stage.IN_FLIGHT if item.state == "in-flight" else Stage.PAID
    post(entries=[_back(item.run, item, source)], now=now)
    item.state, item.moved_at, item.reason = "returned", now, reason.strip()[:140]
    item.save(update_fields=["state", "moved_at", "reason"])
    return Money(item.minor, item.run.currency)


def _move(run: PayRun, item: PayItem, source: Stage, target: Stage, word: str, memo: str) -> Entry:
    micro = item.minor * MICRO
    postings = (
        Posting(performer_account(item.performer, source), -micro, run.line),
        Posting(performer_account(item.performer, target), micro, run.line),
    )
    return Entry(f"{word}:{run.id}:{item.performer}", run.currency, memo, postings)


def _back(run: PayRun, item: PayItem, source: Stage) -> Entry:
    sent, kept = item.minor * MICRO, item.withheld_micro
    moves = {source: -sent, Stage.WITHHELD: -kept, Stage.PAYABLE: sent + kept}
    postings = (
        Posting(performer_account(item.performer, stage), moved, run.line) for stage, moved in moves.items() if moved
    )
    return Entry(f"return:{run.id}:{item.performer}", run.currency, "came back", tuple(postings))


@transaction.atomic
def read_returns(*, text: str, now: datetime) -> list[str]:
    """A bank's list of returns, one `reference;reason` a line: all are taken or none. Raises BadInput, NotFound,
    Conflict (the same file twice)."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise BadInput("file: it names no payment.")
    taken = []
    for number, line in enumerate(lines, 1):
        reference, _, reason = line.partition(";")
        if not reason.strip():
            raise BadInput(f"file: line {number} is not `reference;reason`.")
        returned(reference=reference, reason=reason, now=now)
        taken.append(reference.strip())
    return taken


def _locked(run_id: str) -> PayRun:
    run = PayRun.objects.select_for_update().filter(pk=run_id).first()
    if run is None:
        raise NotFound
    return run
