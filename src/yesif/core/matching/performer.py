"""What matching may know of a performer. Answers about uses, pay and quality have no field here, so none can count."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Performer:
    """One performer among those to be matched. `cards` are the bits of `cards.Pack.for_sheet`."""

    id: str
    split: str
    languages: frozenset[str]
    slots: frozenset[str]  # when they said they can
    cards: int
    never: frozenset[str] = frozenset()  # whoever either said "never again" to, or blocked; silent
    again: frozenset[str] = frozenset()  # whom they would play with again
    played: Mapping[str, int] = field(default_factory=dict)  # scenes so far, by partner
    cells: frozenset[str] = frozenset()  # what the project's targets count them for
    scenes: int = 0  # played so far in this project
    understudy: bool = False  # stands by: paired when someone is missing
