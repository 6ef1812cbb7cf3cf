"""Which cards fit a cast: inside every sheet at once, less some held out so that a missing card tells nobody why.

A set of cards is an integer, one bit a card: two performers' cards meet in one `&`, so ten thousand are quickly done.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import and_

from yesif.core.matching.sheet import OPEN, Sheet

LEAST = 3
"""Fewer cards than this and two are not matched: they would run out, or the gaps would tell."""
_HELD_THEMES = 12
_HELD_CARDS = 12
"""One theme in twelve and one card in twelve are held out from each cast, for as long as the deck stands: drawn anew
each time, the hold-outs would average out and the lines show."""


@dataclass(frozen=True, slots=True)
class Card:
    """What dealing needs of a card. `seats`: how many it is written for, at most."""

    id: str
    themes: frozenset[str] = frozenset()
    delivery: frozenset[str] = frozenset()
    intensity: int = 1
    seats: int = 2


@dataclass(frozen=True, slots=True)
class Pack:
    """The cards a project plays from, in a fixed order, and each theme's usual line."""

    cards: Sequence[Card]
    usual: Mapping[str, str] = field(default_factory=dict)

    def for_sheet(self, sheet: Sheet) -> int:
        """The cards inside one performer's sheet, as bits."""
        return sum(1 << n for n, card in enumerate(self.cards) if self.inside(card, sheet))

    def inside(self, card: Card, sheet: Sheet) -> bool:
        """Is this card inside this sheet: every theme, every way of playing, and its weight?"""
        return (
            card.intensity <= sheet.most
            and not card.delivery & sheet.limits
            and all(sheet.plays(theme, usual=self.usual.get(theme, OPEN)) for theme in card.themes)
        )

    def written_for(self, seats: int) -> int:
        """The cards written for at least this many, as bits."""
        return sum(1 << n for n, card in enumerate(self.cards) if card.seats >= seats)

    def of_bits(self, bits: int) -> tuple[Card, ...]:
        """The cards that a number stands for."""
        return tuple(card for n, card in enumerate(self.cards) if bits >> n & 1)


def shared(pack: Pack, sheets: Sequence[Sheet]) -> int:
    """The cards inside every one of these sheets and written for so many, as bits. Nothing says who removed what."""
    return reduce(and_, (pack.for_sheet(sheet) for sheet in sheets), pack.written_for(len(sheets)))


def dealable(pack: Pack, sheets: Sequence[Sheet], *, cast: Iterable[str], secret: bytes) -> tuple[Card, ...]:
    """The cards this cast may be dealt: the shared ones, less this cast's hold-outs while `LEAST` are left.

    `cast` are the performers' ids in any order; `secret` keeps anyone from working the hold-outs out.
    """
    fitting = pack.of_bits(shared(pack, sheets))
    key = hmac.new(secret, "|".join(sorted(cast)).encode(), hashlib.sha256).digest()
    held = [card for card in fitting if _held(card, key)]
    held.sort(key=lambda card: _draw(key, "order", card.id))
    spare = max(0, len(fitting) - LEAST)
    out = {card.id for card in held[:spare]}
    return tuple(card for card in fitting if card.id not in out)


def deal(cards: Sequence[Card], *, scenes: int, played: Iterable[str], turn: str, secret: bytes) -> tuple[Card, ...]:
    """Choose `scenes` of the dealable cards: fresh ones first, light before heavy, at most one very heavy.

    `turn` names the block and cast, so that the same call deals the same cards.
    """
    known = set(played)
    key = hmac.new(secret, turn.encode(), hashlib.sha256).digest()
    chosen: list[Card] = []
    for card in sorted(cards, key=lambda one: (one.id in known, _draw(key, "deal", one.id))):
        if card.intensity < 4 or all(one.intensity < 3 for one in chosen):
            chosen.append(card)
        if len(chosen) == scenes:
            break
    return tuple(sorted(chosen, key=lambda one: one.intensity))


def _held(card: Card, key: bytes) -> bool:
    by_theme = any(_draw(key, "theme", theme) % _HELD_THEMES == 0 for theme in card.themes)
    return by_theme or _draw(key, "card", card.id) % _HELD_CARDS == 0


def _draw(key: bytes, what: str, name: str) -> int:
    return int.from_bytes(hmac.new(key, f"{what}:{name}".encode(), hashlib.sha256).digest()[:8])
