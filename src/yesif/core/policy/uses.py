"""The closed, versioned lists of what a system may learn and where it may be used, and a use asked for from them.

A use is *what × where* + licensee + term + territory (RULES §1). Anything outside the lists is refused where the value
is made, so nothing further down has to ask again. The words people read live in `uses.json`; what each *what* may touch
is fixed here, because a sentence on a page must never change what a licence reaches.
"""

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from importlib.resources import files

from yesif.base.errors import BadInput


class Part(StrEnum):
    """What of a performance a use may touch. There is no part for biometric templates: they are never released."""

    VOICE = "voice"
    FACE = "face"
    MOVEMENT = "movement"
    WORDS = "words"
    LABELS = "labels"


class Action(StrEnum):
    """What is done with the parts."""

    TRAIN = "train"
    FINE_TUNE = "fine-tune"
    EVALUATE = "evaluate"
    SYNTHESISE_LIKENESS = "synthesise-likeness"


class Form(StrEnum):
    """What a licensee receives. Whoever may have the recording may have the measurements too."""

    MEASUREMENTS = "measurements"
    RECORDING = "recording"

    @property
    def rank(self) -> int:
        """0 for measurements, 1 for the recording: the larger gives more away."""
        return 1 if self is Form.RECORDING else 0


@dataclass(frozen=True, slots=True)
class What:
    """One thing a system may learn, as people read it, and what it may touch."""

    id: str
    label: str
    plain: str
    example: str
    limit: str
    bundle: bool
    parts: frozenset[Part]
    actions: frozenset[Action]

    @property
    def copies(self) -> bool:
        """Does it make a copy of one person? Then a Yes needs a named licensee and a second confirmation."""
        return Action.SYNTHESISE_LIKENESS in self.actions


@dataclass(frozen=True, slots=True)
class Where:
    """One place a system may be used, as people read it."""

    id: str
    label: str
    plain: str
    note: str


@dataclass(frozen=True, slots=True)
class Never:
    """Something nobody may license, whoever asks and whatever was answered."""

    id: str
    plain: str


@dataclass(frozen=True, slots=True)
class Preset:
    """Answers a person may pour into the form. It answers nothing by itself and never holds a copy."""

    id: str
    label: str
    yes: frozenset[str]
    ask: frozenset[str]


@dataclass(frozen=True, slots=True)
class UseList:
    """One version of the lists."""

    version: str
    whats: tuple[What, ...]
    wheres: tuple[Where, ...]
    never: tuple[Never, ...]
    presets: tuple[Preset, ...] = ()

    def __post_init__(self) -> None:
        ids = [*(w.id for w in self.whats), *(w.id for w in self.wheres), *(n.id for n in self.never)]
        if len(set(ids)) != len(ids):
            raise BadInput("An id may stand only once in the lists of uses.")

    @property
    def items(self) -> frozenset[str]:
        """The ids of every question: all whats and wheres."""
        return frozenset(w.id for w in self.whats) | frozenset(w.id for w in self.wheres)

    @property
    def labels(self) -> dict[str, str]:
        """Id → the words people read, whats first, in the order of the page."""
        return {w.id: w.label for w in self.whats} | {w.id: w.label for w in self.wheres}

    @property
    def copies(self) -> frozenset[str]:
        """The whats that copy one person."""
        return frozenset(item.id for item in self.whats if item.copies)

    def what(self, item: str) -> What:
        """The *what* with this id. Raises BadInput."""
        for one in self.whats:
            if one.id == item:
                return one
        raise BadInput(f"“{item[:60]}” is not on the list of what a system may learn.")

    def where(self, item: str) -> Where:
        """The *where* with this id. Raises BadInput."""
        for one in self.wheres:
            if one.id == item:
                return one
        raise BadInput(f"“{item[:60]}” is not on the list of where it may be used.")


_FIXED: dict[str, tuple[str, str]] = {
    "understand-speech": ("voice words", "train fine-tune"),
    "understand-feeling": ("voice face movement words labels", "train fine-tune"),
    "speak-like-people": ("voice words labels", "train fine-tune"),
    "move-like-people": ("face movement labels", "train fine-tune"),
    "words-only": ("words", "train fine-tune"),
    "test-only": ("voice face movement words labels", "evaluate"),
    "copy-my-voice": ("voice words", "fine-tune synthesise-likeness"),
    "copy-my-face": ("face movement", "fine-tune synthesise-likeness"),
}
"""What each *what* may touch, and what is done with it (RULES §1)."""

_NEVER_IDS = ("scoring-people", "policing", "weapons", "sexual-content", "politics", "identifying")
"""Names for the sentences of `never_for_anyone`, in their order."""


def read(text: str) -> UseList:
    """The lists out of the text of `uses.json` (schema `uses/1`). Raises BadInput where it is not whole."""
    source = json.loads(text)
    try:
        whats = tuple(_what(one) for one in source["what"])
        wheres = tuple(Where(one["id"], one["label"], one["plain"], one["note"]) for one in source["where"])
        pairs = zip(_NEVER_IDS, source["never_for_anyone"], strict=True)
        never = tuple(Never(one, plain) for one, plain in pairs)
        presets = tuple(_preset(one, whats, wheres) for one in source["presets"])
        return UseList(source["schema"], whats, wheres, never, presets)
    except (KeyError, ValueError) as gap:
        raise BadInput("The lists of uses are not whole.") from gap


def _what(one: dict[str, str | bool]) -> What:
    parts, actions = _FIXED[str(one["id"])]
    return What(
        id=str(one["id"]),
        label=str(one["label"]),
        plain=str(one["plain"]),
        example=str(one["example"]),
        limit=str(one["limit"]),
        bundle=bool(one["bundle"]),
        parts=frozenset(Part(part) for part in parts.split()),
        actions=frozenset(Action(action) for action in actions.split()),
    )


def _preset(one: dict[str, object], whats: Iterable[What], wheres: Iterable[Where]) -> Preset:
    sets = one["sets"]
    if not isinstance(sets, dict):
        raise ValueError("a preset sets both halves")  # noqa: TRY004  # a gap in the file, like any other
    offered = {"what": [item.id for item in whats if item.bundle], "where": [item.id for item in wheres]}
    yes: set[str] = set()
    ask: set[str] = set()
    for half, chosen in sets.items():
        if chosen == "ask:*":
            ask |= set(offered[half])
        else:
            yes |= set(chosen) & set(offered[half])  # a copy is never in a preset, whatever the file says
    return Preset(str(one["id"]), str(one["label"]), frozenset(yes), frozenset(ask))


CURRENT = read(files("yesif.core.policy").joinpath("uses.json").read_text(encoding="utf-8"))
"""The lists shown today. A grant keeps their version and the very items shown, so a later item is never in it."""

LISTS = {CURRENT.version: CURRENT}
"""Every version that may still stand in a grant."""


@dataclass(frozen=True, slots=True)
class Price:
    """Money for one minute of one performance: whole minor units of a currency (ISO 4217)."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if isinstance(self.minor, bool) or not isinstance(self.minor, int) or self.minor < 0:
            raise BadInput("A price is a whole number of minor units, 0 or more.")
        if len(self.currency) != 3 or not (self.currency.isascii() and self.currency.isupper()):
            raise BadInput("A currency is three capital letters, as in EUR.")

    def covers(self, floor: "Price | None") -> bool:
        """Does this price reach the floor? Another currency never does: nobody agreed on a rate."""
        return floor is None or (self.currency == floor.currency and self.minor >= floor.minor)


@dataclass(frozen=True, slots=True)
class Use:
    """A use asked for.

    `starts`, `ends`: aware times, the end not included. `territories`: ISO 3166 codes; none means worldwide. `form` is
    the most that is asked for. `project` names the project whose core use this is, "" for any other use; only a core
    use may have no licensee yet (""). `description` is what the licensee builds: a copy is licensed for the very words
    the performer confirmed. `licensed_at` is when the licence was signed, None before that. `touches` are entries of
    the never-list that the declaration touches: such a use can be spoken of, and is always denied.
    """

    what: str
    where: str
    licensee: str
    starts: datetime
    ends: datetime
    territories: frozenset[str] = frozenset()
    price: Price | None = None
    form: Form = Form.RECORDING
    project: str = ""
    description: str = ""
    licensed_at: datetime | None = None
    touches: frozenset[str] = frozenset()
    uses: UseList = field(default=CURRENT, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.uses.what(self.what)
        self.uses.where(self.where)
        if not (self.licensee.strip() or self.project):
            raise BadInput("A use names its licensee; only a project's core use may have none yet.")
        refuse_naive(self.starts, self.ends, self.licensed_at)
        if self.ends <= self.starts:
            raise BadInput("A use ends after it starts.")
        unknown = self.touches - {never.id for never in self.uses.never}
        if unknown:
            raise BadInput(f"“{min(unknown)[:60]}” is not on the never-list.")

    @property
    def parts(self) -> frozenset[Part]:
        """The parts this use may touch at all."""
        return self.uses.what(self.what).parts

    @property
    def actions(self) -> frozenset[Action]:
        """What would be done with them."""
        return self.uses.what(self.what).actions


def refuse_naive(*times: datetime | None) -> None:
    """Raise BadInput for a time without its offset: it could be read a day off elsewhere."""
    if any(at is not None and at.utcoffset() is None for at in times):
        raise BadInput("A time in a grant or a use carries its offset from UTC.")


def licensee_key(name: str) -> str:
    """One form of a licensee's name, so that a refusal cannot be dodged by a space, a capital or an accent's coding."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
