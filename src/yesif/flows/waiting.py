"""Nobody is stood up unseen: rooms in which somebody waits alone are looked at every minute, whatever their page does.

The room's own socket looks at the very second; this flow is for when the server died meanwhile.
"""

from datetime import UTC, datetime, timedelta

from django.db import transaction

from yesif.apps.casting.queries import blocks as casting
from yesif.apps.stage.actions import presence
from yesif.apps.stage.actions import waiting as actions
from yesif.apps.stage.queries import waiting as queries
from yesif.base.errors import Refused
from yesif.flows import blocks
from yesif.flows.engine import Run, workflow


@transaction.atomic
def look(session_id: str, *, studio_ns: int) -> tuple[tuple[str, str], ...]:
    """Write what the waiting in one room has come to, and post the stood-up fee with it: (kind, performer) of what is
    new. Raises NotFound."""
    found = actions.look(session_id=session_id, studio_ns=studio_ns)
    for kind, performer_id in found:
        if kind == "stood-up":
            now = datetime.fromtimestamp(studio_ns / 1e9, UTC)
            presence.stood_up(session_id=session_id, performer_id=performer_id, now=now)
    return found


def ask_another(session_id: str, performer_id: str, *, studio_ns: int, now: datetime) -> tuple[str, ...]:
    """One who waits asks for somebody else: their block is paired again at once. Returns the rooms that were called
    off by it, whose pages are told where to go; none while nobody else is free: then the live board shows that they
    wait. Raises NotFound, Conflict."""
    actions.ask_another(session_id=session_id, performer_id=performer_id, studio_ns=studio_ns)
    block = casting.block_of_session(session_id)
    if block is None:
        return ()
    before = {one.session_id for one in casting.block_of_flow(block).pairs if one.session_id}
    try:
        with transaction.atomic():
            blocks.pair_again(block, now=now)
    except Refused:  # those who are free can be dealt no card together today: go on waiting
        return ()
    return tuple(sorted(before - {one.session_id for one in casting.block_of_flow(block).pairs}))


@workflow("waiting", every=timedelta(minutes=1))
def waiting(job: Run) -> dict[str, int]:
    """Every room in which somebody waits."""
    rooms = job.step("rooms", lambda: queries.rooms_that_wait(now=job.now()))
    studio_ns = int(job.now().timestamp() * 1_000_000_000)
    return {"found": sum(len(look(room, studio_ns=studio_ns)) for room in rooms)}
