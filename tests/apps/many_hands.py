"""Many hands at once, a thread each: `python -m tests.apps.many_hands` prints what came of it."""

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.core.management import call_command
from django.db import connection

from yesif.cli import wake  # noqa: F401  before what knows tables

# isort: split
from tests.apps.room_cast import NOW, OPENED, Booked, S, booked, come_in, starter_deck
from tests.people import person
from yesif.apps.decks import queries as decks
from yesif.apps.footage.actions import care as footage_care
from yesif.apps.footage.actions import takes
from yesif.apps.footage.models import SealedSpan, Take
from yesif.apps.stage.actions import bookings, care
from yesif.apps.stage.actions import room as stage
from yesif.apps.stage.models import CareCase
from yesif.apps.stage.queries import sessions as queries
from yesif.base.errors import YesIfError

HANDS = 8
PRESSES = 12


def press(room: Booked, hand: int, start: Barrier) -> None:
    """One hand: twelve moves as fast as they go."""
    who = {"session_id": room.session, "performer_id": (room.ana, room.bo)[hand % 2]}
    start.wait()
    for n in range(PRESSES):
        at = OPENED + (n + 1) * 5 * S + hand
        moves: list[Callable[[], object]] = [
            lambda at=at: stage.check(**who, found={"hand": hand}, studio_ns=at),  # type: ignore[misc]
            lambda at=at: takes.ready(**who, is_ready=True, studio_ns=at),  # type: ignore[misc]
            lambda at=at: takes.cut(**who, studio_ns=at),  # type: ignore[misc]
        ]
        try:
            moves[(n + hand // 2) % len(moves)]()
        except YesIfError:
            continue
    connection.close()


def book(room: Booked, start: Barrier) -> None:
    """One more session of the same cast."""
    plan = bookings.ScenePlan(decks.cards(starter_deck())[0].id, room.notes[0])
    start.wait()
    bookings.book_session(
        project_id=room.project,
        producer_id=person("pia").id,
        booking_ids=room.bookings,
        scenes=[plan],
        starts_at=NOW,
        now=NOW,
    )
    connection.close()


def turn_to_the_desk(room: Booked, start: Barrier) -> None:
    """One call for help and one report, while others of the same person are under way."""
    start.wait()
    care.call(session_id=room.session, performer_id=room.ana, now=NOW)
    footage_care.report(session_id=room.session, performer_id=room.ana, words="It went too far.", now=NOW)
    connection.close()


def main() -> None:
    call_command("migrate", verbosity=0)
    room = booked()
    come_in(room, "ana", "bo")
    with ThreadPoolExecutor(HANDS) as pool:
        start = Barrier(HANDS)
        for done in [pool.submit(press, room, hand, start) for hand in range(HANDS)]:
            done.result()
        start = Barrier(HANDS)
        for done in [pool.submit(book, room, start) for _ in range(HANDS)]:
            done.result()
        start = Barrier(HANDS)
        for done in [pool.submit(turn_to_the_desk, room, start) for _ in range(HANDS)]:
            done.result()
    sealed = SealedSpan.objects.filter(why="report").values_list("performance_id", flat=True)
    events = queries.events(room.session, room.ana)
    report = {
        "cases": sorted(CareCase.objects.values_list("kind", flat=True)),
        "sealed": [len(sealed), len(set(sealed))],
        "events": [[event.seq, event.at_ns, event.kind] for event in events],
        "rolling": Take.objects.filter(state="rolling").count(),
        "takes": Take.objects.count(),
        "phase": queries.session(room.session, room.ana).phase,
        "sessions": sorted(one.number for one in queries.sessions_of_project(room.project, person("pia").id)),
    }
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
