"""The three turns of the CANDOR corpus, beside our own: what counts as a turn differs, and so what is learnt.

A. Reece et al. 2023, "The CANDOR corpus", Science Advances 9, eadf3197. As we read them:

    audiophile    a turn goes from where one performer begins to speak until the other begins
    cliffhanger   a turn ends only where a sentence ends (. ? !); what the other says meanwhile is the next turn
    backbiter     as cliffhanger, but a listener's short "yes" is set aside, and the turn around it goes on

A backchannel of backbiter has at most three words, half of them or more from a list of such words, and begins with none
that starts a sentence of one's own. The lists (`backchannels.json`, English) are ours.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path

import numpy as np

from yesif.base.canonical import digest
from yesif.media.features.turns import Span, joined
from yesif.media.stage import Column, Recipe
from yesif.media.tables import Rows, read

MODELS = ("audiophile", "cliffhanger", "backbiter")
_PAUSE_NS = 200_000_000
_MOST_WORDS = 3
_SENTENCE_ENDS = re.compile(r"[.?!…][\"'”’)\]]*$")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one performer (0 or 1): of speech, or of a sentence with its words."""

    speaker: int
    start_ns: int
    end_ns: int
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn, or a backchannel inside the other's; `offset_ms` from the end of the turn before it, None for the
    first and for backchannels."""

    kind: str
    speaker: int
    start_ns: int
    end_ns: int
    words: int
    offset_ms: float | None = None


def recipe(model: str) -> Recipe:
    """How table `turns_<model>` is made."""
    lists = {"lists": digest({name: list(words) for name, words in _lists().items()})} if model == "backbiter" else {}
    return Recipe(
        stage=f"turns_{model}",
        version=1,
        method=f"turns after the {model} of the CANDOR corpus; definition in yesif.media.features.turn_models",
        columns=(
            Column("kind", "string", "1", "turn or backchannel"),
            Column("speaker", "int32", "1", "0: first performer, 1: second", 0, 1),
            Column("start_ns", "int64", "ns", "on the take's clock"),
            Column("end_ns", "int64", "ns", "on the take's clock"),
            Column("words", "int32", "words", "words in it; 0 where they are not known", 0),
            Column("offset_ms", "float32", "ms", "start minus end of the turn before; NaN for the first", None, None,
                   "Reece et al. 2023, Science Advances 9, eadf3197"),
        ),
        params={"pause_ms": _PAUSE_NS // 1_000_000, "most_words": _MOST_WORDS, **lists},
    )  # fmt: skip


def audiophile(first: Iterable[Span], second: Iterable[Span]) -> list[Turn]:
    """Turns from both performers' stretches of speech."""
    pieces = [
        Piece(speaker, *span) for speaker, spans in enumerate((first, second)) for span in joined(spans, _PAUSE_NS)
    ]
    return _turns(pieces)


def cliffhanger(first: Sequence[Piece], second: Sequence[Piece]) -> list[Turn]:
    """Turns from both performers' sentences."""
    return _turns([*first, *second])


def backbiter(first: Sequence[Piece], second: Sequence[Piece]) -> list[Turn]:
    """Turns from both performers' sentences, backchannels set aside."""
    pieces = [*first, *second]
    # Only a listener gives a backchannel: somebody else is in the middle of a sentence, or was just before.
    aside = [one for one in pieces if is_backchannel(one.words) and _listens(one, pieces)]
    found = _turns([one for one in pieces if one not in aside])
    found += [Turn("backchannel", one.speaker, one.start_ns, one.end_ns, len(one.words)) for one in aside]
    return sorted(found, key=lambda turn: (turn.start_ns, turn.end_ns, turn.speaker))


def is_backchannel(words: Sequence[str]) -> bool:
    """Is a sentence no more than a sign that one listens?"""
    plain = [re.sub(r"[^a-z'-]", "", word.lower().replace("’", "'")).strip("'-") for word in words]
    plain = [word for word in plain if word]
    if not 1 <= len(plain) <= _MOST_WORDS or plain[0] in _lists()["never_first"]:
        return False
    return 2 * sum(word in _lists()["words"] for word in plain) >= len(plain)


def sentences(words: Path, speaker: int) -> list[Piece]:
    """The sentences of a table `words`; what is left without an end is one too."""
    table = read(words, ["start_ns", "end_ns", "text"])
    found: list[Piece] = []
    open_: list[tuple[int, int, str]] = []
    rows = sorted(zip(table["start_ns"].tolist(), table["end_ns"].tolist(), table["text"], strict=True))
    for row in rows:
        open_.append(row)
        if _SENTENCE_ENDS.search(row[2].strip()):
            found.append(_sentence(speaker, open_))
            open_ = []
    return [*found, *([_sentence(speaker, open_)] if open_ else [])]


def why_not(sides: Sequence[Path]) -> str:
    """Why words cannot tell sentences; empty where they can."""
    texts = [text for words in sides for text in read(words, ["text"])["text"]]
    if any(_SENTENCE_ENDS.search(text.strip()) for text in texts):
        return ""
    return "The words come without the ends of sentences, and these turns need them."


def rows_of(turns: Sequence[Turn]) -> Rows:
    """Table `turns_<model>`."""
    nan = float("nan")
    return {
        "kind": [one.kind for one in turns],
        "speaker": np.array([one.speaker for one in turns], np.int32),
        "start_ns": np.array([one.start_ns for one in turns], np.int64),
        "end_ns": np.array([one.end_ns for one in turns], np.int64),
        "words": np.array([one.words for one in turns], np.int32),
        "offset_ms": np.array([nan if one.offset_ms is None else one.offset_ms for one in turns], np.float32),
    }


def figures(turns: Sequence[Turn]) -> dict[str, object]:
    """Turns of each performer, backchannels, and the median offset in ms (None without a change of speaker)."""
    own = [one for one in turns if one.kind == "turn"]
    offsets = [one.offset_ms for one in own if one.offset_ms is not None]
    return {
        "turns": [sum(one.speaker == who for one in own) for who in (0, 1)],
        "backchannels": len(turns) - len(own),
        "offset_median_ms": round(float(np.median(offsets)), 1) if offsets else None,
    }


def _turns(pieces: Iterable[Piece]) -> list[Turn]:
    """Consecutive pieces of one performer, by their beginnings, as one turn."""
    found: list[Turn] = []
    ordered = sorted(pieces, key=lambda one: (one.start_ns, one.end_ns, one.speaker))
    for speaker, group in groupby(ordered, key=lambda one: one.speaker):
        own = list(group)
        start, end = own[0].start_ns, max(one.end_ns for one in own)
        offset = (start - found[-1].end_ns) / 1e6 if found else None
        found.append(Turn("turn", speaker, start, end, sum(len(one.words) for one in own), offset))
    return found


def _listens(one: Piece, pieces: Sequence[Piece]) -> bool:
    """Does the other speak within a second before it?"""
    return any(
        other.speaker != one.speaker and other.start_ns <= one.start_ns <= other.end_ns + 1_000_000_000
        for other in pieces
    )


def _sentence(speaker: int, rows: Sequence[tuple[int, int, str]]) -> Piece:
    words = tuple(word for _, _, text in rows for word in text.split())
    return Piece(speaker, rows[0][0], max(end for _, end, _ in rows), words)


@lru_cache(maxsize=1)
def _lists() -> dict[str, tuple[str, ...]]:
    book = json.loads(files("yesif.media.features").joinpath("backchannels.json").read_text("utf-8"))
    return {name: tuple(book[name]) for name in ("words", "never_first")}
