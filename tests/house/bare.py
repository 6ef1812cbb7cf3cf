"""Text of a template that people read and that stands in no translate tag."""

import re
from collections.abc import Iterator

_BLOCK = re.compile(r"{%\s*(blocktranslate|comment)\b.*?{%\s*end\1\s*%}", re.DOTALL)
_DJANGO = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
_SILENT = re.compile(r"<(script|style|code|kbd)\b[^>]*>.*?</\1>", re.DOTALL)
_READ = re.compile(r'\s(?:aria-label|aria-description|title|placeholder|alt|data-head)="([^"]*)"')
_TAG = re.compile(r"<[^>]*>", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]{2,}")
_ENTITY = re.compile(r"&#?\w+;")
ALLOWED = {"Yes, If", "Yes", "If", "UTC", "EUR", "JSON-LD", "ODRL", "SHA-256", "PDF", "URL", "MB", "dB"}
"""The name of the studio, and units and formats that are the same in every language."""


def bare(source: str) -> Iterator[str]:
    """Each piece of text, or of a read attribute, that no language but English would ever see."""
    text = _DJANGO.sub("\0", _BLOCK.sub("\0", source))
    text = _SILENT.sub("\0", text.replace(' class="stage"', ""))
    pieces = [*_READ.findall(text), *_TAG.sub("\1", text).split("\1")]
    for piece in (one for whole in pieces for one in whole.split("\0")):
        words = " ".join(_ENTITY.sub(" ", piece).split()).strip("·—–…:,.;()?!✓✕●←→ ")
        if words not in ALLOWED and _WORD.search(words):
            yield words
