"""Divide one sum among many by weight, losing nothing: largest remainder, ties by SHA-256(event ‖ performer).

Each revenue event is split once. A growing total is never split again: largest remainder is not monotone (weights 6/6/2
give 4/4/2 of 10 but 5/5/1 of 11), so re-splitting would take money back.
"""

import hashlib
from collections.abc import Mapping

from yesif.base.errors import BadInput


def split(total: int, weights: Mapping[str, int], *, event: str) -> dict[str, int]:
    """Shares of `total` (a whole number ≥ 0, micro-units) by `weights` (whole numbers ≥ 0), keyed as they came.

    Sum of shares = total; each is within one unit of its exact share; weight 0 gets 0; neither the order nor the names'
    alphabet matters. Raises BadInput for a negative number or where every weight is 0.
    """
    if total < 0:
        raise BadInput(f"{total} cannot be split: it is below zero")
    if any(weight < 0 for weight in weights.values()):
        raise BadInput("a weight is never below zero")
    whole = sum(weights.values())
    if whole == 0:
        raise BadInput("there is nobody to split among: every weight is 0")
    names, products = list(weights), [total * weight for weight in weights.values()]
    shares = dict(zip(names, [product // whole for product in products], strict=True))
    left = total - sum(shares.values())
    if left:
        rest = [product % whole for product in products]
        edge = sorted(rest, reverse=True)[left - 1]  # above zero: a weight of 0 has no remainder and gets nothing
        above = [name for name, remainder in zip(names, rest, strict=True) if remainder > edge]
        equal = [name for name, remainder in zip(names, rest, strict=True) if remainder == edge]
        if len(above) + len(equal) > left:
            equal = sorted(equal, key=lambda name: tie(event, name))[: left - len(above)]
        for name in above + equal:
            shares[name] += 1
    return shares


def tie(event: str, name: str) -> bytes:
    """Who is first among equals: SHA-256(event ‖ 0 ‖ name), so that nobody's id is luckier than another's."""
    return hashlib.sha256(event.encode() + b"\x00" + name.encode()).digest()
