"""What others do while one performer goes from a listing to a statement: `python -m tests.browser.ask called {}` …"""

import email
from datetime import UTC, datetime, timedelta
from email.policy import default
from typing import Any

from django.conf import settings
from django.utils.timezone import now

from tests.apps import casting_cast as casting
from tests.people import person
from yesif.apps.casting import queries as bookings
from yesif.apps.casting.actions import blocks as acts
from yesif.apps.casting.actions import terms
from yesif.apps.casting.models import Project
from yesif.apps.people import queries as people
from yesif.apps.people.models import Person
from yesif.apps.stage.actions import presence
from yesif.flows import blocks, sequence_record


def called(title: str) -> dict[str, str]:
    """Pia's published call of this title; Bo is under contract."""
    casting.NOW = datetime.now(UTC)
    project = casting.published()
    Project.objects.filter(pk=project).update(title=title)
    return {"project": project, "bo": casting.under_contract(project, "bo")}


def letter(to: str) -> str:
    """The link in the newest letter to this address; "" while there is none: it is posted beside the page's answer."""
    letters = list(settings.EMAIL_FILE_PATH.glob("*"))
    for path in sorted(letters, key=lambda one: one.stat().st_mtime, reverse=True):
        found = email.message_from_bytes(path.read_bytes(), policy=default)
        if found["to"] == to:
            body = found.get_body(("plain",))
            assert body is not None
            return next(word for word in body.get_content().split() if word.startswith("http"))
    return ""


def offered(project: str, email: str) -> str:
    """Pia puts the contract to whoever applied with this address. They and Bo are of one sealed group, so that they may
    meet; in life the board pairs within groups."""
    who = people.id_of_address(email) or ""
    Person.objects.filter(pk=who).update(split_group=person("bo").split_group)
    return terms.put_offer(project_id=project, producer_id=person("pia").id, performer_id=who, now=now())


def block(project: str, bo: str) -> str:
    """A block that begins in ten minutes; Bo can."""
    made = acts.make_block(
        project_id=project, producer_id=person("pia").id, starts_at=now() + timedelta(minutes=10), minutes=90, seats=1,
        scenes=2, now=now(),
    )  # fmt: skip
    acts.can(block_id=made, performer_id=bo, would_stand_by=False, now=now())
    return made


def settled(block_id: str, bo: str) -> dict[str, Any]:
    """Pia settles the block, Bo confirms and comes in; the session, and Bo's link into its room."""
    blocks.settle(block_id, person("pia").id, now=now())
    acts.confirm(block_id=block_id, performer_id=bo, now=now())
    session = blocks.come_in(block_id, bo, now=now())
    return {"session": session, "link": people.sign_in_link(bo, onward=f"/room/{session}")}


def counted(email: str) -> int:
    """The studio's clocks have done their round: counted time is a fee, and its line stands in the tree."""
    who = people.id_of_address(email) or ""
    for one in bookings.bookings_of(who):
        presence.settle(booking_id=one.id, now=now())
    return sequence_record.now()


WHAT_OTHERS_DO = (called, letter, offered, block, settled, counted)
