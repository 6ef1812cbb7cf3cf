"""What a withdrawal does at this hour: within a week of the scene it deletes (RULES §4)."""

from datetime import UTC, datetime, timedelta

from yesif.apps.footage.models import Take
from yesif.apps.footage.queries.review import owned

DELETES_WITHIN = timedelta(days=7)
"""A withdrawal this soon after the scene destroys the performance's keys."""


def deletes_until(performance_id: str, *, viewer_id: str) -> datetime:
    """Before this moment, withdrawing one's own performance deletes it. Raises NotFound."""
    return _fresh_until(owned(performance_id, viewer_id).take)


def is_fresh(take: Take, now: datetime) -> bool:
    """Was the take played less than a week ago?"""
    return now < _fresh_until(take)


def _fresh_until(take: Take) -> datetime:
    return _played_at(take) + DELETES_WITHIN


def _played_at(take: Take) -> datetime:
    """When it was played; when its session was to begin, where nobody ever entered."""
    session = take.scene.session
    if session.opened_ns is None:
        return session.starts_at
    return datetime.fromtimestamp((session.opened_ns + take.action_ns) // 1_000_000_000, UTC)
