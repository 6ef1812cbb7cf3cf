"""What one performer plays today: each theme open, ask or never; ways of playing they cannot; how heavy, at most."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from yesif.base.errors import BadInput

OPEN, ASK, NEVER = "open", "ask", "never"
LINES = (OPEN, ASK, NEVER)
"""Where a line may be drawn at a theme. `ask`: dealt only after one yes, which stands until it is taken back."""
LIGHT, HEAVIEST = 1, 4
USUAL_MOST = 3
"""Very heavy cards are dealt only to someone who asked for them today."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """`lines`: theme → open, ask or never; a theme not named stands as the deck has it. `agreed`: themes at "ask" that
    got their yes. `limits`: ways of playing that are out ("can't shout here"). `most`: how heavy, today."""

    lines: Mapping[str, str] = field(default_factory=dict)
    agreed: frozenset[str] = frozenset()
    limits: frozenset[str] = frozenset()
    most: int = USUAL_MOST

    def __post_init__(self) -> None:
        if set(self.lines.values()) - set(LINES):
            raise BadInput("A line at a theme is open, ask or never.")
        if not LIGHT <= self.most <= HEAVIEST:
            raise BadInput(f"How heavy is a number from {LIGHT} to {HEAVIEST}.")

    def plays(self, theme: str, *, usual: str = OPEN) -> bool:
        """May a card with this theme be dealt? `usual` is the deck's own line at it."""
        line = self.lines.get(theme, usual)
        return line == OPEN or (line == ASK and theme in self.agreed)
