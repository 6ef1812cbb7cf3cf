"""What performers said, and what it comes to."""

from yesif.apps.consent.queries.answers import (
    GrantSeen,
    answers_of,
    asking,
    core_grants,
    grant_of,
    history,
    living_grants,
    said_by,
)
from yesif.apps.consent.queries.clearing import cleared
from yesif.apps.consent.queries.deciding import core_use, decisions, end_of
from yesif.apps.consent.queries.twin import Permit, eligible

__all__ = ["GrantSeen", "Permit", "answers_of", "asking", "cleared", "core_grants", "core_use", "decisions", "eligible",
           "end_of", "grant_of", "history", "living_grants", "said_by"]  # fmt: skip
