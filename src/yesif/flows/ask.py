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
from yesif.apps.people import queries as people
from yesif.base.errors import NotFound
from yesif.core.policy.decide import Reason
from yesif.core.policy.uses import Use

logger = logging.getLogger(__name__)

TIME_TO_ANSWER = timedelta(days=7)


def awaiting(use: Use, *, now: datetime) -> dict[str, int]:
    """Who wants to be asked before this use may have their performances, and how many of theirs it would reach."""
    found = footage.released_by(consent.asking(use, now=now))
    decided = consent.decisions(performance_ids=found, use=use, now=now, reviewed_only=True)
    return dict(Counter(found[one] for one, decision in decided.items() if decision.reason is Reason.ASK))


def ask(*, licence_id: str, use: Use, now: datetime, answer_by: datetime | None = None) -> list[str]:
    """Ask everyone who wants to be asked about this licence, once each, and send their letters; returns the questions.

    The questions stand on the performers' pages whether a letter arrives or not.
    """
    made = questions.ask(
        subject=licence_id,
        use=use,
        performers=awaiting(use, now=now),
        answer_by=answer_by or now + TIME_TO_ANSWER,
        now=now,
    )
    sent = [one for one in made if _letter(one)]
    questions.told(question_ids=sent, now=now)
    return made


def _letter(question_id: str) -> bool:
    found = asked.unasked(question_id)
    try:
        address = people.address_of(found.performer_id)
    except NotFound:
        return False
    link = f"{settings.PUBLIC_URL}/questions/{asked.token_of(found.id, found.performer_id)}"
    text = render_to_string("letters/question.txt", {"question": found, "link": link})
    try:
        send_mail("A question about your scenes", text, None, [address])
    except (OSError, smtplib.SMTPException) as wrong:
        logger.error("a question's letter could not be sent", extra={"kind": type(wrong).__name__})  # noqa: TRY400
        return False
    return True
