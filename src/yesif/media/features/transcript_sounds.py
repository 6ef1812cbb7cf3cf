"""How is a word said that no dictionary knows? A guess from its letters, good enough to find where it stands.

Names and inventions are common in improvisation. The longest spelling that fits is taken, from left to right; sounds
are those of the CMU dictionary, without stress. A wrong vowel costs some confidence and hardly moves an edge.
"""

import re
from functools import lru_cache
from pathlib import Path

import pocketsphinx

VOWELS = frozenset(["AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"])

_SPELLINGS = {
    "tion": "SH AH N", "sion": "ZH AH N", "ture": "CH ER", "ough": "AO", "augh": "AO", "eigh": "EY", "igh": "AY",
    "tch": "CH", "dge": "JH", "sch": "SH", "ing": "IH NG", "air": "EH R", "ear": "IH R", "eer": "IH R", "our": "AW ER",
    "ore": "AO R", "are": "EH R", "ire": "AY ER", "ure": "Y UH R", "qu": "K W", "ch": "CH", "sh": "SH", "th": "TH",
    "ph": "F", "wh": "W", "ck": "K", "ng": "NG", "kn": "N", "wr": "R", "gn": "N", "mb": "M", "ee": "IY", "ea": "IY",
    "oo": "UW", "ou": "AW", "ow": "OW", "oa": "OW", "oi": "OY", "oy": "OY", "ai": "EY", "ay": "EY", "au": "AO",
    "aw": "AO", "ei": "IY", "ey": "IY", "ie": "IY", "ew": "UW", "ue": "UW", "ui": "UW", "ar": "AA R", "er": "ER",
    "ir": "ER", "ur": "ER", "or": "AO R", "ce": "S", "ci": "S IH", "cy": "S IY", "ge": "JH", "gi": "JH IH",
    "bb": "B", "cc": "K", "dd": "D", "ff": "F", "gg": "G", "ll": "L", "mm": "M", "nn": "N", "pp": "P", "rr": "R",
    "ss": "S", "tt": "T", "zz": "Z", "a": "AE", "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F", "g": "G", "h": "HH",
    "i": "IH", "j": "JH", "k": "K", "l": "L", "m": "M", "n": "N", "o": "AA", "p": "P", "q": "K", "r": "R", "s": "S",
    "t": "T", "u": "AH", "v": "V", "w": "W", "x": "K S", "y": "Y", "z": "Z",
}  # fmt: skip
_LONG = {"a": "EY", "e": "IY", "i": "AY", "o": "OW", "u": "UW", "y": "AY"}
_ENDINGS = {"y": "IY", "o": "OW", "i": "IY", "a": "AH"}
_LONGEST = max(map(len, _SPELLINGS))


def guessed_sounds(word: str) -> str:
    """Sounds of a word in lower-case letters and apostrophes, as `HH EH L OW`; never empty for a letter."""
    letters = re.sub(r"[^a-z]", "", word)
    silent = re.fullmatch(r"(.*[aeiouy])([bcdfgklmnpstvz])e(s?)", letters)  # make, votes: long vowel, silent e
    if silent and len(letters) > 3:
        stem, consonant, plural = silent.groups()
        soft = {"c": "S", "g": "JH"}.get(consonant, _SPELLINGS[consonant])
        before = _LONG[stem[-1]] if len(stem) < 2 or stem[-2] not in "aeiou" else ""
        body = f"{_greedy(stem[:-1])} {before}" if before else _greedy(stem)
        return " ".join(f"{body} {soft} {'Z' if plural else ''}".split())
    if len(letters) > 1 and letters[-1] in _ENDINGS and letters[-2] not in "aeiou":
        return " ".join(f"{_greedy(letters[:-1])} {_ENDINGS[letters[-1]]}".split())
    return _greedy(letters) or "AH"


def _greedy(letters: str) -> str:
    sounds = []
    at = 0
    while at < len(letters):
        size = next(n for n in range(_LONGEST, 0, -1) if letters[at : at + n] in _SPELLINGS)
        sounds.append(_SPELLINGS[letters[at : at + size]])
        at += size
    return " ".join(sounds)


def sounds_of(word: str) -> tuple[str, ...]:
    """The sounds of a word said: from the aligner's dictionary where that is installed and knows it, else guessed."""
    return tuple((_dictionary().get(word) or guessed_sounds(word)).split())


def syllables_of(word: str) -> int:
    """How many syllables a word said has: its vowels."""
    return sum(sound in VOWELS for sound in sounds_of(word))


@lru_cache(maxsize=1)
def _dictionary() -> dict[str, str]:
    path = Path(pocketsphinx.get_model_path()) / "en-us" / "cmudict-en-us.dict"
    if not path.is_file():
        return {}
    lines = (line.split(" ", 1) for line in path.read_text("utf-8").splitlines() if " " in line)
    return {word: sounds for word, sounds in lines if not word.endswith(")")}  # word(2): another way to say it
