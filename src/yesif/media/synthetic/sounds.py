"""The sounds the drawn performers can make, the words made of them, and the sentences made of those.

Formant frequencies: averages of Peterson & Barney (1952), "Control methods used in a study of the vowels", JASA 24(2),
for the vowels; usual textbook loci for the consonants.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sound:
    """One speech sound: four formants in Hz, length in ms, voicing and hiss 0..1, centre of the hiss in Hz."""

    formants: tuple[float, float, float, float]
    ms: float
    voicing: float = 1.0
    hiss: float = 0.0
    hiss_hz: int = 3000


SOUNDS: dict[str, Sound] = {
    "_": Sound((500, 1500, 2500, 3500), 25, 0.0),
    "i": Sound((280, 2250, 2900, 3600), 130),
    "I": Sound((400, 1950, 2550, 3500), 95),
    "e": Sound((540, 1850, 2500, 3500), 115),
    "a": Sound((680, 1700, 2420, 3500), 135),
    "A": Sound((730, 1100, 2450, 3500), 140),
    "o": Sound((560, 860, 2420, 3400), 140),
    "u": Sound((310, 880, 2250, 3400), 125),
    "U": Sound((630, 1200, 2400, 3500), 90),
    "r": Sound((420, 1250, 1650, 3300), 70, 0.8),
    "l": Sound((360, 1200, 2600, 3400), 65, 0.8),
    "w": Sound((300, 700, 2200, 3300), 60, 0.8),
    "y": Sound((270, 2200, 2950, 3600), 55, 0.8),
    "m": Sound((260, 1050, 2200, 3300), 75, 0.5),
    "n": Sound((260, 1500, 2400, 3300), 70, 0.5),
    "b": Sound((250, 900, 2300, 3400), 60, 0.25),
    "d": Sound((250, 1700, 2600, 3400), 55, 0.25),
    "g": Sound((250, 2000, 2400, 3400), 60, 0.25),
    "p": Sound((400, 1000, 2300, 3400), 70, 0.0, 0.06, 900),
    "t": Sound((400, 1700, 2600, 3400), 70, 0.0, 0.14, 4200),
    "k": Sound((400, 1900, 2400, 3400), 75, 0.0, 0.10, 2200),
    "s": Sound((350, 1700, 2600, 3400), 105, 0.0, 0.32, 5600),
    "S": Sound((350, 1800, 2500, 3400), 105, 0.0, 0.32, 3000),
    "f": Sound((350, 1100, 2300, 3400), 85, 0.0, 0.10, 4800),
    "h": Sound((500, 1500, 2500, 3500), 60, 0.1, 0.12, 1600),
    "v": Sound((300, 1100, 2300, 3400), 60, 0.5, 0.06, 4000),
    "z": Sound((300, 1700, 2600, 3400), 85, 0.4, 0.16, 5200),
    "D": Sound((300, 1400, 2500, 3400), 50, 0.5, 0.04, 5000),
}

LEXICON: dict[str, tuple[str, ...]] = {
    "yes": ("y", "e", "s"),
    "and": ("a", "n", "d"),
    "if": ("I", "f"),
    "no": ("n", "o", "u"),
    "the": ("D", "U"),
    "a": ("U",),
    "boat": ("b", "o", "u", "t"),
    "is": ("I", "z"),
    "really": ("r", "i", "l", "i"),
    "leaking": ("l", "i", "k", "I", "n", "g"),
    "my": ("m", "A", "I"),
    "mother": ("m", "U", "D", "r"),
    "has": ("h", "a", "z"),
    "two": ("t", "u"),
    "new": ("n", "u"),
    "oars": ("o", "r", "z"),
    "we": ("w", "i"),
    "row": ("r", "o", "u"),
    "home": ("h", "o", "u", "m"),
    "all": ("o", "l"),
    "night": ("n", "A", "I", "t"),
    "you": ("y", "u"),
    "said": ("s", "e", "d"),
    "that": ("D", "a", "t"),
    "last": ("l", "a", "s", "t"),
    "summer": ("s", "U", "m", "r"),
    "so": ("s", "o", "u"),
    "what": ("w", "U", "t"),
    "do": ("d", "u"),
    "now": ("n", "A", "u"),
    "i": ("A", "I"),
    "know": ("n", "o", "u"),
    "how": ("h", "A", "u"),
    "to": ("t", "u"),
    "swim": ("s", "w", "I", "m"),
    "are": ("A", "r"),
    "far": ("f", "A", "r"),
    "from": ("f", "r", "U", "m"),
    "shore": ("S", "o", "r"),
    "give": ("g", "I", "v"),
    "me": ("m", "i"),
    "your": ("y", "o", "r"),
    "hand": ("h", "a", "n", "d"),
}

LINES: tuple[tuple[str, ...], ...] = (
    (
        "the boat is really leaking",
        "so what do we do now",
        "you said that last summer",
        "no we are far from the shore",
        "give me your hand",
        "i know how to row all night",
    ),
    (
        "yes and my mother has two new oars",
        "if you row i swim",
        "i said no i really know how to row",
        "so we swim home",
        "yes all night from the shore to my home",
        "give me the oars now",
    ),
)
"""What performer 0 and performer 1 say, in turn."""
