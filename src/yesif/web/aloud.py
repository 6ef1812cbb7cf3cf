"""In the reader's language: what core, apps and flows said in English, and figures the way that language writes them.

Rule books and tables know one language, because what they say is compared, hashed and signed. A page turns a finished
sentence by looking it up; where figures or names stand in it, by the patterns of `aloud.json`, which `bin/words` draws
from the sources. What is in no list stays as it was said. The same file
lists what scripts say, which a page hands over to them.
"""

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files

from django.utils import dateformat, formats
from django.utils.translation import get_language, gettext

_BLANK = re.compile(r"{(\w+)}")
_SENTENCES = re.compile(r"(?<=[.?!:…])\s+(?=[^a-z])")
_LISTED = re.compile(r"(, | and |; )")
_DAY = re.compile(r"(\d{1,2}) (\w+) (\d{4})")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip
_MONTH = re.compile(r"(\w+) (\d{4})")
_MANY = re.compile(r"(\d+) (\D+)")
_INSIDE = r"(?:(?![.?!] [A-Z“\d]).)*?"
"""What a blank may hold: not the end of a sentence and the start of another."""
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_COINS = re.compile(r"([A-Z]{3}) ([−-]?\d[\d.,]*)|([−-]?\d[\d.,]*) ([A-Z]{3})")


def aloud(text: object) -> str:
    """A finished sentence, or several, in the reader's language."""
    said = str(text)
    if not said or (get_language() or "en").startswith("en"):
        return said
    return _whole(said) or " ".join(_turned(_SENTENCES.split(said)))


def _turned(parts: list[str]) -> Iterator[str]:
    """Each longest run of sentences that a list knows as one; then the clauses of what is left."""
    while parts:
        for end in range(len(parts), 0, -1):
            known = _whole(" ".join(parts[:end]))
            if known:
                break
        else:
            end, known = 1, _clauses(parts[0])
        yield known
        parts = parts[end:]


def _clauses(text: str) -> str:
    """Clauses between semicolons, where all of them are known; else what was said."""
    turned = [_whole(clause) or _piece(clause) for clause in text.removesuffix(".").split("; ")]
    return "; ".join(turned) + "." * text.endswith(".") if len(turned) > 1 and all(turned) else text


def in_figures(text: str) -> str:
    """Figures as this language writes them; an amount with its currency on the side where this language puts it."""
    if (get_language() or "en").startswith("en"):
        return text
    coins = _COINS.fullmatch(text)
    if coins:
        currency, number = coins[1] or coins[4], coins[2] or coins[3]
        return gettext("{currency} {number}").format(currency=currency, number=_numbers(number))
    return _numbers(text)


def in_coins(amount: object) -> str:
    """The one way a page writes an amount: "-1234.50 EUR" → "EUR -1,234.50", or as this language writes it."""
    number, currency = str(amount).split()
    whole, point, part = number.partition(".")
    return in_figures(f"{currency} {'-' if whole.startswith('-') else ''}{abs(int(whole)):,}{point}{part}")


def of_scripts() -> dict[str, str]:
    """English → this language, for every sentence of the scripts; empty in English."""
    if (get_language() or "en").startswith("en"):
        return {}
    return {english: gettext(english) for english in _listed()["scripts"]}


@cache
def _listed() -> dict[str, list[str]]:
    listed: dict[str, list[str]] = json.loads((files("yesif.web") / "aloud.json").read_text())
    return listed


def _numbers(text: str) -> str:
    marks = {".": formats.get_format("DECIMAL_SEPARATOR"), ",": formats.get_format("THOUSAND_SEPARATOR")}
    return _NUMBER.sub(lambda found: "".join(marks.get(sign, sign) for sign in found[0]), text)


def _whole(text: str) -> str:
    """One sentence or phrase turned; empty where no list knows it."""
    turned = gettext(text)
    if turned != text:
        return turned
    for start, pattern, english in _patterns():
        found = pattern.fullmatch(text) if text.startswith(start) else None
        if found and gettext(english) != english:
            return _filled(gettext(english), {name: _value(part) for name, part in found.groupdict().items()})
    return ""


def _filled(text: str, values: dict[str, str]) -> str:
    return _BLANK.sub(lambda blank: values.get(f"_{blank[1]}", blank[0]), text)


def _value(text: str) -> str:
    """What stood in a blank: a day, a figure, a list of quoted or known words, or a name that stays as it is."""
    day = _DAY.fullmatch(text)
    if day and day[2] in _MONTHS:
        return dateformat.format(
            date(int(day[3]), _MONTHS.index(day[2]) + 1, int(day[1])), formats.get_format("DATE_FORMAT")
        )
    month = _MONTH.fullmatch(text)
    if month and month[1] in _MONTHS:
        return dateformat.format(date(int(month[2]), _MONTHS.index(month[1]) + 1, 1), "F \\d\\e Y")
    known = _whole(text) if text else ""
    if known:
        return known
    many = _MANY.fullmatch(text)
    if many and gettext(many[2]) != many[2]:
        return f"{many[1]} {gettext(many[2])}"
    pieces = [_piece(piece) for piece in _LISTED.split(text)]
    return "".join(pieces) if all(pieces) and len(pieces) > 1 else _piece(text) or text


def _piece(text: str) -> str:
    if text == " and ":
        return f" {gettext('and')} "
    if text in (", ", "; "):
        return text
    quoted = re.fullmatch(r"“(.*)”", text)
    if quoted:
        return f"“{gettext(quoted[1])}”"
    if _NUMBER.fullmatch(text) or _COINS.fullmatch(text):
        return in_figures(text)
    turned = gettext(text) if text else ""
    return turned if turned != text else ""


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """Start, pattern and English text of each sentence with blanks; the most literal first."""
    found = []
    for english in sorted(_listed()["patterns"], key=lambda text: len(_BLANK.sub("", text)), reverse=True):
        pieces = _BLANK.split(english)
        seen: set[str] = set()
        source = ""
        for at, piece in enumerate(pieces):
            if at % 2 == 0:
                source += re.escape(piece)
            elif piece in seen:
                source += f"(?P=_{piece})"
            else:
                seen.add(piece)
                source += f"(?P<_{piece}>{_INSIDE})"
        found.append((pieces[0], re.compile(source, re.DOTALL), english))
    return tuple(found)
