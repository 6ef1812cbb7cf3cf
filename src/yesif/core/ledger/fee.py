"""Pay for time: what a stretch of counted time is worth, at a rate locked when it was booked. Nothing else goes in.

Time comes from presence (`core.ledger.presence`), in whole milliseconds; the fee is in micro-units, a started one
counts whole. What a person played, answered or granted is not an argument of anything here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from yesif.base.errors import BadInput
from yesif.base.money import MICRO
from yesif.core.ledger import accounts
from yesif.core.ledger.entry import Entry, Posting

KINDS = (
    "training",
    "room-check",
    "waiting",
    "scenes",
    "cool-down",
    "review",
    "labelling",
    "stood-up",
    "standing-by",
    "claim",
)
"""What is paid. `claim`: minutes a performer disputed and was given."""

HOUR_MS = 3_600_000
LONGEST_MS = 24 * HOUR_MS
APPROVED_AFTER = timedelta(hours=72)
STANDING_BY_PERCENT = 50
"""An understudy who was not called gets this much of the rate for the whole block; one who was called, the rate."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What an hour is paid, in minor units of a currency."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.minor < 0:
            raise BadInput("A rate is not below zero.")


def fee_micro(ms: int, rate: Rate, *, percent: int = 100) -> int:
    """Micro-units for `ms` of paid time. Raises BadInput."""
    if not 0 <= ms <= LONGEST_MS:
        raise BadInput(f"One fee covers up to 24 hours, not {ms} ms.")
    return -(-ms * rate.minor * MICRO * percent // (HOUR_MS * 100))


def fee_entry(*, key: str, performer: str, currency: str, micro: int, sources: dict[str, int], line: int) -> Entry:
    """The entry that earns a fee: out of the accounts in `sources` (account → micro-units), into what has accrued."""
    postings = [Posting(account, -part, line) for account, part in sources.items() if part]
    return Entry(key, currency, "fee", (*postings, Posting(accounts.accrued(performer), micro, line)))


def approval(*, fee_key: str, performer: str, currency: str, micro: int, line: int | None) -> Entry:
    """The entry that approves a fee: from accrued to payable."""
    postings = (Posting(accounts.accrued(performer), -micro, line), Posting(accounts.payable(performer), micro, line))
    return Entry(f"approve:{fee_key}", currency, "approved", postings)


def approve_at(earned_at: datetime) -> datetime:
    """When a fee that nobody approved earlier approves itself."""
    return earned_at + APPROVED_AFTER
