"""All slots as one problem: the heaviest matching on the general graph of who fits whom, then each pair a slot.

Everyone plays at most once a round. Worth does not hang on the slot, so who plays with whom is one matching over all
slots at once (exact, by rustworkx), and slots are then given by augmenting paths, heaviest pair first. Where seats are
short, crowded slots get a price and it is matched again, a few times, keeping the best; with seats for all the first
time is the optimum. Whoever was left over is matched again over the slots with seats left.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import rustworkx

from yesif.core.matching.candidates import candidates
from yesif.core.matching.fit import Aims, Fit, fit
from yesif.core.matching.performer import Performer
from yesif.core.matching.seats import Seating, Slot

Pair = tuple[str, str]
Fits = dict[Pair, Fit]
_TIMES = 12
_PRICE = 600
_EDGES_OF_ONE_TIME = 25_000
"""Up to so many fits, prices are tried `_TIMES` times; ten thousand performers take one time and stay within 30 s."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A pair that the producer wants, in a slot or, with "", in whichever suits."""

    a: str
    b: str
    slot: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """Two performers in a slot, and why."""

    slot: str
    fit: Fit
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The pairs found; who stayed over; pins that cannot be (no reason is given: it could be somebody's line)."""

    matches: tuple[Match, ...]
    left: tuple[str, ...]
    impossible: tuple[Pin, ...] = ()

    @property
    def worth(self) -> int:
        return sum(one.fit.worth for one in self.matches)


def match(
    performers: Sequence[Performer],
    slots: Sequence[Slot],
    aims: Aims,
    *,
    pins: Sequence[Pin] = (),
    forbidden: Iterable[Pair] = (),
    rounds: int = 1,
    kept: int = 0,
) -> Plan:
    """Pair the performers over the slots. A round plays everyone at most once; later rounds keep clear of clashes and
    pair nobody with a partner of an earlier one. `kept` fits a performer are looked at (0: as many as time allows)."""
    barred = {pair_of(a, b) for a, b in forbidden}
    found: list[Match] = []
    impossible: tuple[Pin, ...] = ()
    for n in range(rounds):
        able = _able(performers, slots, found)
        seating = Seating({slot.id: slot.seats - sum(one.slot == slot.id for one in found) for slot in slots})
        if n == 0:
            impossible = _pin(seating, able, aims, pins)
        found += [Match(*each) for each in _round(seating, able, aims, barred, kept).pairs()]
        barred |= {(one.fit.a, one.fit.b) for one in found}
    order = {slot.id: (slot.starts, slot.id) for slot in slots}
    found.sort(key=lambda one: (order[one.slot], -one.fit.worth, one.fit.a))
    placed = {each for one in found for each in (one.fit.a, one.fit.b)}
    return Plan(tuple(found), tuple(one.id for one in performers if one.id not in placed), impossible)


def heaviest(fits: Mapping[Pair, Fit], prices: Mapping[Pair, int] | None = None) -> list[Fit]:
    """The matching of greatest worth, less prices, among these fits: exact, on the general graph."""
    off = prices or {}
    names = sorted({one for pair in fits for one in pair})
    at = {name: n for n, name in enumerate(names)}
    graph: rustworkx.PyGraph[str, int] = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(names)
    edges = [(at[a], at[b], one.worth - off.get((a, b), 0)) for (a, b), one in fits.items()]
    graph.add_edges_from([edge for edge in edges if edge[2] > 0])
    pairs = rustworkx.max_weight_matching(graph, max_cardinality=False, weight_fn=int)
    chosen = [fits[pair_of(names[n], names[m])] for n, m in pairs]
    return sorted(chosen, key=lambda one: (-one.worth, one.a, one.b))


def pair_of(a: str, b: str) -> Pair:
    """A pair has no order; its name does."""
    return (a, b) if a < b else (b, a)


def _able(performers: Sequence[Performer], slots: Sequence[Slot], found: Sequence[Match]) -> dict[str, Performer]:
    """Each performer with the slots they can still play in: of these, and clear of what they already play."""
    by_id = {slot.id: slot for slot in slots}
    busy: dict[str, list[Slot]] = {}
    for one in found:
        for each in (one.fit.a, one.fit.b):
            busy.setdefault(each, []).append(by_id[one.slot])
    return {
        one.id: replace(
            one,
            slots=frozenset(
                name
                for name in one.slots & by_id.keys()
                if not any(by_id[name].clashes(other) for other in busy.get(one.id, ()))
            ),
        )
        for one in performers
    }


def _pin(seating: Seating, able: dict[str, Performer], aims: Aims, pins: Sequence[Pin]) -> tuple[Pin, ...]:
    """Seat the pinned pairs first; those pinned leave `able`. Returns the pins that cannot be."""
    impossible = []
    for pin in pins:
        a, b = able.get(pin.a), able.get(pin.b)
        fits = fit(a, b, aims) if a and b else None
        slots = (a.slots & b.slots) & ({pin.slot} if pin.slot else a.slots) if a and b else frozenset()
        if fits is None or not seating.seat(fits, slots, pinned=True):
            impossible.append(pin)
            continue
        del able[pin.a], able[pin.b]
    return tuple(impossible)


def _round(seating: Seating, able: Mapping[str, Performer], aims: Aims, barred: set[Pair], kept: int) -> Seating:
    """Match and seat everyone who can be; a few times with prices where some pairs found no seat."""
    fits = _fits(list(able.values()), aims, barred, kept)
    best, prices = None, dict.fromkeys(seating.open(), 0)
    for time in range(max(1, min(_TIMES, _EDGES_OF_ONE_TIME * _TIMES // max(1, len(fits))))):
        tried = seating.copy()
        unseated = _fill(tried, able, fits, prices)
        _fill_rest(tried, able, aims, barred, kept)
        if best is None or tried.worth() > best.worth():
            best = tried
        if not unseated:
            break
        _raise(prices, [_shared(able, one) for one in unseated], tried.open(), _PRICE // (1 + time))
    return best or seating


def _fill_rest(seating: Seating, able: Mapping[str, Performer], aims: Aims, barred: set[Pair], kept: int) -> None:
    """Match whoever is left over, in what is left open, until nobody more finds a seat."""
    rest, before = _unseated(seating, able), len(able)
    while rest and len(rest) < before:
        opened, before = seating.open(), len(rest)
        left = [replace(one, slots=one.slots & opened) for one in rest.values()]
        _fill(seating, rest, _fits([one for one in left if one.slots], aims, barred, kept), {})
        rest = _unseated(seating, rest)


def _unseated(seating: Seating, able: Mapping[str, Performer]) -> dict[str, Performer]:
    seated = seating.seated()
    return {name: one for name, one in able.items() if name not in seated}


def _fits(those: Sequence[Performer], aims: Aims, barred: set[Pair], kept: int) -> Fits:
    return {pair: one for pair, one in candidates(those, aims, kept=kept).items() if pair not in barred}


def _fill(seating: Seating, able: Mapping[str, Performer], fits: Fits, prices: Mapping[str, int]) -> list[Fit]:
    """Match once and seat; returns the pairs that found no seat."""
    opened = seating.open()
    slots = {pair: _shared(able, one) & opened for pair, one in fits.items()}
    fits = {pair: one for pair, one in fits.items() if slots[pair]}
    off = {pair: min(prices[name] for name in slots[pair]) for pair in fits} if any(prices.values()) else {}
    return [one for one in heaviest(fits, off) if not seating.seat(one, slots[one.a, one.b])]


def _raise(prices: dict[str, int], crowded: Iterable[frozenset[str]], opened: frozenset[str], step: int) -> None:
    """A slot that turned pairs away costs more; one with seats left costs less."""
    full = frozenset(name for slots in crowded for name in slots)
    for name in prices:
        if name in full:
            prices[name] += step
        elif name in opened:
            prices[name] = max(0, prices[name] - step)


def _shared(able: Mapping[str, Performer], one: Fit) -> frozenset[str]:
    return able[one.a].slots & able[one.b].slots
