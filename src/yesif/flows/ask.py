"""A licence that meets "ask me" becomes one question to each performer, with a letter that a press can answer."""

import logging
import smtplib
from collections import Counter
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from yesif.apps.consent import queries as consent
from yesif.apps.consent.actions import questions
from yesif.apps.consent.queries import questions as asked
from yesif.apps.footage.queries import review as footage
from yesif.apps.market import queries as market
from yesif.apps.people import queries as people
from yesif.base.errors import NotFound
from yesif.core.policy.decide import Reason
from yesif.core.policy.uses import Use
from yesif.flows.engine import Later, Run, workflow

logger = logging.getLogger(__name__)

TIME_TO_ANSWER = timedelta(days=7)
AGAIN = timedelta(minutes=10)
"""A letter that could not leave is tried again so much later, until its question is over."""


def awaiting(use: Use, *, now: datetime) -> dict[str, int]:
    """Who wants to be asked before this use may have their performances, and how many of theirs it would reach."""
    found = footage.released_by(consent.asking(use, now=now))
    decided = consent.decisions(performance_ids=found, use=use, now=now, reviewed_only=True)
    return dict(Counter(found[one] for one, decision in decided.items() if decision.reason is Reason.ASK))


def ask_later(*, licence_id: str, now: datetime) -> None:
    """Have a worker put a licence's questions, in the caller's transaction: the licence and they stand together."""
    ask_performers.enqueue(key=f"ask:{licence_id}:{now.isoformat()}", args={"licence": licence_id}, now=now)


@workflow("ask-performers", attempts=12)
def ask_performers(job: Run) -> dict[str, int]:
    """Ask everyone who wants to be asked about a licence, once each, and send their letters until each has left."""
    licence_id = str(job.args["licence"])
    terms = market.licence_terms(licence_id)
    if terms.state == "dropped":
        return {"asked": 0}
    use = market.use_of(terms)

    def put(found: dict[str, int]) -> None:
        ask(licence_id=licence_id, use=use, performers=found, now=job.now())

    found = job.step("ask", lambda: awaiting(use, now=job.now()), commit=put)
    if write(licence_id, now=job.now()):
        raise Later("Some letters could not leave; they are sent again.", AGAIN)
    return {"asked": len(found)}


def ask(*, licence_id: str, use: Use, performers: dict[str, int], now: datetime) -> list[str]:
    """Put a use to these performers, once for each licence; returns the new questions. They stand on the performers'
    pages whether a letter arrives or not."""
    return questions.ask(subject=licence_id, use=use, performers=performers, answer_by=now + TIME_TO_ANSWER, now=now)


def write(licence_id: str, *, now: datetime) -> int:
    """Send the letters of a licence's questions that have not left; returns how many could not.

    Sent first, then written down: a crash between the two sends one letter twice, never none.
    """
    unsent = 0
    for one in asked.untold(licence_id, now=now):
        try:
            if _letter(one):
                questions.told(question_ids=[one], now=now)
        except (OSError, smtplib.SMTPException) as wrong:
            logger.error("a question's letter could not be sent", extra={"kind": type(wrong).__name__})  # noqa: TRY400
            unsent += 1
    return unsent


def _letter(question_id: str) -> bool:
    """One letter; False where there is no address to send it to."""
    found = asked.unasked(question_id)
    try:
        address = people.address_of(found.performer_id)
    except NotFound:
        return False
    link = f"{settings.PUBLIC_URL}/questions/{asked.token_of(found.id, found.performer_id)}"
    text = render_to_string("letters/question.txt", {"question": found, "link": link})
    send_mail("A question about your scenes", text, None, [address])
    return True
