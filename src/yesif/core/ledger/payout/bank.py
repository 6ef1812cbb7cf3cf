"""Who is paid, from where: account numbers that are checked before anything is written.

IBAN: ISO 13616, its check digits by ISO 7064 mod 97-10. BSB: six digits, its bank and state known by form only.
Routing number (US): nine digits, weights 3 7 1. Each refusal names the field.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from yesif.base.errors import BadInput

FORMATS = {"pain001": ("EUR",), "aba": ("AUD",), "nacha": ("USD",), "csv": ()}
"""File format → currencies it can carry; none named: any."""
IBAN_LENGTHS = {
    "AD": 24, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24,
    "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21,
    "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24,
    "SI": 19, "SK": 24, "SM": 27, "VA": 22,
}  # fmt: skip
"""Countries of SEPA and the length of their IBAN (SWIFT IBAN registry)."""


@dataclass(frozen=True, slots=True)
class Account:
    """A bank account: `kind` is iban, aba or us. `bank` is a BSB or a routing number; an IBAN needs none."""

    kind: str
    name: str
    number: str
    bank: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise BadInput("name: say whose account this is.")
        check = {"iban": _iban, "aba": _aba, "us": _us}.get(self.kind)
        if check is None:
            raise BadInput("kind: an account is an IBAN, an Australian or a US one.")
        check(self)


@dataclass(frozen=True, slots=True)
class Due:
    """One person's payment in a file: whole minor units, and the reference that a return is known by."""

    reference: str
    account: Account
    minor: int

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Z0-9]{1,15}", self.reference):
            raise BadInput("reference: capital letters and digits, at most 15.")
        if self.minor <= 0:
            raise BadInput("amount: a payment is above zero.")


KIND_OF = {"pain001": "iban", "aba": "aba", "nacha": "us"}


def check_batch(file_format: str, currency: str, payer: Account, dues: Sequence[Due]) -> None:
    """Raises BadInput for an empty batch, a currency or an account the format cannot carry, a reference used twice."""
    if file_format not in FORMATS:
        raise BadInput(f"format: this house writes {', '.join(FORMATS)}, not {file_format[:20]!r}.")
    if FORMATS[file_format] and currency not in FORMATS[file_format]:
        raise BadInput(f"currency: a {file_format} file carries {FORMATS[file_format][0]}, not {currency}.")
    if not dues:
        raise BadInput("payments: nobody is due anything in this file.")
    if len({due.reference for due in dues}) != len(dues):
        raise BadInput("reference: each payment of a file has its own.")
    kind = KIND_OF.get(file_format)
    if kind and any(one.kind != kind for one in [payer, *(due.account for due in dues)]):
        raise BadInput(f"account: a {file_format} file pays only accounts of its own kind.")


def iban(text: str) -> str:
    """An IBAN without spaces, in capitals. Raises BadInput naming the field."""
    found = re.sub(r"\s", "", text).upper()
    length = IBAN_LENGTHS.get(found[:2])
    if length is None:
        raise BadInput("IBAN: it begins with the two letters of a country in the single euro payments area.")
    if len(found) != length or not found.isascii() or not found.isalnum():
        raise BadInput(f"IBAN: one of {found[:2]} has {length} letters and digits, not {len(found)}.")
    if int("".join(str(int(one, 36)) for one in found[4:] + found[:4])) % 97 != 1:
        raise BadInput("IBAN: its check digits do not fit; look for a digit mistyped.")
    return found


def bsb(text: str) -> str:
    """A BSB as ABA files print it, 123-456. Raises BadInput naming the field."""
    found = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"[0-9]{6}", found):
        raise BadInput("BSB: it has six digits.")
    return f"{found[:3]}-{found[3:]}"


def routing(text: str) -> str:
    """A US routing number. Raises BadInput naming the field."""
    found = text.strip()
    if not re.fullmatch(r"[0-9]{9}", found):
        raise BadInput("Routing number: it has nine digits.")
    if sum(int(digit) * weight for digit, weight in zip(found, (3, 7, 1) * 3, strict=True)) % 10:
        raise BadInput("Routing number: its check digit does not fit; look for a digit mistyped.")
    return found


def _iban(one: Account) -> None:
    if iban(one.number) != one.number:
        raise BadInput("IBAN: keep it without spaces and in capitals.")


def _aba(one: Account) -> None:
    if bsb(one.bank) != one.bank:
        raise BadInput("BSB: keep it as 123-456.")
    if not re.fullmatch(r"[0-9]{5,9}", one.number):
        raise BadInput("Account number: an Australian one has five to nine digits.")


def _us(one: Account) -> None:
    routing(one.bank)
    if not re.fullmatch(r"[0-9]{4,17}", one.number):
        raise BadInput("Account number: a US one has four to seventeen digits.")


def plain(text: str, longest: int) -> str:
    """A name in the letters every bank takes (SEPA's basic Latin set), cut to length."""
    latin = "".join(_ASCII.get(letter, letter) for letter in text)
    kept = "".join(letter if re.match(r"[A-Za-z0-9/\-?:().,'+ ]", letter) else " " for letter in _strip(latin))
    return (" ".join(kept.split()) or "PAYEE")[:longest].strip()


_ASCII = {"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
          "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "TH", "ð": "d", "Ð": "D", "ı": "i"}  # fmt: skip


def _strip(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
