"""Hands that lease, one that publishes in plain, hands that revoke and give again, a thread each, all at once:
`python -m tests.flows.lease_hands EVENTS`.

The record's own order is the judge: between somebody's `revoke` line and their next `grant` line, no `lease` and no
`release` line may hold a row of theirs.
"""

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from django.core.management import call_command
from django.db import connection, transaction

from yesif.cli import wake  # noqa: F401  before what knows tables

# isort: split
from tests.apps import market_cast
from tests.people import person
from yesif.apps.consent import actions as consent
from yesif.apps.consent import queries as answers
from yesif.apps.footage.models import Performance
from yesif.apps.keys import actions as keys
from yesif.apps.market import actions as market
from yesif.apps.market import queries
from yesif.apps.market.actions import licences, organisations, runs
from yesif.apps.market.actions.releases import Included
from yesif.apps.market.models import Run, SigningKey
from yesif.apps.record.models import Line
from yesif.base import ids
from yesif.base.errors import YesIfError
from yesif.core.policy.grants import Conditions
from yesif.core.policy.uses import CURRENT, Form
from yesif.flows.build_release import hold_as_decided
from yesif.flows.engine import Later
from yesif.flows.release.freeze import epoch

NAMES = ("ana", "bo", "cy")
READER = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
ITEMS = {w.id: "yes" for w in CURRENT.whats if w.bundle} | {w.id: "yes" for w in CURRENT.wheres}


def give(name: str) -> str:
    now = datetime.now(UTC)
    terms = Conditions(until=now + timedelta(days=300), form=Form.RECORDING)
    return consent.give(performer_id=person(name).id, answers=ITEMS, conditions=terms, now=now)


def rows_of(performances: list[Performance]) -> list[Included]:
    """What a release holds of them: a solo clip each."""
    return [
        Included(one.id, one.performer_id, f"V00_S0001_I0000000{n}_P000{n}", "solo-a", parts=("voice",), ms=60_000,
                 nest=(one.performer_id,), wrapped=b"x" * 24)
        for n, one in enumerate(performances)
    ]  # fmt: skip


def stage() -> tuple[str, str, str, str]:
    """A run and a release of three solo clips: (organisation, run, release, a licence for plain delivery)."""
    now = datetime.now(UTC)
    organisation = market_cast.lab()
    takes = {name: market_cast.played(name) for name in NAMES}
    project = market_cast.project_of(takes["ana"])
    for take in takes.values():
        take.scene.session.project_id = project
        take.scene.session.number = 100 + NAMES.index(take.performances.get().performer.email.split("@")[0])
        take.scene.session.save()
    market_cast.priced(project)
    for name in NAMES:
        keys.give(performer_id=person(name).id, now=now)
        give(name)
    now = datetime.now(UTC)
    licence, in_plain = (licensed(project, now, plain=plain) for plain in (False, True))
    release = market.start_licensed(licence_id=licence, now=now)
    rows = rows_of(list(Performance.objects.order_by("id")))
    market.publish(release_id=release, digest="d" * 64, folder="/x", counts={}, included=rows, size=1, now=now)
    organisations.add_key(person_id=person("lab").id, public=READER, name="k", now=now)
    run = ids.new("run")
    Run.objects.create(id=run, licence_id=licence, key=SigningKey.objects.get(), what="w", where="w", model="m",
                       environment="e", reader=READER, opened_at=now, line=1)  # fmt: skip
    return organisation, run, release, in_plain


def lease_on(where: tuple[str, str, str, str], events: int, took: list[float], refused: list[int]) -> None:
    organisation, run, release, _ = where
    for _ in range(events):
        begun = time.perf_counter()
        try:
            runs.lease(organisation_id=organisation, run_id=run, release_id=release, hours=1, now=datetime.now(UTC))
        except YesIfError:
            refused.append(1)
        took.append(time.perf_counter() - begun)
    connection.close()


def licensed(project: str, now: datetime, *, plain: bool) -> str:
    told = market_cast.told(starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=90), plain=plain)
    licence = licences.declare(project_id=project, person_id=person("lab").id, told=told, now=now)
    for who in ("lab", "lin"):
        market_cast.sign(licence, who, now=now)
    return licence


def publish_on(licence: str, events: int, published: list[int]) -> None:
    """Releases in plain, one after another: decided, then published unless somebody has answered between."""
    use = queries.use_of(queries.licence_terms(licence))
    everyone = list(Performance.objects.order_by("id"))
    for _ in range(events):
        release, now = market.start_licensed(licence_id=licence, now=datetime.now(UTC)), datetime.now(UTC)
        decided_at = epoch()
        decided = answers.decisions(performance_ids=[one.id for one in everyone], use=use, now=now)
        free = [one for one in everyone if decided[one.id].permitted]
        try:
            with transaction.atomic():
                hold_as_decided(decided_at, [one.performer_id for one in everyone], now=now)
                market.publish(
                    release_id=release, digest="d" * 64, folder="/x", counts={}, included=rows_of(free), size=1, now=now
                )
        except Later:
            continue
        published.append(len(free))
    connection.close()


def change_mind(name: str, events: int, waited: list[float]) -> None:
    for _ in range(events // 2):
        grant = give(name)
        begun = time.perf_counter()
        consent.revoke(grant_id=grant, performer_id=person(name).id, now=datetime.now(UTC))
        waited.append(time.perf_counter() - begun)
    connection.close()


def judge() -> tuple[int, int, int]:
    """(leases and releases that stand, rows that should not be there)."""
    revoked: set[str] = set()
    leases = releases = wrong = 0
    for line in Line.objects.order_by("seq").prefetch_related("rows", "concerns"):
        people = {one.about for one in line.concerns.all() if one.about.startswith("per_")}
        if line.kind == "revoke":
            revoked |= people
        elif line.kind == "grant":
            revoked -= people
        elif line.kind in ("lease", "release"):
            leases += line.kind == "lease"
            releases += line.kind == "release"
            wrong += sum(row.about in revoked for row in line.rows.all())
    return leases, releases, wrong


def main() -> None:
    events = int(sys.argv[1])
    call_command("migrate", verbosity=0)
    where = stage()
    took: list[float] = []
    waited: list[float] = []
    refused: list[int] = []
    begun = time.perf_counter()
    published: list[int] = []
    with ThreadPoolExecutor(7) as pool:
        each = events // 6
        hands = [pool.submit(lease_on, where, each, took, refused) for _ in range(3)]
        hands.append(pool.submit(publish_on, where[3], each, published))
        hands += [pool.submit(change_mind, name, each, waited) for name in NAMES]
        for hand in hands:
            hand.result()
    leases, releases, wrong = judge()
    report = {
        "events": len(took) + 2 * len(waited),
        "seconds": round(time.perf_counter() - begun, 2),
        "leases": leases,
        "refused": len(refused),
        "published": len(published),
        "clips_published": sum(published),
        "releases": releases,
        "wrong": wrong,
        "longest_revoke_s": round(max(waited), 3),
        "threads": threading.active_count(),
    }
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
