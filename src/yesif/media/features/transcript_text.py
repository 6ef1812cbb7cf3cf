"""What people write, as the words somebody says: digits spelled out, punctuation dropped, every written word kept.

English only, as is the aligner's dictionary.
"""

import re
import unicodedata
from dataclasses import dataclass

_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
         "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((1_000_000, "million"), (1_000, "thousand"), (100, "hundred"))
_SIGNS = {"&": "and", "%": "percent", "@": "at", "+": "plus", "$": "dollars", "€": "euros", "£": "pounds"}
_ASIDE = re.compile(r"\[[^\]]*\]|\([^)]*\)|<[^>]*>")  # [laughs], (coughs), <noise>: nobody says these words


@dataclass(frozen=True, slots=True)
class Written:
    """One word as it was written, and the words that are said for it."""

    text: str
    said: tuple[str, ...]


def written_words(text: str) -> list[Written]:
    """The words of a text, in order. What is in brackets, and signs that nobody says, are left out."""
    found = (Written(token, spoken(token)) for token in _ASIDE.sub(" ", text).split())
    return [word for word in found if word.said]


def spoken(token: str) -> tuple[str, ...]:
    """The words said for one written token, in lower-case letters and apostrophes; none for bare punctuation."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", token.replace("’", "'")) if not unicodedata.combining(c))
    said: list[str] = []
    for piece in re.findall(r"\d[\d,]*|[a-z']+|[&%@+$€£]", plain.lower()):
        if piece[0].isdigit():
            said += _number(piece.replace(",", ""))
        elif piece in _SIGNS:
            said.append(_SIGNS[piece])
        elif word := piece.strip("'"):
            said.append(word)
    return tuple(said)


def _number(digits: str) -> list[str]:
    """Cardinal up to 999 999 999; a longer number, or one with a zero in front, digit by digit."""
    if len(digits) > 9 or (digits[0] == "0" and len(digits) > 1):
        return [_ONES[int(digit)] for digit in digits]
    return _cardinal(int(digits))


def _cardinal(number: int) -> list[str]:
    if number < 20:
        return [_ONES[number]]
    if number < 100:
        return [_TENS[number // 10], *([_ONES[number % 10]] if number % 10 else [])]
    scale, name = next((scale, name) for scale, name in _SCALES if number >= scale)
    rest = number % scale
    return [*_cardinal(number // scale), name, *(_cardinal(rest) if rest else [])]
