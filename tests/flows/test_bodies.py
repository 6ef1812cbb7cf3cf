"""Bodies of the record are not encrypted: so they hold ids, numbers, digests; no name, no address, no typed words."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db.models import CharField, TextField

from tests.browser.world import CASTS, NAMES, world
from tests.flows import licensed, released
from tests.people import person
from yesif.apps.people.models import Person
from yesif.apps.record import actions as record
from yesif.apps.record.actions import seats
from yesif.apps.record.models import Line, RowOf
from yesif.flows import erase, revoke

pytestmark = pytest.mark.django_db

OURS = ("record.line", "record.rowof", "jobs.", "contenttypes.", "auth.", "sessions.", "market.run")
"""Tables in which nobody typed anything, and the runs a licensee declares: its model and environment, in its words."""


def said() -> Iterator[tuple[str, str]]:
    """(kind, text) of every body and row there is."""
    for line in Line.objects.exclude(body=None):
        yield line.kind, json.dumps(line.body, ensure_ascii=False)
    for row in RowOf.objects.exclude(body=None).select_related("line"):
        yield row.line.kind, json.dumps(row.body, ensure_ascii=False)


def personal() -> set[str]:
    """Every name and address here, and every sentence or note somebody typed, in whatever table it lies."""
    found = {text for one in Person.objects.all() for text in (one.email, one.stage_name) if text}
    for model in apps.get_models():
        if model._meta.label_lower.startswith(OURS):
            continue
        texts = [one.attname for one in model._meta.fields if isinstance(one, CharField | TextField)]
        for row in model._default_manager.values_list(*texts) if texts else ():
            found |= {text for text in row if text and " " in text.strip() and len(text) >= 8}
    return found


def told_in(bodies: list[tuple[str, str]], words: set[str]) -> list[tuple[str, str]]:
    """(kind, words) wherever a body tells them."""
    escaped = {one: json.dumps(one, ensure_ascii=False)[1:-1] for one in words}
    whole = {one: re.compile(rf"(?<!\w){re.escape(text)}(?!\w)") for one, text in escaped.items()}
    return [(kind, one) for kind, text in bodies for one in words if escaped[one] in text and whole[one].search(text)]


@pytest.fixture
def dated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The world moves its casts to today: for this test alone, or every test after it in this process is late."""
    for cast in CASTS:
        monkeypatch.setattr(cast, "NOW", cast.NOW)


@pytest.mark.usefixtures("dated")
def test_no_body_of_a_studio_with_something_on_every_page_says_a_name_an_address_or_a_note() -> None:
    world()
    now = datetime.now(UTC)
    seat = seats.give_seat(
        auditor=person("una").id, subject=person("bo").id, given_by=person("bo").id, until=now + timedelta(9), now=now
    )
    sentence = "Bo told me that the fee of March is missing."
    seats.put_finding(seat_id=seat, auditor=person("una").id, check="leaf", line=None, sentence=sentence, now=now)
    erase.erase(person_id=person("cy").id, now=now)
    record.close_day(day=now.date().isoformat(), now=now)
    bodies, words = list(said()), personal() | {name.title() for name in NAMES}  # as they were called when it was said
    assert {sentence, person("ana").email, "Ana Morel"} <= words
    assert len(bodies) > 40
    assert {"grant", "review", "session", "licence", "finding"} <= {kind for kind, _ in bodies}
    assert told_in(bodies, words) == []
    assert ("x", "Ana Morel") in told_in([("x", json.dumps({"who": "by Ana Morel"}))], words), "it would be found"


def test_no_body_of_what_is_released_leased_and_revoked_says_one_either() -> None:
    grants = {name: released.answer(name, now=datetime.now(UTC)) for name in ("ana", "bo")}
    released.play("ana", "bo")
    account = licensed.program()
    licence = licensed.licence()
    release = licensed.build(licence)
    with licensed.run(account, licence, release.id) as run:
        run.keys(release.folder)
        revoke.end_yes(grant_id=grants["ana"], performer_id=person("ana").id, now=datetime.now(UTC))
    bodies = list(said())
    assert {"release", "run-open", "lease", "revoke", "revocation-notice", "run-close"} <= {kind for kind, _ in bodies}
    assert told_in(bodies, personal()) == []
