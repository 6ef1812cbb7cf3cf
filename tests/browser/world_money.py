"""What was earned, entered, claimed and paid in the world of the walk: a statement, a pay run, a tax paper."""

from datetime import datetime, timedelta

from tests.apps import room_cast
from tests.apps.room_cast import S
from tests.core.test_payout_files import with_check
from tests.people import person
from yesif.apps.money.actions import fees, papers, payees
from yesif.apps.money.models import Fee
from yesif.apps.stage.actions import presence
from yesif.base.money import Money
from yesif.core.ledger.payout.bank import Account
from yesif.core.ledger.royalty import Leased
from yesif.flows import pay_royalties, pay_runs, pay_work


def paid(now: datetime) -> dict[str, str]:
    """Ana worked 40 minutes last week and was paid for them; later work waits, some of it disputed."""
    room_cast.NOW = now - timedelta(days=8)
    made = room_cast.booked()
    opened = int(room_cast.NOW.timestamp()) * S
    room_cast.come_in(made, "ana", "bo", at_ns=opened)
    for step in range(0, 2401, 20):
        presence.here(session_id=made.session, performer_id=made.ana, studio_ns=opened + step * S)
    presence.settle(booking_id=made.bookings[0], now=now - timedelta(days=7))
    key = Fee.objects.latest("id").key
    claim = fees.claim(fee_key=key, performer=made.ana, claimed_ms=600_000, said="My line was down.", now=now)
    pia = person("pia").id
    entered = pay_work.enter(
        project_id=made.project, producer_id=pia, booking_id=made.bookings[0], kind="labelling", ms=1_800_000,
        day=now.date(), said="Labelled twelve takes at home.", key="k1", now=now,
    )  # fmt: skip
    missed = pay_work.miss(
        performer_id=made.ana, booking_id=made.bookings[0], kind="training", ms=900_000, day=now.date(),
        said="I learned the new cards on the train.", key="k2", now=now,
    )  # fmt: skip
    paper = papers.give(performer=made.ana, paper=papers.Paper("ABN", "AU", "51 824 753 556"), now=now)
    _royalty(made, now)
    return {
        "money_project": made.project, "line:key": key, "claim_id": str(claim), "entered_id": str(entered),
        "missed_id": str(missed),
        "paper_id": str(paper), "year": str(now.year), "report": "US", "run_id": _run(made.ana, now),
    }  # fmt: skip


def _run(ana: str, now: datetime) -> str:
    """A pay run that one of two has approved."""
    Fee.objects.update(approve_at=now)
    fees.approve_due(now=now)
    for owner, number in ((ana, 5), ("studio", 9)):
        account = Account("iban", "Ana Morel" if owner == ana else "Studio North", with_check("DE", f"{number:018d}"))
        payees.keep(owner=owner, account=account, place="DE", now=now)
    ola = person("ola").id
    day = (now + timedelta(days=5)).date()
    run = pay_runs.draft(currency="EUR", file_format="pain001", day=day, by=ola, now=now)
    pay_runs.approve(run_id=run, by=ola, now=now)
    return run


def _royalty(made: room_cast.Booked, now: datetime) -> None:
    since, until = now - timedelta(days=40), now - timedelta(days=10)
    pay_royalties.receive(
        licence="lic_1", kind="licence-fee", paid=Money(100_000, "EUR"), since=since, until=until, now=now, key="pay-1"
    )
    clips = [Leased("prf_1", made.ana, 60_000, "recording", "run_1", 3)]
    pay_royalties.share(key="pay-1", now=now, leases=lambda *_: clips)
