"""Read the record: everyone may see that a line is there; its body is for those it concerns."""

from yesif.apps.record.queries.disclose import every_line, lines_of, lines_of_person, people_in
from yesif.apps.record.queries.lines import LineSeen, chain_of, count, line, lines_about, number_of_lines
from yesif.apps.record.queries.receipt import leaf_proof, log_key, receipt_zip
from yesif.apps.record.queries.seats import (
    FindingSeen,
    SeatSeen,
    clips_shared,
    findings_for,
    findings_of,
    seat,
    seats_given,
    seats_of,
)
from yesif.apps.record.queries.tree import Difference, differences, leaf_bytes, size, waiting

__all__ = [
    "Difference",
    "FindingSeen",
    "LineSeen",
    "SeatSeen",
    "chain_of",
    "clips_shared",
    "count",
    "differences",
    "every_line",
    "findings_for",
    "findings_of",
    "leaf_bytes",
    "leaf_proof",
    "line",
    "lines_about",
    "lines_of",
    "lines_of_person",
    "log_key",
    "number_of_lines",
    "people_in",
    "receipt_zip",
    "seat",
    "seats_given",
    "seats_of",
    "size",
    "waiting",
]
