"""Replay a record from its first leaf and say everything that does not add up. Needs nobody's word, and no studio.

What a use or a split should have been is asked of rule books that the caller brings (`Rules`): rule books do not know
each other. `yesif audit` brings the policy's and the ledger's; so does the auditor's page.
"""

from yesif.core.tlog.audit.bundle import Bundle
from yesif.core.tlog.audit.finding import CHECKS, Finding
from yesif.core.tlog.audit.replay import Outcome, Rules, replay

__all__ = ["CHECKS", "Bundle", "Finding", "Outcome", "Rules", "replay"]
