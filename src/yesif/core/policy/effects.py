"""What ending a yes does, in three honest columns: cannot be undone, others must do by a date, stops now.

Said before it is confirmed and again on the receipt (RULES §4). The unpleasant column comes first.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from yesif.core.policy.grants import OnRevoke

SIGN_WITHIN = timedelta(hours=72)
PURGE_WITHIN = timedelta(days=14)
RETIRE_WITHIN = timedelta(days=365)
DESTROY_WITHIN = timedelta(days=30)
LONGEST_RUN_H = 72
USUAL_RUN_H = 24
DELETE_DAYS = 7
"""Days after a scene in which withdrawing also deletes."""


@dataclass(frozen=True, slots=True)
class Effects:
    """The three columns, each a few short sentences."""

    undone: tuple[str, ...]
    others: tuple[str, ...]
    stops: tuple[str, ...]


def of_ending(*, on_revoke: OnRevoke, licensees: int, now: datetime) -> Effects:
    """What ending a yes does, where so many licensees hold scenes under it."""
    return Effects(_UNDONE, tuple(_others(on_revoke, licensees, now)), ("New builds leave your scenes out.", *_STOPS))


def of_withdrawal(*, on_revoke: OnRevoke, licensees: int, deletes: bool, now: datetime) -> Effects:
    """What taking one performance out does; `deletes`: soon enough after the scene for its keys to be destroyed."""
    deleted = (
        "Its keys are destroyed, so that no one here can open it again."
        if deletes
        else f"It stays stored, sealed. Only in the first {DELETE_DAYS} days is it deleted too.",
    )
    shared = "A clip you share with your partner goes too. Your partner keeps their pay."
    return Effects(
        _UNDONE,
        tuple(_others(on_revoke, licensees, now)),
        ("New builds leave this scene out.", shared, *deleted, *_STOPS),
    )


def of_erasure(*, licensees: int, now: datetime) -> Effects:
    """What erasing everything of a person does."""
    return Effects(
        (
            *_UNDONE,
            "Erased means erased: you cannot get your scenes back, and nor can we.",
            "The record keeps marks that no one can read. They show that a line was there, not what it said.",
        ),
        tuple(_others(OnRevoke.RETIRE, licensees, now)),
        (
            "Your key is destroyed. What it locked is noise from then on.",
            "All your Yeses end at once.",
            "Money you have earned is still paid to you.",
        ),
    )


_UNDONE = (
    "A model that has learned from you cannot forget you.",
    "A copy that a dishonest buyer keeps cannot be called back.",
)
_STOPS = (
    "No buyer gets new keys from this moment.",
    f"Keys a buyer holds now die by themselves: most within {USUAL_RUN_H} hours, all within {LONGEST_RUN_H}.",
    "Your fee stays paid. What you have earned is never taken back.",
)


def _others(on_revoke: OnRevoke, licensees: int, now: datetime) -> list[str]:
    if not licensees:
        return ["No buyer holds any of this today, so there is no one to tell."]
    told = "One buyer is told" if licensees == 1 else f"{licensees} buyers are told"
    said = [
        f"{told} at once and must sign that by {_day(now + SIGN_WITHIN)}.",
        f"They must delete their copies and confirm it by {_day(now + PURGE_WITHIN)}.",
    ]
    said.append(
        {
            OnRevoke.STOP_NEW: "They may train no further with your scenes. Models they have may stay.",
            OnRevoke.RETIRE: f"They take models made with your scenes out of use by {_day(now + RETIRE_WITHIN)}.",
            OnRevoke.DESTROY: f"They destroy each copy of you by {_day(now + DESTROY_WITHIN)}.",
        }[on_revoke]
    )
    return [
        *said,
        "If one is late, you and the auditor see it in red.",
        "While a model is in use, you go on being paid.",
    ]


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"
