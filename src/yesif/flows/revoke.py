"""A no, and in the same transaction the notices to everyone who holds what it takes away.

Consent knows nobody's deliveries and the market may not be told by the people below it, so the two meet here: the
answer changes, what was delivered is decided anew, and a notice goes to each licensee that holds what is now denied.
"""

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from django.conf import settings
from django.db import transaction

from yesif.apps.consent import actions as consent
from yesif.apps.consent import queries
from yesif.apps.consent.actions import notices, questions
from yesif.apps.consent.actions.notices import Delivered
from yesif.apps.footage.actions import review
from yesif.apps.footage.queries import review as footage
from yesif.apps.footage.queries import withdrawal
from yesif.apps.market.actions import recall
from yesif.apps.market.queries import runs
from yesif.core.policy.grants import Conditions, OnRevoke
from yesif.core.policy.uses import Use
from yesif.flows.engine import Run, workflow


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of a no: the notices that went out."""

    notices: tuple[str, ...]


@transaction.atomic
def end_yes(*, grant_id: str, performer_id: str, now: datetime) -> Ended:
    """End one grant's yes and tell whoever holds scenes under it. Raises NotFound."""
    seen = queries.grant_of(grant_id, performer_id)
    consent.revoke(grant_id=grant_id, performer_id=performer_id, now=now)
    return _tell(performer_id, "revoked", seen.grant.conditions.on_revoke, now)


@transaction.atomic
def give(*, performer_id: str, answers: Mapping[str, str], conditions: Conditions, now: datetime) -> Ended:
    """Put new standing answers in place of the former, and tell whoever holds what they no longer allow."""
    former = queries.answers_of(performer_id)
    consent.give(performer_id=performer_id, answers=answers, conditions=conditions, now=now)
    return _tell(performer_id, "changed", former.grant.conditions.on_revoke, now) if former else Ended(())


@transaction.atomic
def answer(*, question_id: str, performer_id: str, yes: bool, now: datetime) -> Ended:
    """Answer a question; a No after a Yes ends what the Yes allowed."""
    questions.answer(question_id=question_id, performer_id=performer_id, yes=yes, now=now)
    return Ended(()) if yes else _tell(performer_id, "revoked", _models_of(performer_id), now)


@transaction.atomic
def withdraw(*, performance_id: str, performer_id: str, now: datetime) -> Ended:
    """Take one performance out of everything, and tell whoever holds it or a clip it is in; where that deletes it, also
    recall the releases in which it lies here in the clear. Raises NotFound."""
    on_revoke = _models_of(performer_id)
    deletes = now < withdrawal.deletes_until(performance_id, viewer_id=performer_id)
    review.withdraw(performance_id=performance_id, performer_id=performer_id, now=now)
    ended = _tell(performer_id, "withdrawn", on_revoke, now)
    if deletes and (releases := recall.recall_deleted(performance_id=performance_id)):
        leave_no_release.enqueue(key=f"recall:{performance_id}", args={"releases": releases}, now=now, priority=5)
    return ended


@workflow("recall")
def leave_no_release(job: Run) -> dict[str, object]:
    """Remove the folders of recalled releases."""
    releases = cast("list[str]", job.args["releases"])
    job.step("releases", lambda: [remove(release_id) for release_id in releases])
    return {}


def remove(release_id: str) -> str:
    """Remove a release's folder; harmless to repeat."""
    shutil.rmtree(Path(settings.RELEASES) / release_id, ignore_errors=True)
    return release_id


def tell_of_erasure(*, performer_id: str, now: datetime) -> Ended:
    """Tell whoever holds a performer who is being erased, in the transaction that withdrew everything of theirs."""
    return _tell(performer_id, "erased", OnRevoke.RETIRE, now)


def holders(performer_id: str, *, performance_id: str = "") -> int:
    """How many licensees hold something of this performer's (or this performance): for the page before the no."""
    mine = [performance_id] if performance_id else [row.id for row in footage.of_performer(performer_id)]
    return len({one.organisation_id for one in runs.delivered(mine)})


def _tell(performer_id: str, cause: str, on_revoke: OnRevoke, now: datetime) -> Ended:
    owner = footage.shared_with(performer_id)
    rows = runs.delivered(owner)
    found: list[Delivered] = []
    for licence in sorted({one.licence for one in rows}):
        held = [one for one in rows if one.licence == licence]
        denied = _denied([one.performance for one in held], held[0].use, now)
        found += [
            Delivered(one.licence, one.organisation_id, one.licensee_id, one.performance, owner[one.performance])
            for one in held
            if one.performance in denied
        ]
    return Ended(
        tuple(notices.tell(performer_id=performer_id, cause=cause, on_revoke=on_revoke, delivered=found, now=now))
    )


def _denied(performance_ids: Collection[str], use: Use, now: datetime) -> set[str]:
    decided = queries.decisions(performance_ids=performance_ids, use=use, now=now, reviewed_only=True)
    return {one for one, decision in decided.items() if not decision.permitted}


def _models_of(performer_id: str) -> OnRevoke:
    standing = queries.answers_of(performer_id)
    return standing.grant.conditions.on_revoke if standing else OnRevoke.STOP_NEW
