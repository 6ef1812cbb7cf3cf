"""After the release: a licence is bought, clips are read through a lease, one performer ends a yes, no key comes."""

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from yesif.apps.consent import queries as consent_queries
from yesif.apps.market import queries
from yesif.apps.market.actions import licences, organisations
from yesif.apps.market.actions.licences import Declaration
from yesif.apps.market.queries import ReleaseSeen, runs
from yesif.apps.people import actions as people
from yesif.apps.people import queries as people_queries
from yesif.base.errors import NotConsented, Refused
from yesif.base.money import Money
from yesif.cli.demo import outcome
from yesif.cli.demo.cast import LICENSEE, Booked
from yesif.cli.licensee import Account, OpenRun
from yesif.cli.licensee.pruning import prune_copy
from yesif.core.corpus import Reader
from yesif.flows import build_release, licensing, revoke

WHAT, WHERE = "understand-speech", "access"
"""Another use than the project's core use: it rests on what both answered, and each may end that."""


def play(booked: Booked, *, studio: str) -> None:
    """The licensee's chapter, in the running studio at this address; each page's address is printed."""
    now = datetime.now(UTC)
    lab, colleague = _people(booked, now)
    licence = _buy(booked, lab, colleague, now)
    release = _built(licence)
    _say(f"{LICENSEE} has a licence that two people signed, and a sealed release of {release.samples} clips:")
    _address(lab, f"/licensee/licences/{licence}")
    account = _account(studio, lab, now)
    run = account.run(licence=licence, release=release.id, what=WHAT, where=WHERE, model="demo-1", environment="demo")
    with run:
        _read(run, Path(release.folder))
        _revoke(booked)
        _ask_again(run, Path(release.folder), booked)
    _say(f"Run {run.id} is closed; what it read stands on the record, for both performers to see:")
    _address(booked.performers["a"], "/performer/")
    _prune(account, release)
    _address(lab, "/licensee/withdrawn")


def _people(booked: Booked, now: datetime) -> tuple[str, str]:
    """Two people who may sign; whoever is there from an earlier demo stays."""
    known = {name: one for one, name, _ in queries.organisations.organisations_opened_by(booked.producer_id)}
    own = known.get(LICENSEE) or organisations.open_organisation(name=LICENSEE, producer_id=booked.producer_id, now=now)
    both = []
    for email, name in (("lab@example.test", LICENSEE), ("lin@example.test", "Lin")):
        people.join(email=email, stage_name=name, role="licensee", now=now)
        person = organisations.let_in(organisation_id=own, email=email, stage_name=name, by=booked.producer_id, now=now)
        both.append(person)
    return both[0], both[1]


def _buy(booked: Booked, lab: str, colleague: str, now: datetime) -> str:
    licences.publish_price(
        project_id=booked.project_id, producer_id=booked.producer_id, minute=Money(200, "EUR"), now=now
    )
    told = Declaration(
        what=WHAT,
        where=WHERE,
        description="Captions for people who hear badly.",
        model_family="small audio transformers",
        hands="four people of the captions team",
        retention_days=30,
        starts_at=now,
        ends_at=now + timedelta(days=300),
    )
    made = licensing.declare(project_id=booked.project_id, person_id=lab, told=told, now=now)
    shown = licences.offer(queries.licence(made, viewer_id=lab), now=now)
    _say(
        f"For this use {LICENSEE} may have {shown.found.performances} performances for"
        f" {Money(shown.price_minor, 'EUR')}; not for it: {shown.found.refused}."
    )
    for person in (lab, colleague):
        licensing.sign(licence_id=made, person_id=person, words_sha256=shown.sha256, now=now)
    return made


def _built(licence: str) -> ReleaseSeen:
    release = runs.releases_of_licence(licence)[0]
    outcome.wait_for(lambda: build_release.progress(release.id), "  sealed release")
    built = queries.building(release.id)
    if built.state != "published":
        raise Refused(f"The licence's release is {built.state}: {built.reason}")
    return built


def _account(studio: str, lab: str, now: datetime) -> Account:
    account = Account(
        studio, organisations.make_token(person_id=lab, name="demo", now=now), Ed25519PrivateKey.generate()
    )
    organisations.add_key(person_id=lab, public=account.public, name="demo", now=now)
    return account


def _read(run: OpenRun, folder: Path) -> None:
    samples = list(Reader(folder, keys=run.keys(folder)))
    size = sum(len(content) for sample in samples for content in sample.values() if isinstance(content, bytes))
    _say(f"Through a lease {len(samples)} clips were read, {size / 1e6:.1f} MB, in memory only.")


def _revoke(booked: Booked) -> None:
    found = consent_queries.answers_of(booked.performers["a"])
    if found is not None:
        revoke.end_yes(grant_id=found.grant.id, performer_id=booked.performers["a"], now=datetime.now(UTC))
    _say(f"{booked.names['a']} ends the yes. From this moment no key for {booked.names['a']} is leased.")


def _ask_again(run: OpenRun, folder: Path, booked: Booked) -> None:
    try:
        keys = run.keys(folder)
    except NotConsented as refusal:
        _say(f"The next lease lacks these clips, and {booked.names['b']}'s of the same scene: “{refusal}”")
        return
    _say(f"The next lease lacks these clips: {sum(1 for _ in Reader(folder, keys=keys))} are left.")


def _prune(account: Account, release: ReleaseSeen) -> None:
    """On a copy, as the licensee has one."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "copy"
        shutil.copytree(release.folder, copy)
        purged = prune_copy(account, copy, release.id)
    _say(f"yesif prune deletes {len(purged.done.samples)} clips from the licensee's copy and signs it. What must go:")


def _address(person: str, page: str) -> None:
    click.echo(f"    {people_queries.sign_in_link(person, onward=page)}")


def _say(sentence: str) -> None:
    click.echo(click.style("· ", fg="green") + sentence)
