"""Erase a performer: their key is destroyed, and with it everything that was ever sealed under it. Killed, it goes on.

facts     one transaction: every take withdrawn, every key destroyed, name and address gone, the line written
bytes     the blobs those keys opened, and copies of them in releases that lie here in the clear
forget    the database lets go of the keys' bytes

After the first step nothing can be read any more; the other two only make room.
"""

from datetime import datetime, timedelta
from typing import Any, cast

from django.db import transaction

from yesif.apps.casting.actions import forgetting as casting
from yesif.apps.footage.actions import erasure, rulings
from yesif.apps.keys import actions as keys
from yesif.apps.market.actions import recall
from yesif.apps.money.actions import payees
from yesif.apps.people import erasure as people
from yesif.apps.people import passkeys
from yesif.apps.record import actions as record
from yesif.apps.stage.actions import forgetting as stage
from yesif.apps.stage.actions import presence
from yesif.flows import revoke
from yesif.flows.engine import JobSeen, Later, Run, status, workflow

Plain = dict[str, Any]


def erase(*, person_id: str, now: datetime) -> None:
    """Erase a performer, from this commit on; a worker deletes the bytes. Twice is once. Raises NotFound, Conflict."""
    presence.settle_all(performer_id=person_id, now=now)  # what was worked is owed before anything is forgotten
    with transaction.atomic():
        if not keys.destroy(performer_id=person_id, now=now):
            return
        names = erasure.erase(performer_id=person_id, now=now)
        revoke.tell_of_erasure(performer_id=person_id, now=now)
        releases = recall.recall(performer_id=person_id)
        _forget_words(person_id, now)
        people.erase(person_id=person_id)
        record.forget(about=person_id)
        record.append(kind="erasure", body={"person": person_id}, about=[person_id], now=now)
        args = {"names": names, "releases": releases}
        leave_no_bytes.enqueue(key=_key(person_id), args=args, now=now, priority=5)
    keys.forget_bytes()


def progress(person_id: str) -> JobSeen | None:
    """How far the deletion of an erased person's bytes is."""
    return status(_key(person_id))


@workflow("erase")
def leave_no_bytes(job: Run) -> Plain:
    """Delete what an erased person's keys opened."""
    names, releases = cast("list[str]", job.args["names"]), cast("list[str]", job.args["releases"])
    gone = job.step("bytes", lambda: erasure.delete_blobs(names))
    job.step("releases", lambda: [revoke.remove(release_id) for release_id in releases])
    job.step("forget", _forget)
    return {"blobs": gone}


def _forget_words(person_id: str, now: datetime) -> None:
    """What each app holds of a person in its own words: each knows best what of it is theirs alone. The account stays
    sealed until what is due to them was paid (`payees.let_go`)."""
    casting.forget(about=person_id)
    stage.forget(about=person_id)
    rulings.forget(about=person_id)
    passkeys.forget(about=person_id)
    payees.forget(owner=person_id, now=now)


def _forget() -> bool:
    if not keys.forget_bytes():
        raise Later("The database is being read; its old pages go in a minute.", timedelta(minutes=1))
    return True


def _key(person_id: str) -> str:
    return f"erase:{person_id}"
