"""One question to one performer about one licence, and its answer. Silence at the deadline is no."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from yesif.apps.consent import queries
from yesif.apps.consent.actions import grants
from yesif.apps.consent.actions.hold import own
from yesif.apps.consent.models import Question
from yesif.apps.consent.queries import questions
from yesif.base import ids
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.core.policy.grants import LONGEST_YEARS, Conditions, Credit, Grant, OnRevoke, years_after
from yesif.core.policy.uses import CURRENT, Use


@transaction.atomic
def ask(*, subject: str, use: Use, performers: Mapping[str, int], answer_by: datetime, now: datetime) -> list[str]:
    """Put this use to each performer, once for each licence (`subject`: its id); returns the ids of new questions.

    `performers`: who is asked → how many of their performances the licence would reach. Whoever was asked about the
    licence before is not asked again, whatever they said. Letters are the caller's part. Raises BadInput.
    """
    if answer_by <= now:
        raise BadInput("A question leaves time to answer it.")
    known = set(Question.objects.filter(subject=subject).values_list("performer_id", flat=True))
    asked = [
        Question(
            id=ids.new("que"),
            subject=subject,
            performer_id=performer,
            what=use.what,
            where=use.where,
            uses_version=use.uses.version,
            licensee=use.licensee,
            description=use.description,
            starts=use.starts,
            ends=use.ends,
            territories=sorted(use.territories),
            form=use.form,
            price_minor=use.price.minor if use.price else None,
            price_currency=use.price.currency if use.price else "",
            performances=reached,
            asked_at=now,
            answer_by=answer_by,
        )
        for performer, reached in sorted(performers.items())
        if performer not in known
    ]
    Question.objects.bulk_create(asked, ignore_conflicts=True)
    return sorted(Question.objects.filter(pk__in=[one.pk for one in asked]).values_list("id", flat=True))


@transaction.atomic
def answer(*, question_id: str, performer_id: str, yes: bool, now: datetime) -> None:
    """Answer one's own question; until its deadline the answer may be changed, the same answer again changes nothing.

    A Yes is a grant to this licensee for this use, until the licence ends; a No after it ends that grant. Raises
    NotFound, Conflict (too late; a copy; a standing No that would beat it).
    """
    own(performer_id)
    found = Question.objects.filter(pk=question_id, performer_id=performer_id)
    question = found.select_related("grant").first()
    if question is None:
        raise NotFound
    if question.answer == ("yes" if yes else "no"):
        return
    if question.answer_by <= now and yes:
        raise Conflict("The time to answer is over, and no answer counted as No. Nothing was changed.")
    if question.grant is not None and not yes:
        grants.end(question.grant, now=now)
    elif yes:
        question.grant_id = _granted(question, now)
    question.answer, question.answered_at = ("yes" if yes else "no"), now
    question.save(update_fields=["answer", "answered_at", "grant"])


@transaction.atomic
def told(*, question_ids: list[str], now: datetime) -> None:
    """The letters about these questions have left."""
    _open(question_ids).update(told_at=now)


def _open(question_ids: list[str]) -> QuerySet[Question]:
    return Question.objects.filter(pk__in=question_ids, told_at=None)


def _granted(question: Question, now: datetime) -> str:
    use = questions.use_of(question)
    asked = frozenset({use.what, use.where})
    if use.what in CURRENT.copies:
        raise Conflict("A copy of you is granted on a form of its own, confirmed twice. Nothing was changed.")
    standing = queries.answers_of(question.performer_id)
    if standing and asked & standing.grant.no:
        raise Conflict("Your own answers say No to this by now, and a No beats any Yes. Change that answer first.")
    terms = standing.grant.conditions if standing else None
    grant = Grant(
        id=ids.new("grt"),
        performer=question.performer_id,
        given_at=now,
        shown=asked,
        conditions=Conditions(
            until=min(use.ends, years_after(now, LONGEST_YEARS)),
            form=use.form,
            partner=terms.partner if terms else False,
            held_back=terms.held_back if terms else frozenset(),
            on_revoke=terms.on_revoke if terms else OnRevoke.STOP_NEW,
            credit=terms.credit if terms else Credit.NO_NAME,
            allowed=frozenset({use.licensee}),
            territories=use.territories,
            floor=use.price,
        ),
        yes=asked,
        uses_version=CURRENT.version,
    )
    grants.put(grant, now=now, reach="asked", question=question.id)
    return grant.id
