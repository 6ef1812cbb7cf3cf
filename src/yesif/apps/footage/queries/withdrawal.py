"""What a withdrawal does at this hour: within a week of the scene it deletes (RULES §4)."""

from datetime import datetime, timedelta

from yesif.apps.footage.models import Take
from yesif.apps.footage.queries.review import owned, played_at

DELETES_WITHIN = timedelta(days=7)
"""A withdrawal this soon after the scene destroys the performance's keys."""


def deletes_until(performance_id: str, *, viewer_id: str) -> datetime:
    """Before this moment, withdrawing one's own performance deletes it. Raises NotFound."""
    return _fresh_until(owned(performance_id, viewer_id).take)


def is_fresh(take: Take, now: datetime) -> bool:
    """Was the take played less than a week ago?"""
    return now < _fresh_until(take)


def _fresh_until(take: Take) -> datetime:
    return played_at(take) + DELETES_WITHIN
