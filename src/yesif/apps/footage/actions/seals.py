"""Seals that come from the room: what a cut, a pause and "off the record" take out of everyone's part of a take."""

from datetime import datetime

from yesif.apps.footage.models import SealedSpan, Take
from yesif.apps.record import actions as record
from yesif.apps.stage.models import Event
from yesif.core.timeline.seals import Moment, sealed

NEVER_LIFTED = ("cut", "paused")
"""Why a span was sealed that nobody lifts: one who had to stop must not have to watch over it."""


def seal_from_the_room(take: Take, *, how: str, now: datetime) -> None:
    """Seal, in each part of a take that just ended, what the room's timeline says. In the caller's transaction."""
    if take.cut_ns is None:
        return
    events = Event.objects.filter(
        session_id=take.scene.session_id, at_ns__gte=take.action_ns, at_ns__lte=take.cut_ns
    ).order_by("seq")
    moments = [Moment(one.at_ns, one.kind, one.who_id or "") for one in events]
    for part in take.performances.order_by("position"):
        for span in sealed(moments, action_ns=take.action_ns, cut_ns=take.cut_ns, how=how):
            SealedSpan.objects.create(
                performance=part,
                start_ns=span.start_ns,
                end_ns=span.end_ns,
                why=span.why,
                sealed_by_id=span.who or None,
                sealed_at=now,
            )
            body = {"performance": part.id, "what": "sealed", "why": span.why}
            line = {**body, "start_ns": span.start_ns, "end_ns": span.end_ns}
            record.append(kind="review", body=line, about=[part.performer_id], now=now)
