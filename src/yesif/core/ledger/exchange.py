"""A payment in another currency: a rate that is written down with its source, never looked up again."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from yesif.base.errors import BadInput
from yesif.base.money import MICRO, Money, exponent
from yesif.core.ledger import accounts
from yesif.core.ledger.entry import Entry, Posting


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """One unit of `source` buys `numerator / denominator` units of `target`; `said_by` names who says so."""

    source: str
    target: str
    numerator: int
    denominator: int
    day: date
    said_by: str

    def __post_init__(self) -> None:
        if self.source == self.target:
            raise BadInput("currency: a rate is between two currencies.")
        if self.numerator <= 0 or self.denominator <= 0:
            raise BadInput("rate: a rate is above zero.")
        if not self.said_by.strip():
            raise BadInput("source: a rate says where it comes from.")

    def micro(self, money: Money) -> int:
        """`money` in micro-units of the target, rounded down: the fraction of a millionth stays with the payment."""
        if money.currency != self.source:
            raise BadInput(f"currency: this rate turns {self.source} into {self.target}, not {money.currency}.")
        places = Fraction(10) ** (exponent(self.target) - exponent(self.source))
        return int(money.minor * MICRO * Fraction(self.numerator, self.denominator) * places)


def read_rate(text: str) -> tuple[int, int]:
    """ "1.0853" → (10853, 10000): exact, as it was typed. Raises BadInput."""
    whole, _, part = text.strip().partition(".")
    if not (whole.isascii() and whole.isdigit()) or (part and not (part.isascii() and part.isdigit())) or len(part) > 9:
        raise BadInput("rate: a rate is a number like 1.0853, with at most nine decimals.")
    return int(whole + part), 10 ** len(part)


def entries(key: str, licence: str, money: Money, rate: ExchangeRate, line: int) -> tuple[Entry, Entry]:
    """Two entries, each in one currency: what came in goes to the exchange, and what that bought comes out of it."""
    spent, bought = money.minor * MICRO, rate.micro(money)
    through, account = accounts.exchange(rate.source, rate.target), accounts.received(licence)
    return (
        Entry(f"{key}:in", rate.source, "exchange", (Posting(account, -spent, line), Posting(through, spent, line))),
        Entry(f"{key}:out", rate.target, "exchange", (Posting(through, -bought, line), Posting(account, bought, line))),
    )
