"""Tax as typed data: which papers there are, what a year's lines are called where, a report as a table. Not a filing.

Thresholds and boxes change by law; what stands here names the line, never decides whether it must be filed.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from yesif.base.errors import BadInput
from yesif.base.money import MICRO, Money

PAPERS = ("W-9", "W-8BEN", "ABN", "TFN", "VAT-ID", "TIN", "none")
"""What someone may have given: US (W-9, W-8BEN), Australia (ABN, TFN), Europe (VAT-ID, TIN)."""

_ABN, _TFN = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19), (1, 4, 3, 7, 5, 8, 6, 9, 10)
"""Weights of the check digits: Australian Business Register; Australian Taxation Office."""

REPORTS: dict[str, tuple[str, str, str]] = {
    "US": ("1099", "NEC 1: nonemployee compensation", "MISC 2: royalties"),
    "AU": ("TPAR", "Gross paid for services", "Royalties paid"),
    "EU": ("DAC7", "Consideration, personal services", "Consideration, licences"),
}
"""Where → its report, and what fees and royalties are called on it."""

_EUROPE = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class TaxLine:
    """What one person was paid in one year, in one currency: whole minor units, as they left the studio."""

    year: int
    performer: str
    place: str
    currency: str
    fees_minor: int
    royalties_minor: int
    withheld_minor: int


def number(kind: str, text: str) -> str:
    """A tax number of a paper, without spaces, in capitals; what can be checked of it is. Raises BadInput."""
    if kind not in PAPERS:
        raise BadInput(f"kind: a tax paper is one of {', '.join(PAPERS)}.")
    found = re.sub(r"[\s.\-]", "", text).upper()
    if kind == "none":
        return ""
    if not (4 <= len(found) <= 20 and found.isascii() and found.isalnum()):
        raise BadInput("number: it has 4 to 20 letters and digits.")
    digits = [int(one) for one in found] if found.isdigit() else []
    if kind == "W-9" and len(digits) != 9:
        raise BadInput("number: a W-9 names nine digits (SSN or EIN).")
    if kind == "ABN" and (len(digits) != 11 or _weighed([digits[0] - 1, *digits[1:]], _ABN) % 89):
        raise BadInput("number: an ABN has eleven digits, and its check digits fit.")
    if kind == "TFN" and (len(digits) not in (8, 9) or (len(digits) == 9 and _weighed(digits, _TFN) % 11)):
        raise BadInput("number: a TFN has eight or nine digits, and its check digit fits.")
    if kind == "VAT-ID" and not re.fullmatch(r"[A-Z]{2}[A-Z0-9]{2,13}", found):
        raise BadInput("number: a VAT number begins with the two letters of its country.")
    return found


def _weighed(digits: Sequence[int], weights: Sequence[int]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=True))


def report_of(place: str) -> str:
    """Which report a place belongs to: US, AU, EU, or "" for none that this house knows."""
    country = place[:2]
    return "EU" if country in _EUROPE else country if country in REPORTS else ""


def kept_back(micro: int, percent: int) -> int:
    """What is kept back of an amount: whole minor units, rounded down, in micro-units."""
    return micro * percent // 100 // MICRO * MICRO


def table(lines: Iterable[TaxLine], report: str, papers: Mapping[str, tuple[str, str]] | None = None) -> bytes:
    """One report's lines as CSV. `papers`: performer → kind and number of the paper they gave."""
    name, fees, royalties = REPORTS[report]
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["report", "year", "performer", "place", "currency", fees, royalties, "Withheld", "Paper", "Number"])
    for one in sorted(lines, key=lambda line: (line.year, line.performer, line.currency)):
        if report_of(one.place) == report:
            amounts = _amounts([one.fees_minor, one.royalties_minor, one.withheld_minor], one.currency)
            paper = (papers or {}).get(one.performer, ("", ""))
            rows.writerow([name, one.year, one.performer, one.place, one.currency, *amounts, *paper])
    return out.getvalue().encode()


def _amounts(minors: Sequence[int], currency: str) -> list[str]:
    return [str(Money(minor, currency)).split()[0] for minor in minors]
