"""The last chapter: time becomes fees, a licence's payment royalties; two people pay, and strangers check the books."""

import json
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import click
from django.conf import settings
from django.utils import timezone

from yesif.apps.casting import queries as casting
from yesif.apps.market import queries as market
from yesif.apps.money.actions import fees, payees
from yesif.apps.money.queries import books, earnings, payruns, royalties
from yesif.apps.people import actions as people
from yesif.apps.stage.actions import presence
from yesif.base.clock import StudioClock
from yesif.base.errors import Refused
from yesif.base.money import Money
from yesif.cli.demo.cast import Booked
from yesif.core.ledger import journal, statement
from yesif.core.ledger.payout import pain
from yesif.core.ledger.payout.bank import Account
from yesif.flows import pay_fees, pay_royalties, pay_runs, sequence_record

IBANS = ("DE89370400440532013000", "AT611904300234573201", "NL91ABNA0417164300")
"""Numbers of the registry's own examples: valid in form, nobody's account."""
REVIEW_NS = 40_000_000_000


def pay(booked: Booked, folder: Path) -> Path:
    """Play it; returns the statement of the first performer, as a file anyone can work out again."""
    _earn(booked)
    _royalty()
    run = _pay_run(booked)
    name, content = payruns.file(run)
    (folder / name).write_bytes(content)
    pain.check(content)
    click.echo(f"  two people approved the pay run; the bank's file fits its schema: {folder / name}")
    pay_fees.close(now=timezone.now())
    sequence_record.now()
    path = _statement(booked, folder)
    _ask_strangers(folder)
    return path


def _earn(booked: Booked) -> None:
    """The minutes the server saw, and 40 seconds of review each; Pia approves at once instead of waiting 72 hours."""
    for place, performer in booked.performers.items():
        began = StudioClock.at(settings.DATA).studio_ns()
        for at_ns in (began, began + REVIEW_NS):
            presence.at_work(session_id=booked.session_id, performer_id=performer, kind="review", studio_ns=at_ns)
        for one in casting.bookings_of(performer):
            if one.project_id == booked.project_id and one.state == "accepted":
                presence.settle(booking_id=one.id, now=timezone.now())
        earned = [one.key for one in earnings.lines(performer) if one.state == "earned"]
        fees.approve(keys=earned, project=booked.project_id, now=timezone.now())
        for stands in earnings.standing(performer):
            amount = statement.coins(stands.approved, stands.currency)
            click.echo(f"  {booked.names[place]} earned {amount} for counted minutes")


def _royalty() -> None:
    """Where a licence was leased, its licensee pays, and the payment is shared once."""
    now = timezone.now()
    leased = market.leased(since=now - timedelta(days=1), until=now + timedelta(days=1))
    for licence in sorted({one.licence for one in leased}):
        key = f"demo:{licence}"
        if key in {one.key for one in royalties.revenue()}:
            continue
        since, until = now - timedelta(days=1), timezone.now()
        paid = Money(50_000, "EUR")
        pay_royalties.receive(
            licence=licence, kind="licence-fee", paid=paid, since=since, until=until, now=now, key=key
        )
        shared = pay_royalties.share(key=key, now=until)
        pool = statement.coins(shared.parts["pool"], "EUR")
        click.echo(f"  the licensee paid {paid}; {pool} of it is shared among {len(shared.shares)} performers")
    if not leased:
        click.echo("  no clip was leased, so there is no royalty yet")


def _pay_run(booked: Booked) -> str:
    now = timezone.now()
    for number, performer in enumerate(booked.performers.values()):
        payees.keep(
            owner=performer, account=Account("iban", f"Performer {number + 1}", IBANS[number]), place="DE", now=now
        )
    payees.keep(owner="payer:iban", account=Account("iban", "The studio", IBANS[2]), now=now)
    second = people.join(email="quin@example.test", stage_name="Quin", role="operator", now=now)
    day = payruns.next_pay_day(now.date())
    run = pay_runs.draft(currency="EUR", file_format="pain001", day=day, by=booked.producer_id, now=now)
    for who in (booked.producer_id, second):
        pay_runs.approve(run_id=run, by=who, now=now)
    return run


def _statement(booked: Booked, folder: Path) -> Path:
    performer, name = booked.performers["a"], booked.names["a"]
    whole = earnings.statement_of(performer, timezone.now().year)
    path = folder / f"statement-{performer}.json"
    path.write_text(json.dumps(whole, indent=1))
    found = statement.recompute(whole)
    if not all(one.agrees for one in found):
        raise Refused("The statement does not work out to what the books say.")
    for line in earnings.lines(performer):
        amount = statement.coins(line.micro, line.currency)
        click.echo(f"    {line.kind} {line.what}: {amount}, {line.state}; proof: line {line.line} of {name}'s record")
    click.echo("    each amount in whole cents; what is less than one is carried on and paid once it is a cent")
    click.echo(f"  all {len(found)} lines work out to the same cents: yesif recompute {path}")
    return path


def _ask_strangers(folder: Path) -> None:
    """Beancount and hledger, where they are installed, say whether the books balance."""
    entries = [journal.Dated(seq, at, entry) for seq, at, entry in books.dated_journal()]
    for program, command, write in (
        ("beancount", ["bean-check"], journal.beancount),
        ("hledger", ["hledger", "check", "--strict", "-f"], journal.hledger),
    ):
        file = folder / f"books.{program}"
        file.write_text("\n".join(write(entries)) + "\n")
        if shutil.which(command[0]) is None:
            click.echo(f"  {command[0]} is not installed; the books are in {file}")
            continue
        done = subprocess.run([*command, str(file)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Refused(f"{command[0]} does not accept the books: {done.stderr[:300]}")
        click.echo(f"  {command[0]} accepts the books: {len(entries)} entries")
