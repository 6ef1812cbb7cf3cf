"""May this performance be put to this use? The one place that answers (RULES §3, D1–D10).

Asked when a release is built and again whenever keys are leased (D8). Nobody is named in the answer but by id.

Each person identifiable in the take is asked alone: which living grants of theirs permit the use, for which parts, in
which form. Then (D4):

    together = what everyone in the take permits: the meet
    own      = together, or, where the performer allowed it and the partner cannot be heard or read in the track, what
               the performer alone permits

`own` never depends on the partner's answers where it may stand alone, so a partner's No cannot enlarge it (D7).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from yesif.core.policy.grants import NOTHING_SAID, Grant, Said, merged
from yesif.core.policy.uses import Form, Part, Use, licensee_key, refuse_naive

LEAK_LIMIT_DB = -40.0
"""Default threshold: the partner's voice, this far below one's own speech, counts as not heard in the track."""


class Reason(StrEnum):
    """Why. Reasons of one grant stand in the order they are asked; the last one reached is the one told."""

    YES = "yes"
    # the use itself
    NEVER = "never"
    OUTSIDE_TERM = "outside-term"
    # what beats any yes
    WITHDRAWN = "withdrawn"
    ANSWERED_NO = "answered-no"
    LICENSEE_REFUSED = "licensee-refused"
    HELD_BACK = "held-back"
    # what one grant lacks
    NO_ANSWER = "no-answer"
    REVOKED = "revoked"
    ENDED = "ended"
    OTHER_LICENSEE = "other-licensee"
    OTHER_PROJECT = "other-project"
    TERRITORY = "territory"
    PRICE = "price"
    SUSPENDED = "suspended"
    ASK = "ask-first"
    # the take
    PARTNER = "partner"
    SEALED = "sealed"


_REACHED = {reason: place for place, reason in enumerate(Reason)}


@dataclass(frozen=True, slots=True)
class Performance:
    """What a decision needs to know of one performance.

    `length_ns`: its length, 0 where unknown. `leak_db`: measured leak of the partner's voice, dB relative to one's own
    speech (negative), None where nothing was measured. `words_apart`: no word of the partner's is in the transcript.
    """

    id: str
    performer: str
    project: str = ""
    length_ns: int = 0
    leak_db: float | None = None
    words_apart: bool = False


@dataclass(frozen=True, slots=True)
class Extent:
    """How far: which parts, in which form. No parts is nothing, and then there is no form."""

    parts: frozenset[Part] = frozenset()
    form: Form | None = None

    def meet(self, other: "Extent") -> "Extent":
        """What both permit."""
        parts = self.parts & other.parts
        if not parts or self.form is None or other.form is None:
            return NOTHING
        return Extent(parts, min(self.form, other.form, key=lambda form: form.rank))

    def join(self, other: "Extent") -> "Extent":
        """What either permits."""
        forms = [form for form in (self.form, other.form) if form is not None]
        return Extent(self.parts | other.parts, max(forms, key=lambda form: form.rank)) if forms else NOTHING

    def within(self, other: "Extent") -> bool:
        """Is this no more than the other?"""
        return self == self.meet(other)


NOTHING = Extent()


@dataclass(frozen=True, slots=True)
class Cause:
    """What one person's answers came to: the grant that caused it, or "" for the absence of one."""

    performer: str
    grant: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Decision:
    """Permit or deny, how far, and because of what.

    `own` is what of this performance may leave; `together` what of the take's people may leave side by side (empty
    where the shared clip is removed). `cut_partner`: the partner's words are to be cut. `sealed`: [start, end) in ns of
    take time that is in nothing. `until`: it holds until then if nobody says anything more; None where denied.
    """

    performance: str
    reason: Reason
    causes: tuple[Cause, ...]
    own: Extent = NOTHING
    together: Extent = NOTHING
    cut_partner: bool = False
    sealed: tuple[tuple[int, int], ...] = ()
    until: datetime | None = None

    @property
    def permitted(self) -> bool:
        """May anything of this performance leave?"""
        return bool(self.own.parts)

    @property
    def parts(self) -> frozenset[Part]:
        """The parts of this performance that may leave."""
        return self.own.parts

    @property
    def form(self) -> Form | None:
        """The form in which they may leave; None where nothing may."""
        return self.own.form

    @property
    def grants(self) -> tuple[str, ...]:
        """The grants that caused it; empty where it was the absence of any."""
        return tuple(cause.grant for cause in self.causes if cause.grant)

    def grants_of(self, performer: str) -> tuple[str, ...]:
        """Those of them that are this performer's own: what a line may tell them."""
        return tuple(cause.grant for cause in self.causes if cause.grant and cause.performer == performer)


@dataclass(frozen=True, slots=True)
class _Voice:
    """What one person's answers come to: `full` for the take as it is, `alone` where the partner may say no to it."""

    causes: tuple[Cause, ...]
    full: Extent = NOTHING
    alone: Extent = NOTHING
    until: datetime | None = None


def decide(
    performance: Performance,
    use: Use,
    said: Mapping[str, Said],
    *,
    now: datetime,
    partners: Iterable[Performance] = (),
    leak_limit_db: float = LEAK_LIMIT_DB,
) -> Decision:
    """The decision for `performance`, given what everyone identifiable in it said, by performer.

    `partners` are the other performances of the same take; a performer missing from `said` said nothing, which is no.
    """
    refuse_naive(now)
    partners = tuple(partners)
    unfit = _unfit(use, now)
    if unfit is not None:
        return Decision(performance.id, unfit, (Cause(performance.performer, "", unfit),))
    mine = _ask(performance, use, said.get(performance.performer, NOTHING_SAID), now)
    if not mine.full.parts:
        return Decision(performance.id, mine.causes[0].reason, mine.causes)
    others = [_ask(one, use, said.get(one.performer, NOTHING_SAID), now) for one in partners]
    together = mine.full
    for other in others:
        together = together.meet(other.full)
    stands = bool(partners) and _stands_alone(performance, leak_limit_db)
    own = together.join(mine.alone) if stands else together
    causes = (*mine.causes, *(cause for other in others for cause in other.causes))
    if not own.parts:
        return Decision(performance.id, Reason.PARTNER, causes)
    sealed = _sealed(performance, partners, said)
    if _covers(sealed, performance.length_ns):
        return Decision(performance.id, Reason.SEALED, causes, sealed=sealed)
    rests_on = [mine] if own != together else [mine, *others]
    until = min([use.ends, *(voice.until for voice in rests_on if voice.until is not None)])
    return Decision(performance.id, Reason.YES, causes, own, together, own != together, sealed, until)


def _unfit(use: Use, now: datetime) -> Reason | None:
    """D6 and the use's own term."""
    if use.touches:
        return Reason.NEVER
    return None if use.starts <= now < use.ends else Reason.OUTSIDE_TERM


def _ask(one: Performance, use: Use, said: Said, now: datetime) -> _Voice:
    """What one person permits of one performance, whoever else is in it (D1–D3, D10)."""
    reached = [grant for grant in said.heard(now=now) if _reaches(grant, one, use)]
    refusals = _refusals(one, use, said, reached, now)
    if refusals:
        return _Voice(refusals)
    held_back = frozenset().union(*(grant.conditions.held_back for grant in reached))
    asked = [(_lack(grant, use, said, now), grant) for grant in reached]
    yes = [grant for lack, grant in asked if lack is None]
    if not yes:
        return _Voice(_nearest(one.performer, asked))
    parts = use.parts - held_back
    if not parts:
        held = tuple(grant for grant in reached if grant.conditions.held_back)
        return _Voice(tuple(Cause(one.performer, grant.id, Reason.HELD_BACK) for grant in held))
    return _Voice(
        tuple(Cause(one.performer, grant.id, Reason.YES) for grant in yes),
        _extent(parts, use, yes),
        _extent(parts, use, [grant for grant in yes if grant.conditions.partner]),
        min(grant.conditions.until for grant in yes),
    )


def _reaches(grant: Grant, one: Performance, use: Use) -> bool:
    """A core grant is for its project's own asking only; a grant for some performances, for those."""
    scope = grant.scope
    if scope.project:
        return scope.project == one.project == use.project
    return not scope.performances or one.id in scope.performances


def _refusals(one: Performance, use: Use, said: Said, reached: list[Grant], now: datetime) -> tuple[Cause, ...]:
    """D2: what beats any yes. It outlives the revocation and the end of the grant it was said in (D7)."""
    if said.withdrew(one.id, now=now):
        return (Cause(one.performer, "", Reason.WITHDRAWN),)
    asked = {use.what, use.where}
    said_no = tuple(Cause(one.performer, grant.id, Reason.ANSWERED_NO) for grant in reached if asked & grant.no)
    if said_no:
        return said_no
    key = licensee_key(use.licensee)
    refusing = [grant for grant in reached if key in grant.conditions.refused]
    return tuple(Cause(one.performer, grant.id, Reason.LICENSEE_REFUSED) for grant in refusing)


def _nearest(performer: str, asked: list[tuple[Reason | None, Grant]]) -> tuple[Cause, ...]:
    """The grants that came nearest to a yes, and what they lack; the absence of any where none has both answers."""
    lacks = [Cause(performer, grant.id, lack) for lack, grant in asked if lack is not None]
    furthest = max((cause.reason for cause in lacks), key=_REACHED.__getitem__, default=Reason.NO_ANSWER)
    if furthest is Reason.NO_ANSWER:
        return (Cause(performer, "", Reason.NO_ANSWER),)
    return tuple(cause for cause in lacks if cause.reason is furthest)


def _lack(grant: Grant, use: Use, said: Said, now: datetime) -> Reason | None:
    """What this grant lacks for the use, or None: it permits. A question helps only where nothing else is lacking."""
    terms = grant.conditions
    if not {use.what, use.where} <= grant.yes | grant.ask:
        return Reason.NO_ANSWER
    if any(one.grant == grant.id and one.at <= now for one in said.revocations):
        return Reason.REVOKED
    if terms.until <= now:
        return Reason.ENDED
    if terms.allowed and licensee_key(use.licensee) not in terms.allowed:
        return Reason.OTHER_LICENSEE
    if grant.copy is not None and grant.copy.description != use.description:
        return Reason.OTHER_PROJECT
    if terms.territories and not (use.territories and use.territories <= terms.territories):
        return Reason.TERRITORY
    if terms.floor is not None and not (use.price is not None and use.price.covers(terms.floor)):
        return Reason.PRICE
    # The core use was licensed by accepting the offer; any other licence when it was signed.
    licensed_at = grant.given_at if grant.scope.project else use.licensed_at
    if any(one.stops(licensed_at, now=now) for one in said.suspensions):
        return Reason.SUSPENDED
    return Reason.ASK if {use.what, use.where} & grant.ask else None


def _extent(parts: frozenset[Part], use: Use, grants: list[Grant]) -> Extent:
    """The parts, in the larger form of those grants, and never more than the use asks for."""
    if not grants:
        return NOTHING
    form = max((grant.conditions.form for grant in grants), key=lambda form: form.rank)
    return Extent(parts, min(form, use.form, key=lambda form: form.rank))


def _stands_alone(one: Performance, leak_limit_db: float) -> bool:
    """Is the partner neither heard nor read in this track? What was not measured is not known to be low."""
    return one.words_apart and one.leak_db is not None and one.leak_db < leak_limit_db


def _sealed(
    one: Performance, partners: tuple[Performance, ...], said: Mapping[str, Said]
) -> tuple[tuple[int, int], ...]:
    """D5: a stretch one person sealed is in nothing of anybody's, or it would be heard across the room."""
    return merged(
        span
        for each in (one, *partners)
        for span in said.get(each.performer, NOTHING_SAID).seals
        if span.performance == each.id
    )


def _covers(sealed: tuple[tuple[int, int], ...], length_ns: int) -> bool:
    return length_ns > 0 and any(start <= 0 and end >= length_ns for start, end in sealed)
