"""The quality desk: takes their performers released, both tracks in step, what the checks said; never what is sealed.

A person looks at what the checks flagged and at a random 1 in 20; what nobody looks at is accepted as it is.
"""

import hashlib
from dataclasses import dataclass, replace

from django.db.models import Q

from yesif.apps.footage.models import Performance
from yesif.apps.footage.queries import review
from yesif.apps.footage.queries.review import Media, Quality, Review
from yesif.apps.people.models import Role
from yesif.base.errors import NotFound

PREFIX = "desk-"
SAMPLE_OF = 20


@dataclass(frozen=True, slots=True)
class ToLookAt:
    """A take on the desk, and why it is there: `flagged` by a check, or one of the random `sample`."""

    take_id: str
    title: str
    number: int
    project: str
    names: tuple[str, ...]
    fails: int
    warnings: int
    sample: bool
    rejected: int


@dataclass(frozen=True, slots=True)
class OnDesk:
    """One take as the desk sees it: a review whose two sides are both shown, and the findings of each."""

    review: Review
    parts: tuple[tuple[str, str, tuple[Quality, ...]], ...]  # performance, stage name, findings


def queue(producer_id: str) -> list[ToLookAt]:
    """Released takes of the producer's own projects that somebody should look at, worst first."""
    found: dict[str, list[Performance]] = {}
    mine = Performance.objects.filter(take__scene__session__project__producer_id=producer_id, state="released")
    for part in mine.select_related("performer", "take__scene__card", "take__scene__session__project").order_by(
        "position"
    ):
        found.setdefault(part.take_id, []).append(part)
    rows = [_row(parts) for parts in found.values()]
    wanted = [one for one in rows if one.fails or one.warnings or one.sample]
    return sorted(wanted, key=lambda one: (-one.fails, -one.warnings, one.take_id))


def take(take_id: str, *, viewer_id: str) -> OnDesk:
    """One take, to the producer of its project, as far as its performers released it. Raises NotFound."""
    parts = list(
        review.performances().filter(_of_desk(viewer_id), take_id=take_id, state="released").order_by("position")
    )
    if not parts:
        raise NotFound
    sealed = review.sealed_by_either(take_id)
    sides = [review.side(part, sealed=sealed) for part in parts]
    found = [review.findings(part.id, sealed=sealed) for part in parts]
    first = review.review(parts[0].id, viewer_id=parts[0].performer_id)
    return OnDesk(
        replace(first, own=sides[0], partner=sides[1] if len(sides) > 1 else None, findings=found[0]),
        tuple((part.id, part.performer.stage_name, each) for part, each in zip(parts, found, strict=True)),
    )


def media(performance_id: str, *, viewer_id: str, kind: str) -> Media:
    """What the desk may play of a performance right now: the film its performer reviewed and released, sealed stretches
    left out. Raises NotFound."""
    found = Performance.objects.filter(_of_desk(viewer_id), pk=performance_id, state="released").first()
    if found is None or not kind.startswith(PREFIX):
        raise NotFound
    producer = (
        found.take.scene.session.project.producer_id
    )  # as its producer would see it: no partner's seal in it either
    return review.media(performance_id, viewer_id=producer, kind=kind.removeprefix(PREFIX))


def _of_desk(viewer_id: str) -> Q:
    """The project's producer; and operators, who are the second and third people of a ruling."""
    if Role.objects.filter(person_id=viewer_id, role="operator").exists():
        return Q()
    return Q(take__scene__session__project__producer_id=viewer_id)


def in_sample(take_id: str) -> bool:
    """One take in 20, chosen by its own id: nobody can choose which, and everybody can check it."""
    return int.from_bytes(hashlib.sha256(take_id.encode()).digest()[:4]) % SAMPLE_OF == 0


def _row(parts: list[Performance]) -> ToLookAt:
    take_, sealed = parts[0].take, review.sealed_by_either(parts[0].take_id)
    verdicts = [one.verdict for part in parts for one in review.findings(part.id, sealed=sealed)]
    return ToLookAt(
        take_id=take_.id,
        title=take_.scene.card.title,
        number=take_.number,
        project=take_.scene.session.project.title,
        names=tuple(part.performer.stage_name for part in parts),
        fails=verdicts.count("fail"),
        warnings=verdicts.count("warn"),
        sample=in_sample(take_.id),
        rejected=sum(part.rejected_at is not None for part in parts),
    )
