"""A statement anyone can work out again: each line carries what it was computed from, and nothing of other people.

{"statement": 1, "performer": "per_…", "year": 2026, "lines": [
  {"kind": "fee", "key": …, "what": "scenes", "ms": 600000, "rate_minor": 4500, "percent": 100, "currency": "EUR",
   "micro": "750000000", "at": …, "line": 12},
  {"kind": "royalty", "key": …, "licence": …, "currency": "EUR", "payment_micro": …, "terms": {…}, "weight": …,
   "others": [[weight, tie], …], "micro": …, "at": …, "line": 40}],
 "totals": {"EUR": {"fee": "…", "royalty": "…", "minor": …}}}

Other performers stand as their weight and SHA-256(payment ‖ their id), which decides ties and names nobody. Amounts are
text: they may pass 2^53. `recompute` uses nothing but this file.
"""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from yesif.base.canonical import digest
from yesif.base.errors import BadInput, Damaged
from yesif.base.money import MICRO, Money
from yesif.core.ledger.fee import Rate, fee_micro
from yesif.core.ledger.royalty import terms_from
from yesif.core.ledger.split import split, tie

FORM = 1
Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """One line, worked out again."""

    key: str
    said: int
    found: int

    @property
    def agrees(self) -> bool:
        return self.said == self.found


def others(event: str, weights: Iterable[tuple[str, int]], performer: str) -> list[list[object]]:
    """Everyone else in a payment, as weight and tie, in an order that tells nothing."""
    return sorted([weight, tie(event, who).hex()] for who, weight in weights if who != performer and weight)


def make(*, performer: str, year: int, lines: Iterable[Line]) -> dict[str, Any]:
    """The statement of one performer and year, with totals by currency, and the digest of it all."""
    kept = list(lines)
    whole: dict[str, Any] = {
        "statement": FORM,
        "performer": performer,
        "year": year,
        "lines": kept,
        "totals": totals(kept),
    }
    return {**whole, "digest": digest(whole)}


def totals(lines: Iterable[Line]) -> dict[str, dict[str, object]]:
    """By currency: fees, royalties, and both in whole minor units."""
    sums: dict[str, dict[str, int]] = {}
    for line in lines:
        kinds = sums.setdefault(str(line["currency"]), {"fee": 0, "royalty": 0})
        kinds[str(line["kind"])] += int(line["micro"])
    return {
        currency: {**{kind: str(micro) for kind, micro in kinds.items()}, "minor": sum(kinds.values()) // MICRO}
        for currency, kinds in sorted(sums.items())
    }


def recompute(statement: Mapping[str, Any]) -> list[Checked]:
    """Work out every line again from what it says it came from. Raises BadInput for what is no statement, Damaged where
    the digest or the totals are not those of the lines."""
    if statement.get("statement") != FORM:
        raise BadInput(f"This is not a statement of form {FORM}.")
    rest = {name: value for name, value in statement.items() if name != "digest"}
    if statement.get("digest") != digest(rest):
        raise Damaged("the statement was changed: its digest is not that of its content")
    try:
        lines = list(statement["lines"])
        found = [_again(str(statement["performer"]), line) for line in lines]
    except (KeyError, TypeError, ValueError) as wrong:
        raise BadInput(f"A line of this statement lacks or garbles a field: {str(wrong)[:60]}.") from None
    if totals(lines) != statement["totals"]:
        raise Damaged("the statement's totals are not the sums of its lines")
    return found


def _again(performer: str, line: Line) -> Checked:
    said = int(line["micro"])
    if line["kind"] == "fee":
        rate = Rate(int(line["rate_minor"]), str(line["currency"]))
        return Checked(str(line["key"]), said, fee_micro(int(line["ms"]), rate, percent=int(line["percent"])))
    if line["kind"] == "royalty":
        return Checked(str(line["key"]), said, share_of(performer, line))
    raise ValueError(f"kind {line['kind']!r}")


def share_of(performer: str, line: Line) -> int:
    """One performer's share of one payment: the split of `core.ledger.split`, from weights and ties alone."""
    terms, event = terms_from(line["terms"]), str(line["key"])
    names = ("pool", "studio", "labellers", "welfare")
    percents = {name: int(getattr(terms, f"{name}_percent")) for name in names}
    pool = split(int(line["payment_micro"]), percents, event=f"{event}:parts")["pool"]
    mine = int(line["weight"])
    everyone = [(int(weight), str(code)) for weight, code in line["others"]]
    everyone.append((mine, tie(event, performer).hex()))
    whole = sum(weight for weight, _ in everyone)
    if not mine or not whole:
        return 0
    left = pool - sum(pool * weight // whole for weight, _ in everyone)
    first = heapq.nsmallest(left, ((-(pool * weight % whole), code) for weight, code in everyone if weight))
    lucky = (-(pool * mine % whole), tie(event, performer).hex()) in first
    return pool * mine // whole + int(lucky)


def coins(micro: int, currency: str) -> str:
    """An amount in whole minor units, as a pay run would pay it: rounded down, the rest is carried on. 7.50 EUR."""
    return str(Money(micro // MICRO if micro >= 0 else -(-micro // MICRO), currency))


def words(micro: int, currency: str) -> str:
    """An amount to the millionth, as long as it needs to be: 7.50 EUR, 0.001234 EUR."""
    minor, rest = divmod(abs(micro), MICRO)
    text = str(Money(-minor if micro < 0 else minor, currency))
    if not rest:
        return text
    number, code = text.split()
    return f"{number}{'' if '.' in number else '.'}{rest:06d}".rstrip("0") + f" {code}"
