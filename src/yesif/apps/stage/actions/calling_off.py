"""A session that will not be played: its pair was changed before any scene began. What was said of it stays."""

from datetime import datetime

from django.db import transaction

from yesif.apps.stage.models import Session
from yesif.base.errors import NotFound


@transaction.atomic
def call_off(*, session_id: str, now: datetime) -> bool:
    """End a session in which nothing was played yet; False where something was. Time spent in it stays paid.

    Raises NotFound."""
    session = Session.objects.select_for_update().filter(pk=session_id).first()
    if session is None:
        raise NotFound
    if session.phase != "lobby":  # it counts down, plays, has played, or is over
        return False
    session.phase, session.ended_at = "ended", now
    session.save(update_fields=["phase", "ended_at"])
    return True
