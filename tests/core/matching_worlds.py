"""Performers, sheets and packs for the matching tests: drawn by hypothesis, and a few by name."""

from hypothesis import strategies as st

from yesif.core.matching.cards import Card, Pack
from yesif.core.matching.fit import Aims
from yesif.core.matching.pairs import Slot
from yesif.core.matching.performer import Performer
from yesif.core.matching.sheet import LINES, Sheet

THEMES = ("grief", "money", "family", "heights")
DELIVERY = ("raised_voice", "whisper")
AIMS = Aims(languages=frozenset({"en", "de"}))

sheets = st.builds(
    Sheet,
    lines=st.dictionaries(st.sampled_from(THEMES), st.sampled_from(LINES), max_size=4),
    agreed=st.frozensets(st.sampled_from(THEMES), max_size=2),
    limits=st.frozensets(st.sampled_from(DELIVERY), max_size=1),
    most=st.integers(1, 4),
)
packs = st.lists(
    st.tuples(
        st.frozensets(st.sampled_from(THEMES), max_size=2),
        st.frozensets(st.sampled_from(DELIVERY), max_size=1),
        st.integers(1, 4),
        st.integers(2, 6),
    ),
    min_size=3,
    max_size=16,
).map(lambda rows: Pack([Card(f"c{n}", *row) for n, row in enumerate(rows)], {"grief": "ask"}))


@st.composite
def crowds(draw: st.DrawFn, *, most: int = 10) -> list[Performer]:
    """Up to `most` performers of two groups, in four slots, with a few who said never."""
    count = draw(st.integers(2, most))
    names = [f"p{n}" for n in range(count)]
    return [
        Performer(
            id=name,
            split=draw(st.sampled_from(("train", "train", "test"))),
            languages=draw(st.frozensets(st.sampled_from(("en", "de", "fr")), min_size=1, max_size=2)),
            slots=draw(st.frozensets(st.sampled_from(("s1", "s2", "s3", "s4")), max_size=4)),
            cards=draw(st.integers(0, 255)),
            never=draw(st.frozensets(st.sampled_from(names), max_size=2)),
            played=draw(st.dictionaries(st.sampled_from(names), st.integers(1, 3), max_size=2)),
            understudy=draw(st.booleans()),
        )
        for name in names
    ]


def slots(*seats: int) -> list[Slot]:
    """Slots s1, s2 …, an hour each, one after the other."""
    return [Slot(f"s{n}", each, n * 60, n * 60 + 60) for n, each in enumerate(seats, 1)]


def someone(name: str, **other: object) -> Performer:
    """A performer who can, in s1."""
    usual: dict[str, object] = {
        "split": "train",
        "languages": frozenset({"en"}),
        "slots": frozenset({"s1"}),
        "cards": 0b11111,
    }
    return Performer(id=name, **{**usual, **other})  # type: ignore[arg-type]
