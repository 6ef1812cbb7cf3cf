"""Which box a blob lies in: what is one performer's own in their performance's, what holds everyone's in the take's."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from yesif.apps.footage.models import FeatureTable, Performance, Track
from yesif.apps.keys import actions as keys
from yesif.base.errors import Conflict
from yesif.media.strongbox import Box, name_of

JOINT = ("heard",)
"""Kinds of track in which the partner is heard."""


@dataclass(frozen=True, slots=True)
class TakeBoxes:
    """The open boxes of a take: `own` by performance; `joint` is None where someone in the take is gone for good."""

    own: dict[str, Box]
    joint: Box | None

    def of_track(self, performance_id: str, kind: str) -> Box | None:
        """The box of a track of this kind; None where it can no longer be opened."""
        return self.joint if kind in JOINT else self.own.get(performance_id)


def boxes_of(*, take_id: str, now: datetime) -> TakeBoxes:
    """Open a take's boxes, making those that were never needed before; without those that were destroyed."""
    found = list(Performance.objects.filter(take_id=take_id).order_by("id"))
    own = {}
    for one in found:
        made = _opened(one.id, [one.performer_id], now)
        if made is not None:
            own[one.id] = made
    return TakeBoxes(own, _opened(take_id, [one.performer_id for one in found], now))


def box_of_track(track: Track, *, now: datetime) -> Box:
    """The box a track and its log lie in, made at its first mention. Raises Conflict where it was destroyed."""
    take = track.performance.take_id
    if track.kind not in JOINT:
        return keys.box_for(box_id=track.performance_id, owners=[track.performance.performer_id], now=now)
    owners = Performance.objects.filter(take_id=take).values_list("performer_id", flat=True)
    return keys.box_for(box_id=take, owners=list(owners), now=now)


def place_of_track(performance_id: str, take_id: str, kind: str) -> str:
    """The id of the box of a track of this kind."""
    return take_id if kind in JOINT else performance_id


def destroy_all(performances: Iterable[Performance], *, now: datetime) -> list[str]:
    """Destroy the boxes of these performances and of what their takes hold of everyone; forget what was measured.

    Returns the names of the blobs that lay in them, for the caller to delete once this is committed: without their keys
    they cannot be read, wherever a copy of them lies. Must run inside the caller's transaction.
    """
    mine = list(performances)
    takes = {one.take_id for one in mine}
    names = list(_names(mine)) + list(_joint_names(takes))
    keys.destroy_boxes(box_ids=[*(one.id for one in mine), *takes], now=now)
    FeatureTable.objects.filter(performance__in=mine).delete()
    FeatureTable.objects.filter(performance__take__in=takes, joint=True).delete()
    Track.objects.filter(performance__in=mine).update(sha256="", state="gone")
    Track.objects.filter(performance__take__in=takes, kind__in=JOINT).update(sha256="", state="gone")
    Performance.objects.filter(pk__in=[one.pk for one in mine]).update(
        summary={}, preview_sha256="", poster_sha256="", peaks_sha256=""
    )
    return names


def _opened(box_id: str, owners: list[str], now: datetime) -> Box | None:
    try:
        return keys.box_for(box_id=box_id, owners=owners, now=now)
    except Conflict:
        return None  # destroyed: nothing goes into it and nothing comes out any more


def _names(performances: Collection[Performance]) -> Iterable[str]:
    for one in performances:
        shown = [one.preview_sha256, one.poster_sha256, one.peaks_sha256]
        tracks = one.tracks.exclude(kind__in=JOINT)
        held = [digest for track in tracks for digest in (track.sha256, track.log_sha256)]
        held += one.features.filter(joint=False).values_list("sha256", flat=True)
        yield from (name_of(one.id, digest) for digest in {*shown, *held} - {""})


def _joint_names(takes: Collection[str]) -> Iterable[str]:
    tracks = Track.objects.filter(performance__take__in=takes, kind__in=JOINT)
    for take_id, *digests in tracks.values_list("performance__take_id", "sha256", "log_sha256"):
        yield from (name_of(take_id, digest) for digest in set(digests) - {""})
    tables = FeatureTable.objects.filter(performance__take__in=takes, joint=True).exclude(sha256="")
    for take_id, digest in tables.values_list("performance__take_id", "sha256").distinct():
        yield name_of(take_id, digest)
