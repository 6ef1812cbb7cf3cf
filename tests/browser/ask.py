"""What a browser test may ask the studio's own database: `python -m tests.browser.ask QUESTION JSON`."""

import json
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from tests.apps import casting_cast as cast_of  # noqa: E402
from tests.browser.journey import WHAT_OTHERS_DO  # noqa: E402
from tests.people import person  # noqa: E402
from tests.web import scene  # noqa: E402
from yesif.apps.casting import queries as casting_queries  # noqa: E402
from yesif.apps.casting.actions import terms  # noqa: E402
from yesif.apps.casting.models import Project  # noqa: E402
from yesif.apps.consent.actions import questions  # noqa: E402
from yesif.apps.footage.boxes import place_of_track  # noqa: E402
from yesif.apps.footage.models import SealedSpan, Take, Track, Upload  # noqa: E402
from yesif.apps.keys import queries as keys  # noqa: E402
from yesif.apps.money.models import Fee  # noqa: E402
from yesif.apps.people import actions as joining  # noqa: E402
from yesif.apps.people import queries as people  # noqa: E402
from yesif.apps.people.actions import join  # noqa: E402
from yesif.apps.record.models import Line  # noqa: E402
from yesif.apps.stage.actions import presence  # noqa: E402
from yesif.apps.stage.models import Event, Place, Session  # noqa: E402
from yesif.apps.stage.queries import sessions as stage  # noqa: E402
from yesif.base import ids  # noqa: E402
from yesif.cli.demo import cast  # noqa: E402
from yesif.core.policy.uses import Use  # noqa: E402
from yesif.flows import blocks, sequence_record  # noqa: E402
from yesif.media.strongbox import Sealed  # noqa: E402
from yesif.media.takelog import chain  # noqa: E402


def book(cards: int = 1, starts_now: bool = False, language: str = "en") -> dict[str, Any]:
    """A booked session: ids by position, and a link into the room for each."""
    booked = cast.book(cards=cards)
    if starts_now:
        Session.objects.filter(pk=booked.session_id).update(starts_at=now())
    Project.objects.filter(pk=booked.project_id).update(language=language)
    onward = f"/room/{booked.session_id}"
    return {
        "session": booked.session_id,
        "project": booked.project_id,
        "producer": booked.producer_id,
        "performers": booked.performers,
        "links": {place: people.sign_in_link(who, onward=onward) for place, who in booked.performers.items()},
        "notes": {place: _told(booked.session_id, who) for place, who in booked.performers.items()},
    }


def _told(session: str, performer: str) -> list[str]:
    """Every sentence only this performer may know, of the scene on the table."""
    note = stage.private_note(session_id=session, performer_id=performer)
    return [text for text in (getattr(note, name) for name in note.__slots__) if len(text) > 12]


def link(person: str, onward: str = "/") -> str:
    """A sign-in link."""
    return people.sign_in_link(person, onward=onward)


def casting() -> dict[str, Any]:
    """A published call, six under contract, one open and one settled block, one contract put to Hal."""
    cast_of.NOW = datetime.now(UTC)
    project = cast_of.published()
    who = [cast_of.under_contract(project, name) for name in ("ana", "bo", "dora", "emil", "fay", "gus")]
    settled, still_open = cast_of.block(project), cast_of.block(project, in_hours=100)
    for one in who:
        cast_of.can(settled, one, would_stand_by=True)
        cast_of.can(still_open, one)
    pia, hal = person("pia").id, cast_of.performer("hal")
    blocks.settle(settled, pia, now=cast_of.NOW)
    cast_of.apply(project, hal)
    joining.keep_age_check(person_id=hal, verdict=True, method="test", lasts=timedelta(days=300), now=cast_of.NOW)
    offer = terms.put_offer(project_id=project, producer_id=pia, performer_id=hal, now=cast_of.NOW)
    deck = casting_queries.deck_ids_of(project)[0]
    people_of = {"ana": who[0], "hal": hal, "pia": pia}
    return {"project": project, "settled": settled, "offer": offer, "deck": deck, "people": people_of}


def takes(session: str) -> list[dict[str, Any]]:
    """Every take of a session that was played: id and state."""
    found = (
        Take.objects.filter(scene__session_id=session).exclude(state="called-off").order_by("scene__order", "number")
    )
    return [{"id": take.id, "state": take.state, "reason": take.reason} for take in found]


def states(session: str) -> list[str]:
    """The states of a session's takes, in order."""
    return [take["state"] for take in takes(session)]


def tracks(take: str) -> list[dict[str, Any]]:
    """What the studio holds of a take: per track its digests, its file and its manifest."""
    found = Track.objects.filter(performance__take_id=take).select_related("performance").order_by("kind")
    return [
        {
            "position": track.performance.position,
            "kind": track.kind,
            "state": track.state,
            "log_sha256": track.log_sha256,
            "log_bytes": track.log_bytes,
            "log": _copy(track, track.log_sha256),
            "path": _copy(track, track.sha256),
            "manifest": track.manifest,
        }
        for track in found
    ]


def _copy(track: Track, sha256: str) -> str:
    """A copy of what the studio holds sealed, for a test to look into; empty where it holds nothing."""
    if not sha256:
        return ""
    folder = settings.DATA / "looked-into"
    folder.mkdir(exist_ok=True)
    box = keys.box(place_of_track(track.performance_id, track.performance.take_id, track.kind))
    return str(Sealed(settings.STORAGE, box, sha256).copy(folder))


def log(sha256: str) -> str:
    """A copy of the take log of this digest."""
    return _copy(Track.objects.select_related("performance").get(log_sha256=sha256), sha256)


def sealed(session: str) -> dict[str, Any]:
    """Every living seal of a session's one take, and the take's length."""
    [take] = Take.objects.filter(scene__session_id=session).exclude(state="called-off")
    spans = SealedSpan.objects.filter(performance__take=take, lifted_at=None).select_related("performance")
    return {
        "length_ns": (take.cut_ns or 0) - take.action_ns,
        "spans": [
            {"position": one.performance.position, "why": one.why, "start_ns": one.start_ns, "end_ns": one.end_ns}
            for one in spans
        ],
    }


def kinds(session: str) -> list[str]:
    """What happened in a room, in order."""
    return list(Event.objects.filter(session_id=session).order_by("seq").values_list("kind", flat=True))


def stood_up_fees(session: str) -> int:
    """How many stood-up fees stand in the books for a session."""
    bookings = Place.objects.filter(session_id=session).values_list("booking_id", flat=True)
    return Fee.objects.filter(booking__in=list(bookings), kind="stood-up").count()


def received(take: str) -> dict[str, int]:
    """Bytes on disk of uploads still on their way in, by position and kind."""
    found = Upload.objects.filter(track__performance__take_id=take, stopped_at=None).select_related(
        "track__performance"
    )
    sizes = {}
    for upload in found:
        path = settings.INCOMING / upload.id
        name = f"{upload.track.performance.position} {upload.track.kind}"
        sizes[name] = path.stat().st_size if path.exists() else (upload.track.log_bytes or 0)
    return sizes


def damage(session: str) -> list[str]:
    """Logs of a session whose bytes are not what their browser signed, and takes that are there more than once."""
    wrong = []
    for track in Track.objects.filter(performance__take__scene__session_id=session).exclude(log_sha256=""):
        found = chain(Path(_copy(track, track.log_sha256)))
        receipt = track.receipt or {}
        if (found.sha256, found.size, found.chain) != (track.log_sha256, receipt.get("bytes"), receipt.get("chain")):
            wrong.append(f"{track.kind} of {track.performance_id}")
    sealed = Line.objects.filter(kind="track-sealed").values_list("body__track", flat=True)
    return wrong + [f"{one} sealed twice" for one, times in Counter(sealed).items() if times > 1]


def performer(email: str) -> str:
    """Somebody who performs, made at first mention; returns their id."""
    known = people.id_of_address(email)
    return known or join(email=email, stage_name=email.split("@")[0].title(), role="performer", now=now())


def question(person: str) -> str:
    """A question of Lab's to this performer, open for a week; returns its id."""
    use = Use("understand-feeling", "care", "Lab", now() - timedelta(days=1), now() + timedelta(days=90))
    subject, by = ids.new("lic"), now() + timedelta(days=7)
    return questions.ask(subject=subject, use=use, performers={person: 3}, answer_by=by, now=now())[0]


def earned() -> dict[str, str]:
    """A session of this house whose performers have earned a fee each, sequenced into the record; and who runs it."""
    booked = cast.book(cards=1)
    # The same people may have earned before in this studio, and no minute of theirs is paid twice.
    at = now() + timedelta(minutes=5 + 20 * Fee.objects.count())
    for who in booked.performers.values():
        for step in range(0, 601, 20):
            moment = int(at.timestamp() + step) * 1_000_000_000
            presence.checking(performer_id=who, studio_ns=moment, now=now())
        presence.settle(booking_id=Place.objects.get(session=booked.session_id, performer=who).booking_id, now=now())
    sequence_record.now()
    return {
        "performer": booked.performers["a"],
        "project": booked.project_id,
        "pia": booked.producer_id,
        "ola": person("ola").id,
        "year": str(now().year),
    }


def played() -> dict[str, str]:
    """A take of Ana's and Bo's that is ready for review: Ana, and her part of it."""
    made = scene.played()
    return {"ana": person("ana").id, "performance": made.ana}


def every_page() -> dict[str, Any]:
    """A world with something on every page; every page of it."""
    from tests.browser import pages

    return pages.every_page()


QUESTIONS = {
    one.__name__: one
    for one in (
        *WHAT_OTHERS_DO,
        performer,
        question,
        earned,
        played,
        book,
        link,
        casting,
        takes,
        states,
        tracks,
        log,
        received,
        damage,
        sealed,
        kinds,
        stood_up_fees,
        every_page,
    )
}

if __name__ == "__main__":
    print(json.dumps(QUESTIONS[sys.argv[1]](**json.loads(sys.argv[2]))))
