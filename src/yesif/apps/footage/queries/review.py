"""What a performer sees of their own takes: list, picture, timeline, quality, seals. Times are take time, in ns."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import QuerySet

from yesif.apps.footage.models import Finding, Performance, SealedSpan, Take
from yesif.apps.record import queries as record
from yesif.apps.stage.models import Event, Place
from yesif.base.errors import NotFound

REVIEW_DAYS = 7
REVIEWABLE = ("in-review", "released")
"""States in which a performer may seal, lift, release or withdraw."""

SHOWN_EVENTS = ("card-shown", "countdown", "action", "cut", "paused", "resumed", "softened", "joined", "left")
"""Kinds of room event the timeline shows; whatever else the room writes stays between the room and the manifest."""

PLAYED = ("voice", "camera")
"""Kinds of track a preview is made of."""

REPORT = "report"
"""Why a take is sealed that its performer reported."""

KINDS_OF_MEDIA = ("preview", "poster", "peaks")


@dataclass(frozen=True, slots=True)
class Row:
    """One performance in a list."""

    id: str
    take_id: str
    title: str
    project: str
    partner: str
    state: str
    take_state: str
    number: int
    length_ns: int | None
    played_at: datetime
    decide_by: datetime | None  # 7 days from when it could be watched; not deciding is never a yes
    rejected: bool


@dataclass(frozen=True, slots=True)
class Span:
    """A sealed stretch; `id` lifts it."""

    id: int
    start_ns: int
    end_ns: int
    why: str
    sealed_at: datetime


@dataclass(frozen=True, slots=True)
class Quality:
    """One thing the checks noticed, the same for performer and producer. `verdict` is pass, warn or fail."""

    check: str
    verdict: str
    value: float | None
    unit: str
    threshold: float | None
    start_ns: int | None
    end_ns: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One room event inside the take."""

    at_ns: int
    kind: str
    mine: bool | None


@dataclass(frozen=True, slots=True)
class Side:
    """One half of the pair as the viewer may see it. `has_*` say what may be shown now."""

    performance_id: str
    stage_name: str
    has_preview: bool
    has_poster: bool
    has_peaks: bool
    turns: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Review:
    """Everything on one performer's review page."""

    row: Row
    own: Side
    partner: Side | None  # None unless both said yes to watching together, and the partner's part is there
    i_allow_watching: bool
    spans: tuple[Span, ...]
    findings: tuple[Quality, ...]
    events: tuple[Moment, ...]
    reviewed_at: datetime | None
    preview_expected: bool  # a preview is being made: the page may look again


@dataclass(frozen=True, slots=True)
class Media:
    """A blob someone may fetch now: the performance whose box it is in, its digest, its kind (of `KINDS_OF_MEDIA`)."""

    performance_id: str
    sha256: str
    kind: str


def session_in_review(performance_id: str, performer_id: str) -> str:
    """The session of a performer's own performance while it is in review. Raises NotFound."""
    found = Performance.objects.filter(pk=performance_id, performer_id=performer_id, state="in-review")
    session = found.values_list("take__scene__session_id", flat=True).first()
    if session is None:
        raise NotFound
    return session


def of_performer(performer_id: str) -> list[Row]:
    """All of a performer's own performances, newest first."""
    found = performances().filter(performer_id=performer_id).exclude(take__state="called-off").order_by("-take__id")
    return [_row(one) for one in found]


def review(performance_id: str, *, viewer_id: str) -> Review:
    """The review page of the viewer's own performance. Raises NotFound: not there, or not yours."""
    own = owned(performance_id, viewer_id)
    partner = partner_of(own)
    together = partner is not None and own.partner_may_watch and partner.partner_may_watch
    return Review(
        row=_row(own),
        own=side(own),
        partner=side(partner) if partner is not None and together and partner.state in REVIEWABLE else None,
        i_allow_watching=own.partner_may_watch,
        spans=spans(performance_id),
        findings=findings(performance_id),
        events=_events(own),
        reviewed_at=own.reviewed_at,
        preview_expected=own.state in REVIEWABLE and own.tracks.filter(kind__in=PLAYED, state="sealed").exists(),
    )


def shared_with(performer_id: str) -> dict[str, str]:
    """Every performance of a take this performer is in, and whose it is: a no may take the partner's clip out too."""
    takes = Performance.objects.filter(performer_id=performer_id).values("take_id")
    return dict(Performance.objects.filter(take_id__in=takes).values_list("id", "performer_id"))


def released_by(performer_ids: Collection[str]) -> dict[str, str]:
    """What these performers have handed over: performance → performer."""
    found = Performance.objects.filter(performer_id__in=performer_ids, state="released")
    return dict(found.values_list("id", "performer_id"))


def owned(performance_id: str, viewer_id: str) -> Performance:
    """The viewer's own performance, for the writes in `actions.review`. Raises NotFound."""
    found = performances().filter(pk=performance_id, performer_id=viewer_id).first()
    if found is None:
        raise NotFound
    return found


def media(performance_id: str, *, viewer_id: str, kind: str, now: datetime | None = None) -> Media:
    """What `viewer_id` may fetch of a performance right now: one's own, the partner's where both said yes, for the
    producer of its project one that its performer has released, for an auditor one that its performer shares with them.

    Asked again for every piece of a video, so a seal or a no holds from its commit on. Raises NotFound.
    """
    one = performances().filter(pk=performance_id).first()
    if one is None or kind not in KINDS_OF_MEDIA or one.state not in REVIEWABLE:
        raise NotFound
    for_others = one.state == "released" and one.take.scene.session.project.producer_id == viewer_id
    if not for_others and now is not None:
        for_others = (performance_id, one.performer_id) in record.clips_shared(viewer_id, now=now)
    if one.performer_id != viewer_id and not for_others:
        mine = partner_of(one)
        if mine is None or mine.performer_id != viewer_id or not (mine.partner_may_watch and one.partner_may_watch):
            raise NotFound
    digest = getattr(one, f"{kind}_sha256")
    if not digest or not leaves_out(one, sealed_by_either(one.take_id) if for_others else pair_seals(one.id)):
        raise NotFound
    return Media(performance_id, digest, kind)


def spans(performance_id: str) -> tuple[Span, ...]:
    """The living seals of a performance, by start."""
    found = SealedSpan.objects.filter(performance_id=performance_id, lifted_at=None).order_by("start_ns", "id")
    return tuple(Span(one.pk, one.start_ns, one.end_ns, one.why, one.sealed_at) for one in found)


def pair_seals(performance_id: str) -> list[tuple[int, int]]:
    """The seals of a performance that the two who played it see: all but those of a report."""
    return [(span.start_ns, span.end_ns) for span in spans(performance_id) if span.why != REPORT]


def sealed_by_either(take_id: str) -> tuple[tuple[int, int], ...]:
    """Every stretch of a take that one of its performers sealed: what a producer is shown nothing of."""
    found = SealedSpan.objects.filter(performance__take_id=take_id, lifted_at=None)
    return tuple(found.order_by("start_ns", "end_ns").values_list("start_ns", "end_ns").distinct())


def findings(performance_id: str, *, sealed: Collection[tuple[int, int]] | None = None) -> tuple[Quality, ...]:
    """What the checks said, worst first: the one list both performer and producer are shown. Nothing that lies wholly
    inside what is sealed: by its own performer, or the stretches given."""
    order = {"fail": 0, "warn": 1, "pass": 2}
    if sealed is None:
        sealed = pair_seals(performance_id)
    found = [one for one in Finding.objects.filter(performance_id=performance_id) if _in_the_open(one, sealed)]
    return tuple(
        Quality(f.check_name, f.verdict, f.value, f.unit, f.threshold, f.start_ns, f.end_ns, f.sentence)
        for f in sorted(found, key=lambda f: (order.get(f.verdict, 0), f.check_name, f.start_ns or 0))
    )


def _in_the_open(one: Finding, sealed: Collection[tuple[int, int]]) -> bool:
    if one.start_ns is None:
        return True
    return bool(without((one.start_ns, max(one.end_ns or 0, one.start_ns + 1)), list(sealed)))


def length_ns(performance: Performance) -> int | None:
    """From action to cut; None while the take rolls."""
    take = performance.take
    return None if take.cut_ns is None else take.cut_ns - take.action_ns


def performances() -> QuerySet[Performance]:
    """With everything a page names, so that a list costs as many queries as one row."""
    return Performance.objects.select_related(
        "performer", "take__scene__card", "take__scene__session__project"
    ).prefetch_related("take__performances__performer")


def partner_of(one: Performance) -> Performance | None:
    """The other one of a take of two."""
    others = [other for other in one.take.performances.all() if other.pk != one.pk]
    return others[0] if len(others) == 1 else None


def played_at(take: Take) -> datetime:
    """When it was played; when its session was to begin, where nobody ever entered."""
    session = take.scene.session
    if session.opened_ns is None:
        return session.starts_at
    return datetime.fromtimestamp((session.opened_ns + take.action_ns) // 1_000_000_000, UTC)


def _row(one: Performance) -> Row:
    partner = partner_of(one)
    return Row(
        id=one.id,
        take_id=one.take_id,
        title=one.take.scene.card.title,
        project=one.take.scene.session.project.title,
        partner=partner.performer.stage_name if partner else "",
        state=one.state,
        take_state=one.take.state,
        number=one.take.number,
        length_ns=length_ns(one),
        played_at=played_at(one.take),
        decide_by=one.take.sealed_at + timedelta(days=REVIEW_DAYS) if one.take.sealed_at else None,
        rejected=one.rejected_at is not None,
    )


def side(one: Performance, *, sealed: Collection[tuple[int, int]] | None = None) -> Side:
    """One half of a pair, for a page that has checked who may see it. `sealed`: what else than the performer's own
    seals it shows nothing of."""
    if sealed is None:
        sealed = pair_seals(one.id)
    whole = leaves_out(one, sealed)
    turns = tuple((int(a), int(b)) for a, b in one.summary.get("turns", []))
    return Side(
        performance_id=one.id,
        stage_name=one.performer.stage_name,
        has_preview=whole and bool(one.preview_sha256),
        has_poster=whole and bool(one.poster_sha256),
        has_peaks=whole and bool(one.peaks_sha256),
        # A seal hides who spoke when inside it, as it hides sound and picture.
        turns=tuple(piece for turn in turns for piece in without(turn, list(sealed))),
    )


def without(stretch: tuple[int, int], holes: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left of [start, end) when every hole is taken out of it."""
    left = [stretch]
    for start, end in holes:
        left = [piece for a, b in left for piece in ((a, min(b, start)), (max(a, end), b)) if piece[0] < piece[1]]
    return left


def leaves_out(one: Performance, sealed: Iterable[tuple[int, int]]) -> bool:
    """Does the preview of a performance show nothing of these stretches? A seal that is newer than the preview hides
    the preview whole."""
    dark = [(int(a), int(b)) for a, b in one.preview_leaves_out]
    return all(not without(span, dark) for span in sealed)


def _events(one: Performance) -> tuple[Moment, ...]:
    take = one.take
    if take.cut_ns is None:
        return ()
    seats = Place.objects.filter(session_id=take.scene.session_id).values_list("performer_id", flat=True)
    found = Event.objects.filter(
        session_id=take.scene.session_id, at_ns__gte=take.action_ns, at_ns__lte=take.cut_ns, kind__in=SHOWN_EVENTS
    )
    return tuple(
        Moment(e.at_ns - take.action_ns, e.kind, None if e.who_id not in seats else e.who_id == one.performer_id)
        for e in found.order_by("seq")
    )
