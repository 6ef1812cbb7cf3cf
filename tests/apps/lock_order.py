"""Who holds a row while they wait for the books' lock, on PostgreSQL: `python -m tests.apps.lock_order` prints it."""

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep

from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.db.models import Model

from yesif.cli import wake  # noqa: F401  before what knows tables

# isort: split
from tests.apps.room_cast import NOW, OPENED, Booked, S, booked, come_in
from yesif.apps.casting.models import Booking
from yesif.apps.money.actions import books, entered, fees
from yesif.apps.money.models import Claim, Entered, Fee
from yesif.apps.stage.actions import presence
from yesif.core.ledger.fee import Rate

LATE = NOW + timedelta(days=4)


def claim(work: fees.Work) -> int:
    """A fee of Ana's, disputed."""
    key = f"fee:{Fee.objects.count()}"
    fees.earn(key=key, work=work, kind="scenes", ms=60_000, line=1, now=NOW)
    return fees.claim(fee_key=key, performer=work.performer, claimed_ms=60_000, said="More.", now=NOW)


def write_down(work: fees.Work, by: str) -> int:
    """Work that waits for the other's look."""
    key = str(Entered.objects.count())
    day = NOW.date()
    return entered.enter(key=key, work=work, kind="training", ms=60_000, day=day, said="A call.", by=by, now=NOW)


def moves(room: Booked) -> dict[str, tuple[Callable[[], object], type[Model], object]]:
    """Each action that takes a row and the books, with the row that it may not hold while it waits for them."""
    work = fees.Work(room.ana, room.project, room.bookings[0], Rate(7400, "EUR"))
    one, two = claim(work), claim(work)
    mine, theirs, late = write_down(work, room.ana), write_down(work, "per_pia"), write_down(work, "per_pia")
    given = {"project": room.project, "given_ms": 0, "said": "No.", "now": NOW}
    return {
        "answer": (lambda: fees.answer(claim_id=one, **given), Claim, one),
        "answer_overdue": (lambda: fees.answer_overdue(now=LATE), Claim, two),
        "entered.answer": (lambda: entered.answer(entered_id=mine, **given), Entered, mine),
        "entered.confirm": (
            lambda: entered.confirm(entered_id=theirs, performer=room.ana, now=NOW), Entered, theirs,
        ),
        "entered.settle_overdue": (lambda: entered.settle_overdue(now=LATE), Entered, late),
        "presence.settle": (
            lambda: presence.settle(booking_id=room.bookings[0], now=NOW), Booking, room.bookings[0],
        ),
        "presence.gone": (
            lambda: presence.gone(
                session_id=room.session, performer_id=room.ana, studio_ns=OPENED + 90 * S, now=NOW
            ),
            Booking, room.bookings[0],
        ),
    }  # fmt: skip


def closing(move: Callable[[], object]) -> None:
    """In a thread of its own, with a connection of its own."""
    try:
        move()
    finally:
        connection.close()


def main() -> None:
    call_command("migrate", verbosity=0)
    room = booked()
    come_in(room, "ana", "bo")
    holding = []
    with ThreadPoolExecutor(1) as pool:
        for name, (move, model, pk) in moves(room).items():
            with transaction.atomic():
                books.guard()
                waiting = pool.submit(closing, move)
                sleep(0.3)
                assert not waiting.done(), f"{name} does not wait for the books"
                try:
                    with transaction.atomic():
                        model._default_manager.select_for_update(nowait=True).get(pk=pk)
                except OperationalError:
                    holding.append(name)
            waiting.result(timeout=20)
        work = fees.Work(room.ana, room.project, room.bookings[0], Rate(7400, "EUR"))
        asked = claim(work)
        with transaction.atomic():
            Fee.objects.select_for_update().get(pk=Claim.objects.get(pk=asked).fee_id)
            answer = {"project": room.project, "given_ms": 0, "said": "No.", "now": NOW}
            pool.submit(closing, lambda: fees.answer(claim_id=asked, **answer)).result(timeout=20)
    sys.stdout.write(json.dumps(holding))


if __name__ == "__main__":
    main()
