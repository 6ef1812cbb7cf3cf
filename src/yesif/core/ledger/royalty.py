"""Share what a licensee pays among those whose clips were leased: published terms, one split per payment.

weight = milliseconds present in clips actually leased × the terms' factor for the form; presence, not words.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from yesif.base.canonical import digest
from yesif.base.errors import BadInput, Refused
from yesif.base.money import MICRO
from yesif.core.ledger import accounts
from yesif.core.ledger.entry import Entry, Posting
from yesif.core.ledger.split import split

REVENUE = ("licence-fee", "usage-fee", "model-tail")
"""What a licensee pays for: the licence, its use, and a model that stays in service."""
_PARTS = ("pool", "studio", "labellers", "welfare")


@dataclass(frozen=True, slots=True)
class Terms:
    """How a payment is shared, as published under a version. The performers' pool is never below 60 %."""

    version: str
    pool_percent: int
    studio_percent: int
    labellers_percent: int
    welfare_percent: int
    factors: tuple[tuple[str, int], ...]
    say: str

    def __post_init__(self) -> None:
        shares = [getattr(self, f"{part}_percent") for part in _PARTS]
        if any(share < 0 for share in shares) or sum(shares) != 100:
            raise BadInput(f"The shares of terms {self.version} add up to {sum(shares)} %, not 100.")
        if self.pool_percent < 60:
            raise BadInput(f"pool_percent: performers share at least 60 %, not {self.pool_percent}.")
        if any(factor <= 0 for _, factor in self.factors):
            raise BadInput("factors: each is above zero.")

    @property
    def digest(self) -> str:
        """What a royalty line names them by."""
        return digest(asdict(self))

    def factor(self, form: str) -> int:
        """The factor of a form. Raises BadInput for one the terms do not know."""
        found = dict(self.factors).get(form)
        if found is None:
            raise BadInput(f"The terms know no form {form[:40]!r}.")
        return found


@dataclass(frozen=True, slots=True)
class Leased:
    """One performance that was really leased: who was there, for how long, in which form, under which run."""

    performance: str
    performer: str
    ms: int
    form: str
    run: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """One revenue event. `event` is its key; `micro` is what is shared, in the currency the studio pays in."""

    event: str
    licence: str
    kind: str
    micro: int
    currency: str

    def __post_init__(self) -> None:
        if self.kind not in REVENUE:
            raise BadInput(f"kind: a licensee pays a {', a '.join(REVENUE)}, not {self.kind[:40]!r}.")
        if self.micro <= 0:
            raise BadInput("amount: a payment is above zero.")


@dataclass(frozen=True, slots=True)
class Shared:
    """A payment, shared: whole numbers of micro-units that add up to it exactly."""

    payment: Payment
    terms: Terms
    parts: Mapping[str, int]
    weights: Mapping[str, int]
    shares: Mapping[str, int]


def terms_from(content: Mapping[str, object]) -> Terms:
    """Terms as published (JSON). Raises BadInput."""
    try:
        factors = tuple(sorted((str(k), int(v)) for k, v in dict(content["factors"]).items()))  # type: ignore[call-overload]
        numbers = {f"{part}_percent": int(str(content[f"{part}_percent"])) for part in _PARTS}
        return Terms(version=str(content["version"]), factors=factors, say=str(content["say"]), **numbers)
    except (KeyError, TypeError, ValueError) as wrong:
        raise BadInput(f"The terms lack or garble a field: {str(wrong)[:60]}.") from None


@cache
def standard_terms() -> Terms:
    """The terms that come with the house."""
    return terms_from(json.loads((Path(__file__).parent / "terms.json").read_text()))


def weights(leased: Iterable[Leased], terms: Terms) -> dict[str, int]:
    """Each performer's weight. A performance leased in several runs of the period counts once per run it was leased in;
    within one run it counts once, however often its key was renewed."""
    seen: dict[tuple[str, str, str], int] = {}
    for one in leased:
        if one.ms < 0:
            raise BadInput(f"{one.performance}: nobody was present for {one.ms} ms.")
        key = (one.performer, one.performance, one.run)
        seen[key] = max(seen.get(key, 0), one.ms * terms.factor(one.form))
    found: dict[str, int] = {}
    for (performer, _, _), weight in seen.items():
        found[performer] = found.get(performer, 0) + weight
    return found


def share(payment: Payment, weighed: Mapping[str, int], terms: Terms) -> Shared:
    """Split one payment, once. Raises Refused where nothing was leased: then nobody knows whose it is yet."""
    if not any(weighed.values()):
        raise Refused("Nothing was leased under this licence in that time; the payment waits until something was.")
    percents = {part: getattr(terms, f"{part}_percent") for part in _PARTS}
    parts = split(payment.micro, percents, event=f"{payment.event}:parts")
    return Shared(payment, terms, parts, dict(weighed), split(parts["pool"], weighed, event=payment.event))


def entry(shared: Shared, *, line: int | None) -> Entry:
    """The entry of a shared payment: out of what the licensee paid in, straight to payable: a royalty waits for
    nobody."""
    payment = shared.payment
    others = {"studio": accounts.STUDIO, "labellers": accounts.LABELLERS, "welfare": accounts.WELFARE}
    postings = [Posting(accounts.received(payment.licence), -payment.micro, line)]
    postings += [Posting(account, shared.parts[part], line) for part, account in others.items() if shared.parts[part]]
    postings += [Posting(accounts.payable(who), micro, line) for who, micro in sorted(shared.shares.items()) if micro]
    return Entry(payment.event, payment.currency, "royalty", tuple(postings))


def affordable(clips: Mapping[str, tuple[int, int]], pool_minor: int) -> frozenset[str]:
    """Which clips a price pays for: clip → (weight, floor in minor units). A clip whose share would be below its
    floor is left out before the sale, not underpaid; the others' shares grow then, so it is asked again until all
    are paid."""
    left = dict(clips)
    while left:
        whole = sum(weight for weight, _ in left.values())
        short = {
            clip
            for clip, (weight, floor) in left.items()
            if floor and (not whole or pool_minor * weight < floor * whole)
        }
        if not short:
            break
        # The one that is furthest below goes first: leaving it out may pay for the next.
        worst = max(short, key=lambda clip: (left[clip][1] * whole - pool_minor * left[clip][0], clip))
        del left[worst]
    return frozenset(left)


def micro_of(minor: int) -> int:
    """Minor units as micro-units."""
    return minor * MICRO
