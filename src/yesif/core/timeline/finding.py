"""One thing that was noticed about a take, with its evidence and where it stands."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence for a person, and the number behind it.

    `check`: short name, the same for the same kind of thing. `value` and `threshold` are whole numbers in `unit`;
    `start_ns` and `end_ns` are take time; None where it concerns the whole take.
    """

    check: str
    verdict: Literal["pass", "warn", "fail"]
    sentence: str
    value: int | None = None
    unit: str = ""
    threshold: int | None = None
    start_ns: int | None = None
    end_ns: int | None = None
