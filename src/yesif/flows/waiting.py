"""Nobody is stood up unseen: rooms in which somebody waits alone are looked at every minute, whatever their page does.

The room's own socket looks at the very second; this flow is for when the server died meanwhile.
"""

from datetime import timedelta

from django.db import transaction

from yesif.apps.stage.actions import waiting as actions
from yesif.apps.stage.queries import waiting as queries
from yesif.flows.engine import Run, workflow


@transaction.atomic
def look(session_id: str, *, studio_ns: int) -> tuple[tuple[str, str], ...]:
    """Write what the waiting in one room has come to: (kind, performer) of what is new. Raises NotFound."""
    return actions.look(session_id=session_id, studio_ns=studio_ns)


@workflow("waiting", every=timedelta(minutes=1))
def waiting(job: Run) -> dict[str, int]:
    """Every room in which somebody waits."""
    rooms = job.step("rooms", lambda: queries.rooms_that_wait(now=job.now()))
    studio_ns = int(job.now().timestamp() * 1_000_000_000)
    return {"found": sum(len(look(room, studio_ns=studio_ns)) for room in rooms)}
