"""Entries that cannot be wrong: what does not balance is refused when it is made.

An entry holds postings in one currency, in micro-units (millionths of a minor unit). A posting's amount is signed: plus
is owed to or held by the account, minus comes out of it; the sum is zero. Corrections are reversals, never changes.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from json.encoder import encode_basestring

from yesif.base.canonical import digest
from yesif.base.errors import BadInput, Refused

_NAME = re.compile(r"[a-z-]+(:[A-Za-z0-9_.-]+)*")
_CODE = re.compile(r"[A-Z]{3}")


_EMPTY = '""'


class Stage(StrEnum):
    """Where a performer's money is on its way out."""

    ACCRUED = "accrued"
    PAYABLE = "payable"
    IN_FLIGHT = "in-flight"
    PAID = "paid"
    WITHHELD = "withheld"
    RESIDUE = "residue"


def performer_account(performer: str, stage: Stage) -> str:
    """The account of one performer at one stage."""
    return f"performer:{performer}:{stage}"


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of an entry: an account's name, a signed amount in micro-units, and the record's line that caused it."""

    account: str
    micro: int
    line: int | None = None

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.account):
            raise BadInput(f"the account {self.account!r} is not named like one")
        if self.micro == 0:
            raise BadInput(f"the posting to {self.account} moves nothing")


@dataclass(frozen=True, slots=True)
class Entry:
    """A balanced set of postings in one currency. `key` makes it idempotent; `reverses` names what it takes back."""

    key: str
    currency: str
    memo: str
    postings: tuple[Posting, ...]
    reverses: str = ""

    def __post_init__(self) -> None:
        if not self.key:
            raise BadInput("an entry has a key, so that sending it twice is one entry")
        if not _CODE.fullmatch(self.currency):
            raise BadInput(f"a currency is three capital letters, not {self.currency!r}")
        if len(self.postings) < 2:
            raise BadInput("an entry has at least two postings")
        if (rest := sum(posting.micro for posting in self.postings)) != 0:
            raise BadInput(f"the entry does not balance: {rest} micro-units of {self.currency} are left over")

    @property
    def digest(self) -> str:
        """SHA-256 of the entry's canonical form (`base.canonical`); amounts are text, since they may pass 2^53.

        Written out here and not through `canonical`: this is most of what an entry costs (test: they are one)."""
        postings = ",".join(
            f'["{p.account}","{p.micro}",{p.line if p.line is not None else _EMPTY}]' for p in self.postings
        )
        key, memo, reverses = (
            encode_basestring(self.key),
            encode_basestring(self.memo),
            encode_basestring(self.reverses),
        )
        text = (
            f'{{"currency":"{self.currency}","key":{key},"memo":{memo},"postings":[{postings}],"reverses":{reverses}}}'
        )
        return hashlib.sha256(text.encode()).hexdigest()

    def reversal(self, *, memo: str) -> "Entry":
        """The entry that takes this one back. A reversal itself is not reversed: post the first anew."""
        if self.reverses:
            raise Refused("a reversal is not reversed; post the entry anew under a new key")
        postings = tuple(Posting(p.account, -p.micro, p.line) for p in self.postings)
        return Entry(f"reversal:{self.key}", self.currency, memo, postings, self.key)


def balances(entries: Iterable[Entry]) -> dict[tuple[str, str], int]:
    """What each (account, currency) holds after `entries`, in micro-units; accounts at zero are left out."""
    found: dict[tuple[str, str], int] = {}
    for entry in entries:
        for posting in entry.postings:
            key = (posting.account, entry.currency)
            found[key] = found.get(key, 0) + posting.micro
    return {key: micro for key, micro in found.items() if micro}


def trial_balance_digest(held: Mapping[tuple[str, str], int]) -> str:
    """The digest that closes a period: every balance, in order. Raises Refused where a currency is not at zero."""
    totals: dict[str, int] = {}
    for (_, currency), micro in held.items():
        totals[currency] = totals.get(currency, 0) + micro
    if wrong := {currency: rest for currency, rest in totals.items() if rest}:
        raise Refused(f"the books do not balance in {', '.join(sorted(wrong))}")
    return digest([[account, currency, str(micro)] for (account, currency), micro in sorted(held.items())])
