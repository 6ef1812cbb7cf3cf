"""What a performer decides about a take of theirs: seal and lift spans, watch together, release, withdraw."""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from yesif.apps.footage.actions import erasure
from yesif.apps.footage.actions.seals import NEVER_LIFTED
from yesif.apps.footage.models import Performance, SealedSpan
from yesif.apps.footage.queries.review import REVIEWABLE, length_ns, owned
from yesif.apps.footage.queries.withdrawal import is_fresh
from yesif.apps.people.models import Person
from yesif.apps.record import actions as record
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.media.store import open_store
from yesif.media.strongbox import name_of

WHYS = ("was-me", "off-record")
"""Why a span is sealed: "that was me, not the character", or off the record."""


@transaction.atomic
def seal(*, performance_id: str, performer_id: str, start_ns: int, end_ns: int, why: str, now: datetime) -> int:
    """Seal [start, end) of one's own performance, in take time; returns the span's id. The same span twice is one.

    The preview disappears in this transaction and comes back, rebuilt without the span, through the flow the caller
    starts. Raises NotFound, Conflict, BadInput.
    """
    performance = _reviewable(performance_id, performer_id)
    if why not in WHYS:
        raise BadInput("A span is sealed as “that was me” or “off the record”.")
    length = length_ns(performance) or 0
    if not 0 <= start_ns < end_ns <= length:
        raise BadInput(
            f"A sealed span lies inside the take, 0 to {length / 1e9:.2f} s, and ends after it starts;"
            f" you gave {start_ns / 1e9:.2f} to {end_ns / 1e9:.2f} s."
        )
    span, is_new = SealedSpan.objects.get_or_create(
        performance=performance,
        start_ns=start_ns,
        end_ns=end_ns,
        why=why,
        lifted_at=None,
        defaults={"sealed_at": now},
    )
    if is_new:
        _drop_preview(performance)
        _line(performance, now, what="sealed", start_ns=start_ns, end_ns=end_ns, why=why)
    return span.pk


@transaction.atomic
def lift(*, span_id: int, performer_id: str, now: datetime) -> str:
    """Undo a seal of one's own; returns the performance's id. Lifting twice is one. Raises NotFound, Conflict."""
    mine = SealedSpan.objects.filter(pk=span_id, performance__performer_id=performer_id)
    span = mine.select_related("performance").first()
    if span is None:
        raise NotFound
    performance = _reviewable(span.performance_id, performer_id)
    if span.why in NEVER_LIFTED:
        raise Conflict("What a cut or a pause sealed stays sealed, for both of you.")
    if span.why == "report":
        raise Conflict("The care desk holds this take; it says when the seal goes.")
    if span.sealed_by_id not in (None, performer_id):
        raise Conflict("Your partner went off the record here; only they can lift that.")
    if span.lifted_at is None:
        for one in _twins(span):
            one.lifted_at = now
            one.save(update_fields=["lifted_at"])
            _line(one.performance, now, what="lifted", start_ns=one.start_ns, end_ns=one.end_ns, why=one.why)
    return performance.id


def _twins(span: SealedSpan) -> list[SealedSpan]:
    """The span, and where it was said in the room, the same one in everyone's part."""
    if span.sealed_by_id is None:
        return [span]
    return list(
        SealedSpan.objects.filter(
            performance__take_id=span.performance.take_id,
            sealed_by_id=span.sealed_by_id,
            start_ns=span.start_ns,
            end_ns=span.end_ns,
            why=span.why,
            lifted_at=None,
        ).select_related("performance")
    )


@transaction.atomic
def watch_together(*, performance_id: str, performer_id: str, allowed: bool, now: datetime) -> None:
    """May the partner watch this performance in review? Both must say yes before either sees the other's."""
    performance = _reviewable(performance_id, performer_id)
    if performance.partner_may_watch != allowed:
        performance.partner_may_watch = allowed
        performance.save(update_fields=["partner_may_watch"])
        _line(performance, now, what="partner-may-watch" if allowed else "partner-may-not-watch")


@transaction.atomic
def release(*, performance_id: str, performer_id: str, now: datetime) -> None:
    """Hand the performance over for the uses its performer has said yes to, and for nothing else."""
    performance = _reviewable(performance_id, performer_id)
    if performance.state != "released":
        performance.state = "released"
        performance.reviewed_at = now
        performance.save(update_fields=["state", "reviewed_at"])
        _line(performance, now, what="released")


@transaction.atomic
def withdraw(*, performance_id: str, performer_id: str, now: datetime) -> None:
    """Take the performance out of everything from this commit on; within a week of the scene, also delete it by
    destroying its keys (RULES §4). Final; the fee is not touched. Raises NotFound."""
    performance = _locked(performance_id, performer_id)
    if performance.state == "withdrawn":
        return
    performance.state = "withdrawn"
    performance.withdrawn_at = now
    performance.partner_may_watch = False
    performance.save(update_fields=["state", "withdrawn_at", "partner_may_watch"])
    _drop_preview(performance)
    deleted = is_fresh(performance.take, now)
    if deleted:
        erasure.delete(performance, now=now)
    _line(performance, now, what="withdrawn", deleted=int(deleted))


def _reviewable(performance_id: str, performer_id: str) -> Performance:
    performance = _locked(performance_id, performer_id)
    if performance.state not in REVIEWABLE:
        raise Conflict(f"This take is {performance.state}: nothing about it can be changed now.")
    return performance


def _locked(performance_id: str, performer_id: str) -> Performance:
    # Held to the end of the transaction: a lease shares this row, so it is decided before a withdrawal or after it.
    list(Person.objects.select_for_update(no_key=True).filter(pk=performer_id).values("id"))
    # Seal, release and withdrawal of one performance come one after the other.
    list(Performance.objects.select_for_update().filter(pk=performance_id, performer_id=performer_id).values("id"))
    return owned(performance_id, performer_id)


def _drop_preview(performance: Performance) -> None:
    """Forget preview, poster and peaks: no page shows them from this commit on, and right after it no disk holds them.

    A crash between the two leaves bytes that no address leads to.
    """
    gone = {performance.preview_sha256, performance.poster_sha256, performance.peaks_sha256} - {""}
    transaction.on_commit(lambda: delete_unshown(performance.id, gone))
    performance.preview_sha256 = performance.poster_sha256 = performance.peaks_sha256 = ""
    performance.save(update_fields=["preview_sha256", "poster_sha256", "peaks_sha256"])


def delete_unshown(performance_id: str, digests: Collection[str]) -> None:
    """Delete films, posters and peaks that a performance does not show any more."""
    store = open_store(settings.STORAGE)
    for digest in digests:
        shown = Q(preview_sha256=digest) | Q(poster_sha256=digest) | Q(peaks_sha256=digest)
        if not Performance.objects.filter(shown, pk=performance_id).exists():
            store.delete(name_of(performance_id, digest))


def _line(performance: Performance, now: datetime, *, what: str, **more: int | str) -> None:
    record.append(
        kind="review",
        body={"performance": performance.id, "performer": performance.performer_id, "what": what, **more},
        about=[performance.performer_id],
        now=now,
    )
