"""Build a release: decide, plan, write shards, describe, decide again, publish. Kill the worker anywhere; it goes on.

freeze      every performance is decided; who may not be in it is counted by reason
shards      each written once, named by what it holds; a worker's child does the media
describe    tables, card, Croissant, manifest, SHA256SUMS
publish     decided again (RULES D8): where anything has changed, freeze anew, keeping the shards that have not
"""

import os
import shutil
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from yesif.apps.consent import actions as consent
from yesif.apps.market import actions as market
from yesif.apps.market import keys, queries
from yesif.apps.market.actions import Included
from yesif.base.errors import Conflict
from yesif.core.corpus.plan import PlannedShard
from yesif.core.policy.uses import Use
from yesif.flows.engine import Heavy, JobSeen, Later, Run, status, workflow
from yesif.flows.release import uses
from yesif.flows.release.freeze import Frozen, epoch, freeze
from yesif.flows.release.seal import Sealing, company, under_whom
from yesif.flows.release.uses import use_of
from yesif.flows.release.write import write_one, write_rest

__all__ = ["build_release", "progress", "start_build", "start_licensed", "use_of"]

Shards = list[tuple[str, dict[str, Any]]]
_ROUNDS = 20
_AT_ONCE = 4
EMPTY = "No performance may be released for this use; the counts say why."


@transaction.atomic
def start_build(*, project_id: str, use: Use, requested_by: str, now: datetime) -> str:
    """Ask for a release of one's own project; returns its id at once, a worker builds it. Raises NotFound, BadInput."""
    release_id = market.start(project_id=project_id, use=uses.kept(use), requested_by=requested_by, now=now)
    build_release.enqueue(key=_key(release_id), args={"release": release_id}, now=now)
    return release_id


@transaction.atomic
def start_licensed(*, licence_id: str, now: datetime) -> str:
    """Ask for the release of a signed licence; returns its id at once. Raises NotFound, Conflict."""
    release_id = market.start_licensed(licence_id=licence_id, now=now)
    build_release.enqueue(key=_key(release_id), args={"release": release_id}, now=now)
    return release_id


def progress(release_id: str) -> JobSeen | None:
    """How far the build is: state, per cent, note, error."""
    return status(_key(release_id))


def _failed(args: Mapping[str, Any], reason: str, now: datetime) -> None:
    market.end_without(release_id=args["release"], state="failed", reason=reason, counts={})
    _clear(args["release"])


@workflow("build-release", when_failed=_failed)
def build_release(job: Run) -> dict[str, Any]:
    """One release, from the decision to its folder."""
    release_id = str(job.args["release"])
    work = _work(release_id)
    if (published := queries.building(release_id)).state == "published":
        return {"digest": published.digest, "samples": published.samples}
    for number in range(1, _ROUNDS + 1):
        job.progress(1, "Deciding for every performance")
        frozen = freeze(release_id, now=job.now())
        if not frozen.plan.shards:
            return _end_empty(job, release_id, frozen)
        shards = _write_shards(job, frozen, work, sealing_of(published, frozen))
        job.progress(92, "Describing the release")
        made = job.heavy(
            f"describe-{number}-{frozen.whole[:32]}",
            write_rest,
            str(work / "release"),
            shards,
            frozen.plan,
            list(frozen.samples.values()),
            frozen.terms,
            settings.PUBLIC_URL,
        )
        job.progress(97, "Deciding again, and publishing")
        if _publish(job, number, release_id, (frozen, shards), made, work / "release"):
            shutil.rmtree(work, ignore_errors=True)  # the release is out; only its scaffold goes
            return {"digest": made["digest"], "samples": len(frozen.samples)}
    raise Conflict(f"People kept changing their answers through {_ROUNDS} attempts at this release; ask for it again.")


def sealing_of(release: queries.ReleaseSeen, frozen: Frozen) -> Sealing | None:
    """Keys to seal a release with; None where it goes out in plain. They never leave memory."""
    if not release.sealed or not release.licence_id:
        return None
    participants = {one.key.participant_key: one.material.performer for one in frozen.samples.values()}
    found = keys.release_keys(licence_id=release.licence_id, release_id=release.id, performers=participants.values())
    own = {participant: found[performer] for participant, performer in participants.items() if performer in found}
    return Sealing(release.id, own, under_whom(frozen.plan))


def _write_shards(job: Run, frozen: Frozen, work: Path, sealing: Sealing | None) -> Shards:
    """Every shard of the plan, as (file, facts). A file is named by what it holds, so an unchanged one is kept."""
    steps = []
    for planned in frozen.plan.shards:
        name = frozen.fingerprint(planned)[:40]
        target = work / "shards" / f"{name}.tar"
        steps.append((target, Heavy(f"shard-{name}", write_one, (str(target), *_arguments(frozen, planned, sealing)))))
    written: list[tuple[str, dict[str, Any]]] = []
    for start in range(0, len(steps), _AT_ONCE):
        job.progress(2 + 88 * start // len(steps), f"Writing shards: {start} of {len(steps)}")
        some = steps[start : start + _AT_ONCE]
        outputs = job.heavy_all([step for _, step in some])
        written += [(str(target), output) for (target, _), output in zip(some, outputs, strict=True)]
    return written


def _arguments(frozen: Frozen, planned: PlannedShard, sealing: Sealing | None) -> tuple[Any, ...]:
    return planned, frozen.of(planned), frozen.terms, sealing


def _publish(
    job: Run, number: int, release_id: str, built: tuple[Frozen, Shards], made: dict[str, Any], folder: Path
) -> bool:
    """Put the folder in its place and the release on the record; False where answers have changed meanwhile."""
    frozen, shards = built
    target = Path(settings.RELEASES) / release_id

    def decide_again() -> dict[str, Any]:
        before = epoch()
        if freeze(release_id, now=job.now()).whole != frozen.whole:
            return {"same": False, "epoch": before}
        if folder.is_dir():
            shutil.rmtree(target, ignore_errors=True)
            os.replace(folder, target)
        return {"same": True, "epoch": before}

    def commit(found: dict[str, Any]) -> None:
        if not found["same"]:
            return
        hold_as_decided(found["epoch"], frozen.cast, now=job.now())
        market.publish(
            release_id=release_id,
            digest=made["digest"],
            folder=str(target),
            counts=frozen.plan.counts(),
            included=included(frozen, shards),
            size=made["bytes"],
            now=job.now(),
        )

    return bool(job.step(f"publish-{number}-{frozen.whole[:32]}", decide_again, commit=commit)["same"])


def hold_as_decided(decided_at: int, cast: Iterable[str], *, now: datetime) -> None:
    """Hold everyone a decision was about until the caller's transaction commits. Raises Later where anybody has
    answered since that epoch: what rests on the decision must be asked again."""
    consent.hold(cast, now=now)  # from here to the commit nobody in it can be half heard
    if epoch() != decided_at:
        raise Later("An answer changed just now.", timedelta(0))


def included(frozen: Frozen, shards: Shards) -> list[Included]:
    """Every performance of the release, with what a lease will compare and the key it will open."""
    nested = {sample: key for _, facts in shards for sample, (_, key) in facts.get("keys", {}).items()}
    cast = company(frozen.plan)
    rows = []
    for one in frozen.samples.values():
        others = [frozen.samples[other.performance] for other in cast[str(one.key)]]
        rows.append(
            Included(
                performance=one.material.performance,
                performer=one.material.performer,
                sample=str(one.key),
                config=one.config,
                together=tuple(other.material.performance for other in others[1:]),
                parts=tuple(sorted(one.parts)),
                recording=one.recording,
                cut=one.cut,
                grants=one.grants,
                ms=one.material.duration_ns // 1_000_000,
                nest=tuple(other.material.performer for other in others),
                wrapped=bytes.fromhex(nested[str(one.key)]) if str(one.key) in nested else None,
            )
        )
    return rows


def _end_empty(job: Run, release_id: str, frozen: Frozen) -> dict[str, Any]:
    counts = frozen.plan.counts()

    def commit(_: object) -> None:
        market.end_without(release_id=release_id, state="empty", reason=EMPTY, counts=counts)

    job.step("empty", lambda: True, commit=commit)
    _clear(release_id)
    return {"digest": "", "samples": 0}


def _work(release_id: str) -> Path:
    return Path(settings.RELEASES) / ".building" / release_id


def _clear(release_id: str) -> None:
    """Nothing was released: no file of it stays."""
    shutil.rmtree(_work(release_id), ignore_errors=True)
    shutil.rmtree(Path(settings.RELEASES) / release_id, ignore_errors=True)


def _key(release_id: str) -> str:
    return f"release:{release_id}"
