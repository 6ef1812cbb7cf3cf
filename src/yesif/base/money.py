"""Money: a whole number of minor units (or of millionths of one) and a currency. Never a float."""

import re
from dataclasses import dataclass
from typing import NoReturn

from yesif.base.errors import BadInput

_CODE = re.compile(r"^[A-Z]{3}$")
MICRO = 1_000_000
"""Micro-units in one minor unit: royalties accrue in these, payouts leave in whole minor units."""
_EXPONENTS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "BHD": 3, "KWD": 3, "OMR": 3, "TND": 3, "JOD": 3}


def exponent(currency: str) -> int:
    """Decimal places of the currency's minor unit (ISO 4217); 2 where it is not an exception."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """`minor` units of `currency` (ISO 4217, three capital letters)."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.minor, int) or isinstance(self.minor, bool):
            raise TypeError("money is counted in whole minor units")
        if not _CODE.match(self.currency):
            raise BadInput(f"a currency is three capital letters, not {self.currency!r}")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other).minor

    def __bool__(self) -> NoReturn:
        raise TypeError("say whether you mean `minor == 0` or `is None`")

    def __str__(self) -> str:
        places = exponent(self.currency)
        sign = "-" if self.minor < 0 else ""
        whole, part = divmod(abs(self.minor), 10**places)
        return f"{sign}{whole}{f'.{part:0{places}d}' if places else ''} {self.currency}"

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise BadInput(f"{self.currency} and {other.currency} are not added together")
        return other
