"""A take log arrives: opened, grown byte by byte, checked against its signed chain, and declared safe.

The bytes live in `INCOMING/<upload id>` (see `media/incoming.py`), the facts about them here. Order at the end, so that
a crash anywhere is mended by asking again: the blob is durable in the store, then the facts change in one transaction,
then the incoming file goes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from yesif.apps.footage.boxes import JOINT, box_of_track
from yesif.apps.footage.models import Performance, Take, Track, Upload
from yesif.apps.footage.queries import uploads as queries
from yesif.base.errors import BadInput, Conflict, LimitReached, NotFound
from yesif.media import capture_receipt, incoming, strongbox
from yesif.media.capture_receipt import Claim
from yesif.media.store import Store
from yesif.media.strongbox import Box

OPENINGS_PER_MINUTE = 30
UPLOADS_PER_TRACK = 12
CALLED_OFF = "This take was called off before it began; the studio keeps nothing of it."
CLOSED = "This take is closed; nothing can be added to it."


class TooOften(LimitReached):
    """Asked again too soon; `seconds` says when to come back."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class Disagrees(Conflict):
    """The server holds other bytes than were signed; `offset` is the last byte both agree on, and where to go on."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"The bytes agree up to byte {offset}; send again from there.")
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Opened:
    """An upload to write to, and how many bytes it holds already."""

    upload_id: str
    offset: int


@dataclass(frozen=True, slots=True)
class Agreed:
    """A log whose hashes agree: its blob, its receipt, and whether that was already known.

    `dropped`: what everyone was heard in, after one of them took their part back. Its sender is done; nothing is kept.
    """

    upload_id: str
    sha256: str
    size: int
    receipt: dict[str, object]
    already: bool
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """What ended with this upload: was it the take's last missing one?"""

    take_id: str
    take_complete: bool


@transaction.atomic
def open_upload(*, take_id: str, kind: str, performer_id: str, key: str, now: datetime) -> Opened:
    """Open an upload for one's own performance, or find the one opened before with the same key.

    Finding it makes a creation whose answer was lost repeatable. Locks the performance's row.
    """
    if kind not in queries.KINDS:
        raise BadInput(f"A take has the tracks {', '.join(queries.KINDS)}.")
    public_key = capture_receipt.plain_jwk(key)
    performance = (
        Performance.objects.select_for_update()
        .select_related("take")
        .filter(take_id=take_id, performer_id=performer_id)
        .first()
    )
    if performance is None:
        raise NotFound
    if performance.take.state == "called-off":
        raise Conflict(CALLED_OFF)
    if performance.state == "withdrawn":
        raise Conflict(CLOSED)
    _not_too_often(performer_id, now)
    track = Track.objects.filter(performance=performance, kind=kind).first()
    if track is None:
        if performance.take.state == "sealed":
            raise Conflict(CLOSED)
        track, _ = Track.objects.get_or_create(performance=performance, kind=kind)
    # Of a take that was sealed since, the one that brought the track is found: its browser is told that it is safe.
    upload = track.uploads.filter(public_key=public_key, stopped_at=None).first()
    if upload is None:
        _may_begin(track, performance.take)
        upload = Upload.objects.create(track=track, performer_id=performer_id, public_key=public_key, made_at=now)
    if upload.ended_at is not None:
        return Opened(upload.id, track.log_bytes or 0)
    incoming.begin(queries.path_of(upload.id))
    return Opened(upload.id, incoming.offset(queries.path_of(upload.id)))


@transaction.atomic
def declare_length(*, upload_id: str, performer_id: str, length: int) -> None:
    """Say how long the log will be (tus: creation-defer-length). Once said, it stays."""
    found = queries.incoming(upload_id=upload_id, performer_id=performer_id)
    _length_fits(found, length)
    Upload.objects.filter(pk=upload_id, length=None).update(length=length)


@transaction.atomic
def stop(*, upload_id: str, performer_id: str, now: datetime) -> None:
    """Throw an unfinished upload away (tus: termination). Repeating it is no error; what is safe cannot be stopped."""
    found = queries.incoming(upload_id=upload_id, performer_id=performer_id)
    if found.ended:
        raise Conflict("This upload is complete; to take the performance back, withdraw it.")
    Upload.objects.filter(pk=upload_id, stopped_at=None).update(stopped_at=now)
    transaction.on_commit(lambda: queries.path_of(upload_id).unlink(missing_ok=True))


def agree(*, upload_id: str, performer_id: str, claim: Claim, store: Store, now: datetime) -> Agreed:
    """Hash what arrived, compare it with what was signed, and seal it into the store; or drop it, see `Agreed`.

    Raises Disagrees (the file is cut to the last agreeing piece, so that the sender goes on from there), BadInput where
    claim or signature is wrong in itself (nothing changes), Conflict for an upload that was stopped or declared longer.
    """
    found = queries.incoming(upload_id=upload_id, performer_id=performer_id)
    kept = capture_receipt.receipt(upload_id, claim, found.public_key)
    if found.stopped or found.called_off:
        raise Conflict(CALLED_OFF if found.called_off else "This upload was stopped.")
    _length_fits(found, claim.size)
    if found.ended:
        if (found.chain, found.log_bytes) != (claim.chain, claim.size):
            raise Conflict("This upload is complete, with other bytes than these.")
        return Agreed(upload_id, found.log_sha256, claim.size, kept, already=True)
    _claim_is_whole(upload_id, claim, found.public_key)
    box = _box(Track.objects.select_related("performance").get(uploads=upload_id), now)
    path = queries.path_of(upload_id)
    with incoming.locked(path) as file:
        sent = incoming.read_back(path, claim.size)
        wrong = _first_difference(sent, claim)
        if wrong is not None:
            incoming.cut(file, wrong)
            raise Disagrees(wrong)
        incoming.cut(file, claim.size)  # what lies beyond was never signed
        if box is not None:
            strongbox.put_file(store, box, path)
    return Agreed(upload_id, sent.sha256, sent.size, kept, already=False, dropped=box is None)


@transaction.atomic
def finish(*, agreed: Agreed, now: datetime) -> Finished:
    """Write down that a log is safe, and say whether that completed its take. Repeating it changes nothing."""
    upload = Upload.objects.select_for_update().select_related("track__performance").get(pk=agreed.upload_id)
    take_id = upload.track.performance.take_id
    fresh = upload.ended_at is None
    if fresh:
        Take.objects.select_for_update().get(pk=take_id)  # two last uploads at once: one of them sees both
        track = Track.objects.select_for_update().get(pk=upload.track_id)
        if not _is_awaited(track):
            raise Conflict(f"The {track.kind} of this take is already safe, from another upload.")
        track.state = "gone" if agreed.dropped or track.state == "gone" else "complete"
        track.log_sha256, track.log_bytes = agreed.sha256, agreed.size
        track.receipt = agreed.receipt
        track.save()
        upload.ended_at, upload.length = now, agreed.size
        upload.save()
        _received(upload.track.performance_id)
    return Finished(take_id, fresh and queries.take_is_complete(take_id=take_id))


def clear(*, upload_id: str) -> None:
    """Remove the incoming file of an upload that is safe. Call it after `finish` is committed."""
    if Upload.objects.filter(pk=upload_id, ended_at__isnull=False).exists():
        queries.path_of(upload_id).unlink(missing_ok=True)


def clear_leftovers(*, older_than: datetime) -> int:
    """Remove incoming files nobody will ask for: of uploads that ended or were stopped, of takes called off, and of
    tracks that were taken back while they came in.

    Returns how many; harmless to repeat.
    """
    unwanted = Q(track__performance__take__state="called-off") | Q(track__state="gone")
    closed = Upload.objects.filter(~Q(ended_at=None) | ~Q(stopped_at=None) | unwanted, made_at__lt=older_than)
    left = [one for one in closed.values_list("id", flat=True) if queries.path_of(one).exists()]
    for upload_id in left:
        queries.path_of(upload_id).unlink(missing_ok=True)
    return len(left)


def _may_begin(track: Track, take: Take) -> None:
    if not _is_awaited(track):
        raise Conflict(f"The {track.kind} of this take is already safe.")
    if take.state == "sealed":
        raise Conflict(CLOSED)
    if track.uploads.count() >= UPLOADS_PER_TRACK:
        raise TooOften(
            f"The {track.kind} of this take was begun {UPLOADS_PER_TRACK} times; continue one of them.", 3600
        )


def _not_too_often(performer_id: str, now: datetime) -> None:
    since = now - timedelta(minutes=1)
    if Upload.objects.filter(performer_id=performer_id, made_at__gt=since).count() >= OPENINGS_PER_MINUTE:
        raise TooOften(f"You opened {OPENINGS_PER_MINUTE} uploads within a minute; wait a minute and go on.", 60)


def _length_fits(found: queries.Incoming, length: int) -> None:
    if found.length not in (None, length):
        raise Conflict(f"This upload was declared to be {found.length} bytes long, not {length}.")
    if length > found.limit:
        raise LimitReached(f"A track of this kind brings at most {found.limit} bytes.")


def _claim_is_whole(upload_id: str, claim: Claim, public_key: str) -> None:
    pieces = -(-claim.size // incoming.PIECE_BYTES)
    if len(claim.pieces) != pieces:
        raise BadInput(f"{claim.size} bytes have {pieces} pieces, not {len(claim.pieces)}.")
    if incoming.chain_of(claim.pieces) != claim.chain:
        raise BadInput("The pieces do not lead to the chain that was signed.")
    if not capture_receipt.is_signed_by(public_key, upload_id, claim):
        raise BadInput("The signature is not by the key this upload was opened with.")


def _first_difference(sent: incoming.Sent, claim: Claim) -> int | None:
    """The byte at which the first differing or missing piece begins; None where all agree."""
    for number, (ours, theirs) in enumerate(zip(sent.pieces, claim.pieces, strict=False)):
        if ours != theirs:
            return number * incoming.PIECE_BYTES
    return None if sent.size == claim.size else sent.size


def _is_awaited(track: Track) -> bool:
    """May its log still come? Also where a partner took theirs back meanwhile: the sender is to reach an end."""
    return track.state == "uploading" or (track.state == "gone" and track.kind in JOINT and track.log_bytes is None)


def _box(track: Track, now: datetime) -> Box | None:
    """The box its log goes into; None for what a partner, who took their part back, is heard in."""
    try:
        return box_of_track(track, now=now)
    except Conflict:
        if track.kind in JOINT:
            return None
        raise


def _received(performance_id: str) -> None:
    tracks = Track.objects.filter(performance_id=performance_id)
    kinds = set(tracks.exclude(state="uploading").values_list("kind", flat=True))
    if {"voice", "camera"} <= kinds and not tracks.filter(state="uploading").exists():
        Performance.objects.filter(pk=performance_id, state="expected").update(state="received")
