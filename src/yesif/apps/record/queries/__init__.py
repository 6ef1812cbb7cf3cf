"""Read the record: everyone may see that a line is there; its body is for those it concerns."""

from yesif.apps.record.queries.lines import LineSeen, chain_of, count, line, lines_about, number_of_lines
from yesif.apps.record.queries.receipt import leaf_proof, log_key, receipt_zip
from yesif.apps.record.queries.tree import Difference, differences, leaf_bytes, size, waiting

__all__ = [
    "Difference",
    "LineSeen",
    "chain_of",
    "count",
    "differences",
    "leaf_bytes",
    "leaf_proof",
    "line",
    "lines_about",
    "log_key",
    "number_of_lines",
    "receipt_zip",
    "size",
    "waiting",
]
