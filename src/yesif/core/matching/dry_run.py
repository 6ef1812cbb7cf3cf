"""Would this deck serve cautious performers? Random pairs with lines drawn, and how many have three cards or more.

The crowd is that of users.md (f): three lines each, 60 % of the "ask" themes said yes to, some delivery limits.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from yesif.core.matching.cards import LEAST, Pack, shared
from yesif.core.matching.sheet import ASK, NEVER, Sheet

PAIRS = 400
_LINES = 3
_OPTED_IN = 0.6
_LIMITED = 0.15


@dataclass(frozen=True, slots=True)
class DryRun:
    """Of `pairs` random pairs: how many per cent have three cards or more, the median, and how many have none."""

    pairs: int
    enough_percent: int
    median_cards: int
    none_percent: int


def dry_run(pack: Pack, *, pairs: int = PAIRS, seed: int = 1) -> DryRun:
    """Draw the crowd and count; the same deck and seed give the same answer."""
    dice = random.Random(seed)  # noqa: S311  a crowd, not a secret
    counts = [shared(pack, (_cautious(pack, dice), _cautious(pack, dice))).bit_count() for _ in range(pairs)]
    return _counted(counts)


def for_sheets(pack: Pack, sheets: Sequence[Sheet]) -> DryRun | None:
    """The same over the studio's own performers, every two of them; None where there are fewer than five.

    Fewer, and the figure would say something of one of them."""
    if len(sheets) < 5:
        return None
    bits = [pack.for_sheet(sheet) for sheet in sheets]
    return _counted([(a & b).bit_count() for n, a in enumerate(bits) for b in bits[n + 1 :]])


def _counted(counts: Sequence[int]) -> DryRun:
    return DryRun(
        pairs=len(counts),
        enough_percent=100 * sum(count >= LEAST for count in counts) // len(counts),
        median_cards=int(median(counts)),
        none_percent=100 * sum(count == 0 for count in counts) // len(counts),
    )


def _cautious(pack: Pack, dice: random.Random) -> Sheet:
    themes = sorted({theme for card in pack.cards for theme in card.themes})
    delivery = sorted({way for card in pack.cards for way in card.delivery})
    lines = dict.fromkeys(dice.sample(themes, min(_LINES, len(themes))), NEVER)
    asks = [theme for theme in themes if pack.usual.get(theme) == ASK]
    return Sheet(
        lines=lines,
        agreed=frozenset(theme for theme in asks if dice.random() < _OPTED_IN),
        limits=frozenset(way for way in delivery if dice.random() < _LIMITED),
    )
