"""What may be drawn of a take, and for whom: the same numbers for its performer and its producer.

A performer sees their own side, and the partner's where both said yes to watching together. The producer sees the sides
whose performers have released them: before that a performer may still seal what was private. Nothing of a sealed
stretch is drawn; for the producer that is what either performer sealed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from yesif.apps.footage.models import FeatureTable, Performance, Take
from yesif.apps.footage.queries.review import (
    REVIEWABLE,
    Quality,
    findings,
    leaves_out,
    owned,
    pair_seals,
    partner_of,
    sealed_by_either,
)
from yesif.base.errors import NotFound

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One stage of one side: its table, or why there is none. `sha256` is empty for that. `box`: what it is sealed in;
    `joint`: it was measured on both performers."""

    stage: str
    version: str
    part: str
    rows: int
    sha256: str
    skipped: str
    box: str
    joint: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One performer's side that may be drawn. `speaker`: 0 for the first position, 1 for the second."""

    performance_id: str
    stage_name: str
    own: bool
    speaker: int
    measured: tuple[Measurement, ...]
    findings: tuple[Quality, ...]
    summary: Mapping[str, object]
    sealed: tuple[Span, ...]
    has_preview: bool
    has_poster: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A take as it may be drawn for one viewer. `closed`: stage names of those whose side is not shown."""

    take_id: str
    title: str
    number: int
    project: str
    length_ns: int
    sides: tuple[Side, ...]
    closed: tuple[str, ...]

    @property
    def together(self) -> bool:
        """Are both sides shown? Only then is anything drawn that was measured on the two."""
        return len(self.sides) > 1


def of_performance(performance_id: str, *, viewer_id: str) -> Sheet:
    """The sheet of the viewer's own performance. Raises NotFound: not there, not yours, or withdrawn."""
    own = owned(performance_id, viewer_id)
    if own.state not in REVIEWABLE:
        raise NotFound
    partner = partner_of(own)
    both = partner is not None and own.partner_may_watch and partner.partner_may_watch
    shown = [own, partner] if partner is not None and both and partner.state in REVIEWABLE else [own]
    closed = () if partner is None or len(shown) == 2 else (partner.performer.stage_name,)
    sides = tuple(_side(one, viewer_id, sealed=pair_seals(one.id)) for one in shown)
    return _sheet(own.take, sides, closed)


def of_take(take_id: str, *, viewer_id: str) -> Sheet:
    """The sheet of a take of one of the producer's projects. Raises NotFound: not there, or not the viewer's."""
    take = (
        Take.objects.filter(pk=take_id, scene__session__project__producer_id=viewer_id)
        .exclude(state="called-off")
        .select_related("scene__card", "scene__session__project")
        .first()
    )
    if take is None:
        raise NotFound
    parts = list(take.performances.select_related("performer").order_by("position"))
    shown = [one for one in parts if one.state == "released"]
    closed = tuple(one.performer.stage_name for one in parts if one.state != "released")
    sealed = sealed_by_either(take_id)
    return _sheet(take, tuple(_side(one, viewer_id, sealed=sealed) for one in shown), closed)


def _sheet(take: Take, sides: tuple[Side, ...], closed: tuple[str, ...]) -> Sheet:
    length = 0 if take.cut_ns is None else take.cut_ns - take.action_ns
    session = take.scene.session
    return Sheet(take.id, take.scene.card.title, take.number, session.project.title, length, sides, closed)


def _side(one: Performance, viewer_id: str, *, sealed: Collection[tuple[int, int]]) -> Side:
    sealed = tuple(sorted(set(sealed)))
    whole = leaves_out(one, sealed)
    first = Performance.objects.filter(take_id=one.take_id).order_by("position").values_list("id", flat=True)[0]
    tables = FeatureTable.objects.filter(performance=one).order_by("part", "stage")
    return Side(
        performance_id=one.id,
        stage_name=one.performer.stage_name,
        own=one.performer_id == viewer_id,
        speaker=int(one.id != first),
        measured=tuple(_measurement(one, t) for t in tables),
        findings=findings(one.id, sealed=sealed),
        summary=one.summary,
        sealed=sealed,
        has_preview=whole and bool(one.preview_sha256),
        has_poster=whole and bool(one.poster_sha256),
    )


def _measurement(one: Performance, table: FeatureTable) -> Measurement:
    box = one.take_id if table.joint else one.id
    return Measurement(
        table.stage, table.version, table.part, table.rows, table.sha256, table.skipped, box, table.joint
    )
