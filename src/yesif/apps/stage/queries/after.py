"""Who would play with whom again: `never_again` is for matching; a performer sees only their own answers."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from yesif.apps.stage.models import PlayAgain


@dataclass(frozen=True, slots=True)
class Answer:
    """What a performer answered about someone they played with."""

    about_id: str
    about: str
    answer: str
    blocked: bool


def never_again(performer_ids: Iterable[str] | None = None) -> frozenset[frozenset[str]]:
    """Pairs that must not meet: one of them, or both, said never. Which one is not in the answer. None: of everyone."""
    found = _among(performer_ids).filter(Q(answer="never") | Q(blocked=True))
    return frozenset(frozenset(pair) for pair in found.values_list("by_id", "about_id"))


def gladly_again(performer_ids: Iterable[str] | None = None) -> frozenset[frozenset[str]]:
    """Pairs that both said yes: partners who may build something over several sessions. None: of everyone."""
    found = _among(performer_ids).filter(answer="yes", blocked=False)
    said = set(found.values_list("by_id", "about_id"))
    return frozenset(frozenset((a, b)) for a, b in said if (b, a) in said)


def _among(performer_ids: Iterable[str] | None) -> QuerySet[PlayAgain]:
    if performer_ids is None:
        return PlayAgain.objects.all()
    among = list(performer_ids)
    return PlayAgain.objects.filter(by_id__in=among, about_id__in=among)


def own_answers(performer_id: str) -> list[Answer]:
    """What a performer answered, by the other's stage name."""
    found = PlayAgain.objects.filter(by_id=performer_id).select_related("about").order_by("about__stage_name")
    return [Answer(one.about_id, one.about.stage_name, one.answer, one.blocked) for one in found]


def answer_about(performer_id: str, about_ids: Iterable[str]) -> str:
    """The performer's own last answer about these partners; "" where there is none."""
    found = PlayAgain.objects.filter(by_id=performer_id, about_id__in=list(about_ids)).order_by("-answered_at").first()
    return found.answer if found else ""
