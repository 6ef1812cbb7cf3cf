"""Uploads as their own performer may see them; for anyone else they are not there."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from yesif.apps.footage.models import Performance, Track, Upload
from yesif.base import ids
from yesif.base.errors import NotFound

KINDS = ("voice", "camera", "heard")
MAX_TAKE_HOURS = 1
"""A take is a scene of minutes; an hour bounds what one upload may fill."""
BYTES_PER_SECOND = {"voice": 400_000, "camera": 1_500_000, "heard": 200_000}
"""Most a track may bring: 192 kHz of 16-bit mono, three times the camera's 4 Mbit/s, 96 kHz of 16-bit mono."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One upload of one's own. `length` is declared at the end; `log_sha256` is there once the hashes agreed."""

    upload_id: str
    performer_id: str
    take_id: str
    performance_id: str
    kind: str
    called_off: bool
    public_key: str
    length: int | None
    limit: int
    ended: bool
    stopped: bool
    log_sha256: str
    log_bytes: int | None
    chain: str


@dataclass(frozen=True, slots=True)
class TrackBehind:
    """How far one track's upload is: bytes that arrived, and whether the hashes agreed."""

    performance_id: str
    kind: str
    arrived: int
    safe: bool


def incoming(*, upload_id: str, performer_id: str) -> Incoming:
    """The upload, for the performer whose performance it is. Raises NotFound for unknown and foreign alike."""
    found = (
        Upload.objects.select_related("track__performance__take")
        .filter(pk=upload_id, performer_id=performer_id, track__performance__performer_id=performer_id)
        .first()
        if ids.is_id(upload_id, "upl")
        else None
    )
    if found is None:
        raise NotFound
    track = found.track
    receipt = track.receipt or {}
    mine = receipt.get("upload") == found.id
    return Incoming(
        upload_id=found.id,
        performer_id=performer_id,
        take_id=track.performance.take_id,
        performance_id=track.performance_id,
        kind=track.kind,
        called_off=track.performance.take.state == "called-off",
        public_key=found.public_key,
        length=found.length,
        limit=limit_bytes(track.kind),
        ended=found.ended_at is not None,
        stopped=found.stopped_at is not None,
        log_sha256=track.log_sha256 if mine else "",
        log_bytes=track.log_bytes if mine else None,
        chain=str(receipt.get("chain", "")) if mine else "",
    )


def limit_bytes(kind: str) -> int:
    """Most bytes one upload of this kind may bring."""
    return MAX_TAKE_HOURS * 3600 * BYTES_PER_SECOND[kind]


def path_of(upload_id: str) -> Path:
    """The growing file of an upload. Raises NotFound for what is no upload's id (never a path a stranger typed)."""
    if not ids.is_id(upload_id, "upl"):
        raise NotFound
    return Path(settings.INCOMING) / upload_id


def take_is_complete(*, take_id: str) -> bool:
    """Is the take over, and has every performance its voice, its camera and whatever else was begun?"""
    performances = Performance.objects.filter(take_id=take_id).exclude(state="withdrawn")
    wanted = {(one, kind) for one in performances.values_list("id", flat=True) for kind in ("voice", "camera")}
    tracks = list(Track.objects.filter(performance__in=performances))
    begun = {(track.performance_id, track.kind) for track in tracks}
    over = performances.filter(take__cut_ns__isnull=False).exists()
    return over and wanted <= begun and all(track.state != "uploading" for track in tracks)


def behind(*, take_id: str) -> list[TrackBehind]:
    """How far each track of a take is, for the pages of its producer and performers."""
    tracks = Track.objects.filter(performance__take_id=take_id).prefetch_related("uploads").order_by("pk")
    return [
        TrackBehind(track.performance_id, track.kind, _arrived(track), track.state not in ("uploading", "failed"))
        for track in tracks
    ]


def _arrived(track: Track) -> int:
    if track.log_bytes is not None:
        return track.log_bytes
    paths = [path_of(upload.id) for upload in track.uploads.all()]
    return max((path.stat().st_size for path in paths if path.is_file()), default=0)
