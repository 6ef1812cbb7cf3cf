"""Reminders of a block, 72, 24 and 2 hours before, by two ways; where someone stays silent, an understudy hears.

A way is anything with `name` and `send`. Letters go through Django's e-mail backends. The other is the performer's own
calendar page, or, where YESIF_TEXT_CHANNEL names a class, SMS or push. Sent first, then written down: a crash between
the two sends one reminder twice, never none.
"""

import logging
import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, cast

from django.conf import settings
from django.core import signing
from django.core.mail import send_mail
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from yesif.apps.casting.actions import blocks as acts
from yesif.apps.casting.actions import reminders
from yesif.apps.casting.queries import blocks
from yesif.apps.people import queries as people
from yesif.base.errors import NotFound
from yesif.flows.engine import Run, workflow

logger = logging.getLogger(__name__)

SALT = "yesif.blocks.answer"
LAST = 2
"""Hours before the start at which silence calls an understudy."""


@dataclass(frozen=True, slots=True)
class Words:
    """One reminder in words; `link` answers it with one tap."""

    title: str
    text: str
    link: str


class Way(Protocol):
    """How a reminder reaches someone."""

    name: str

    def send(self, person_id: str, words: Words) -> bool:
        """Send; False where this person cannot be reached this way."""
        ...


class Letter:
    """By e-mail."""

    name = "letter"

    def send(self, person_id: str, words: Words) -> bool:
        try:
            send_mail(words.title, f"{words.text}\n\n{words.link}\n", None, [people.address_of(person_id)])
        except (OSError, smtplib.SMTPException, NotFound) as wrong:
            logger.error("a reminder could not be sent", extra={"kind": type(wrong).__name__})  # noqa: TRY400
            return False
        return True


class Page:
    """On the performer's calendar page: the row that says it was sent is what the page shows."""

    name = "page"

    def send(self, person_id: str, words: Words) -> bool:
        return True


def ways() -> list[Way]:
    """Letters, and the studio's other way."""
    other = cast("Way", import_string(settings.TEXT_CHANNEL)()) if settings.TEXT_CHANNEL else Page()
    return [Letter(), other]


@workflow("remind", every=timedelta(minutes=5))
def remind(job: Run) -> None:
    """Send what is due."""
    send_due(job.now())


def send_due(now: datetime) -> int:
    """Send every reminder that is due, each way once; returns how many. Silence at the last one calls an understudy."""
    sent, last = 0, set()
    for way in ways():
        for due in blocks.reminders_due(way.name, now=now):
            if way.send(due.performer_id, words_of(due)):
                reminders.sent(coming_id=due.coming_id, hours=due.hours, by=way.name, now=now)
                sent += 1
            if due.hours == LAST and not due.confirmed:
                last.add(due.block_id)
    for block_id in last:
        for _silent in blocks.unanswered(block_id):
            called = acts.call_understudy(block_id=block_id, now=now)
            if called is None:
                break
            call_understudy(block_id, called)
    return sent


def call_understudy(block_id: str, performer_id: str) -> None:
    """Tell an understudy to be ready, every way."""
    block = blocks.my_block(block_id, performer_id)
    words = Words(
        _("You are needed as understudy"),
        _("%(title)s, %(when)s UTC. Someone may be missing; you are paid for standing by and for playing.")
        % {"title": block.project_title, "when": f"{block.starts_at:%d %b %H:%M}"},
        _link(block_id, performer_id),
    )
    for way in ways():
        way.send(performer_id, words)


def words_of(due: blocks.Due) -> Words:
    """What a reminder says."""
    block = blocks.my_block(due.block_id, due.performer_id)
    partner = block.partner or _("standing by")
    return Words(
        _("In %(hours)d hours: %(title)s") % {"hours": due.hours, "title": block.project_title},
        _("%(when)s UTC, %(minutes)d minutes, %(partner)s. Say with one tap that you will be there, or that you can't.")
        % {"when": f"{block.starts_at:%d %b %H:%M}", "minutes": block.minutes, "partner": partner},
        _link(due.block_id, due.performer_id),
    )


def notices(performer_id: str) -> list[blocks.MyBlock]:
    """Blocks whose reminder stands on the performer's page: unanswered yet."""
    return [blocks.my_block(one, performer_id) for one in blocks.reminded_on_page(performer_id)]


def _link(block_id: str, performer_id: str) -> str:
    token = signing.dumps({"b": block_id, "p": performer_id}, salt=SALT)
    return f"{settings.PUBLIC_URL}/answer/{token}"
