"""Everything a performer says, ends or is asked, what a seat pauses, and what licensees are told."""

from yesif.apps.consent.actions.answers import accept_core, give, give_copy, revoke
from yesif.apps.consent.actions.hold import hold

__all__ = ["accept_core", "give", "give_copy", "hold", "revoke"]
