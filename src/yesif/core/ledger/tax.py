"""Tax as typed data: which papers there are, what a year's lines are called where, a report as a table. Not a filing.

Thresholds and boxes change by law; what stands here names the line, never decides whether it must be filed.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from yesif.base.money import MICRO, Money

PAPERS = ("W-9", "W-8BEN", "ABN", "TFN", "VAT-ID", "TIN", "none")
"""What someone may have given: US (W-9, W-8BEN), Australia (ABN, TFN), Europe (VAT-ID, TIN)."""

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


def report_of(place: str) -> str:
    """Which report a place belongs to: US, AU, EU, or "" for none that this house knows."""
    country = place[:2]
    return "EU" if country in _EUROPE else country if country in REPORTS else ""


def kept_back(micro: int, percent: int) -> int:
    """What is kept back of an amount: whole minor units, rounded down, in micro-units."""
    return micro * percent // 100 // MICRO * MICRO


def table(lines: Iterable[TaxLine], report: str) -> bytes:
    """One report's lines as CSV."""
    name, fees, royalties = REPORTS[report]
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(["report", "year", "performer", "place", "currency", fees, royalties, "Withheld"])
    for one in sorted(lines, key=lambda line: (line.year, line.performer, line.currency)):
        if report_of(one.place) == report:
            amounts = _amounts([one.fees_minor, one.royalties_minor, one.withheld_minor], one.currency)
            rows.writerow([name, one.year, one.performer, one.place, one.currency, *amounts])
    return out.getvalue().encode()


def _amounts(minors: Sequence[int], currency: str) -> list[str]:
    return [str(Money(minor, currency)).split()[0] for minor in minors]
