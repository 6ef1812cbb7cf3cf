"""Questions to a performer: what is asked, until when, and what was said."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.core.signing import BadSignature
from django.db.models import Q

from yesif.apps.consent.models import Question
from yesif.base.errors import NotFound
from yesif.core.policy.uses import CURRENT, LISTS, Form, Price, Use

_SALT = "yesif.consent.question/1"
_LINK_LIVES = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class QuestionSeen:
    """A question as the performer it was put to sees it. `state`: open, yes, no, or silent (too late: no)."""

    id: str
    performer_id: str
    use: Use
    performances: int
    asked_at: datetime
    answer_by: datetime
    answered_at: datetime | None
    state: str

    @property
    def copies(self) -> bool:
        """Is a copy of one's voice or face asked for? Then a Yes has a form of its own."""
        return self.use.what in CURRENT.copies


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter's link is for."""

    question: str
    performer: str


def token_of(question_id: str, performer_id: str) -> str:
    """What a letter's link ends in: it opens this question for this performer, and nothing else."""
    return signing.dumps([question_id, performer_id], salt=_SALT)


def of_token(token: str) -> Letter:
    """Whose question a link opens. Raises NotFound for one that is damaged, foreign or older than `_LINK_LIVES`."""
    try:
        question_id, performer_id = signing.loads(token, salt=_SALT, max_age=_LINK_LIVES)
    except (BadSignature, ValueError):
        raise NotFound from None
    return Letter(str(question_id), str(performer_id))


def question(question_id: str, performer_id: str, *, now: datetime) -> QuestionSeen:
    """One question put to this performer. Raises NotFound."""
    found = Question.objects.filter(pk=question_id, performer_id=performer_id).first()
    if found is None:
        raise NotFound
    return _seen(found, now)


def unasked(question_id: str) -> QuestionSeen:
    """A question for the flow that writes its letter, which has no viewer. Raises NotFound."""
    found = Question.objects.filter(pk=question_id).first()
    if found is None:
        raise NotFound
    return _seen(found, found.asked_at)


def questions_of(performer_id: str, *, now: datetime) -> list[QuestionSeen]:
    """Every question put to a performer, newest first."""
    found = Question.objects.filter(performer_id=performer_id).order_by("-asked_at", "-id")
    return [_seen(one, now) for one in found]


def open_to(performer_id: str, *, now: datetime) -> list[QuestionSeen]:
    """Those that still wait for an answer, the most pressing first."""
    found = Question.objects.filter(performer_id=performer_id, answer="", answer_by__gt=now)
    return [_seen(one, now) for one in found]


def states_of(subject: str, *, now: datetime) -> dict[str, int]:
    """What became of a licence's questions: open, yes, no and silent, counted. Never who."""
    counts = {"open": 0, "yes": 0, "no": 0, "silent": 0}
    for one in Question.objects.filter(subject=subject):
        counts[_state(one, now)] += 1
    return counts


def answered_otherwise(subject: str, *, now: datetime) -> set[str]:
    """Performers who were asked about a licence and can say Yes no more: they said No, or the time is over."""
    found = Question.objects.filter(subject=subject).exclude(answer="yes")
    return set(found.filter(Q(answer="no") | Q(answer_by__lte=now)).values_list("performer_id", flat=True))


def untold(subject: str, *, now: datetime) -> list[str]:
    """Questions about a licence whose letter has not left, while it could still be answered."""
    waiting = Question.objects.filter(subject=subject, told_at=None, answer="", answer_by__gt=now)
    return list(waiting.order_by("id").values_list("id", flat=True))


def use_of(one: Question) -> Use:
    """The use as it was put."""
    return Use(
        what=one.what,
        where=one.where,
        licensee=one.licensee,
        starts=one.starts,
        ends=one.ends,
        territories=frozenset(one.territories),
        price=Price(one.price_minor, one.price_currency) if one.price_minor is not None else None,
        form=Form(one.form),
        description=one.description,
        uses=LISTS[one.uses_version],
    )


def _state(one: Question, now: datetime) -> str:
    return one.answer or ("open" if now < one.answer_by else "silent")


def _seen(one: Question, now: datetime) -> QuestionSeen:
    return QuestionSeen(
        one.id, one.performer_id, use_of(one), one.performances, one.asked_at, one.answer_by, one.answered_at,
        _state(one, now),
    )  # fmt: skip
