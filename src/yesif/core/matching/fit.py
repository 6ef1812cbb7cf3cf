"""May two performers play together, how much is it worth, and why: one sentence that a producer reads on the board."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from yesif.core.matching.cards import LEAST
from yesif.core.matching.performer import Performer

NAMES = {
    "ar": "Arabic",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "hi": "Hindi",
    "it": "Italian",
    "ja": "Japanese",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "zh": "Chinese",
}
PAIR = 10_000
"""Two people playing are worth far more than any preference: one pair more beats a few nicer ones."""
_NEW = 600
_AGAIN = 900
_TARGET = 400
_FIRST = 300
_CARD, _CARDS_COUNTED = 20, 12
_STOOD_BY = 2_000


@dataclass(frozen=True, slots=True)
class Aims:
    """What the project still needs: `wanted` has scenes missing per target cell; `language` is what it plays in."""

    languages: frozenset[str] = frozenset()
    wanted: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fit:
    """Two who may play together: what it is worth, and what it is made of."""

    a: str
    b: str
    worth: int
    cards: int
    languages: tuple[str, ...]
    played: int
    again: bool
    cells: tuple[str, ...]

    def sentence(self) -> str:
        """Why these two, in one sentence, without a word about either one's lines."""
        parts = [
            f"{self.cards} cards fit both",
            f"both play in {' and '.join(NAMES.get(one, one) for one in self.languages)}",
        ]
        if self.played == 0:
            parts.append("they have not played together yet")
        else:
            often = "once" if self.played == 1 else f"{self.played} times"
            gladly = f"they have played together {often} and both would again"
            parts.append(gladly if self.again else f"they have played together {often}")
        if self.cells:
            parts.append(f"the project still needs {' and '.join(self.cells)}")
        text = "; ".join(parts)
        return text[0].upper() + text[1:] + "."


def together(a: Performer, b: Performer) -> bool:
    """May they ever share a scene: one sealed group, neither said never. Nothing overrules this, not even a pin."""
    return a.id != b.id and a.split == b.split and a.id not in b.never and b.id not in a.never


def fit(a: Performer, b: Performer, aims: Aims) -> Fit | None:
    """How well these two fit, or None where they may not, share no language, or have fewer than three cards."""
    if not together(a, b):
        return None
    languages = a.languages & b.languages
    if aims.languages:
        languages &= aims.languages
    cards = (a.cards & b.cards).bit_count()
    if not languages or cards < LEAST:
        return None
    played = max(a.played.get(b.id, 0), b.played.get(a.id, 0))
    again = b.id in a.again and a.id in b.again
    cells = tuple(sorted(cell for cell in a.cells | b.cells if aims.wanted.get(cell, 0) > 0))
    worth = PAIR + _CARD * min(cards, _CARDS_COUNTED)
    worth += _AGAIN if again else _NEW // (1 + played)
    worth += _TARGET * min(len(cells), 3)
    worth += sum(_FIRST // (1 + one.scenes) for one in (a, b))  # whoever has played least comes first
    worth -= _STOOD_BY * (a.understudy + b.understudy)
    first, second = sorted((a.id, b.id))
    return Fit(first, second, worth, cards, tuple(sorted(languages)), played, again, cells)
