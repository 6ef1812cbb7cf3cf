"""What performers said, who may pause licences for them, what they are asked, and what licensees were told."""

from yesif.apps.consent.models.grants import Grant, GrantItem, GrantName, Revocation, _grant_id  # noqa: F401  # the first migration names it
from yesif.apps.consent.models.notices import Hook, HookCall, Notice, NoticeRow
from yesif.apps.consent.models.questions import Question
from yesif.apps.consent.models.seats import Appointment, Seat, Suspension

__all__ = ["Appointment", "Grant", "GrantItem", "GrantName", "Hook", "HookCall", "Notice", "NoticeRow", "Question",
           "Revocation", "Seat", "Suspension"]  # fmt: skip
