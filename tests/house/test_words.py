"""All that the studio says to people has a text in each further language, and no page says it outside a catalogue."""

import json
import re
from collections import Counter

import pytest

from tests.house import catalogue, msgids
from tests.house.bare import bare

CATALOGUES = sorted((msgids.SOURCE / "locale").glob("*/LC_MESSAGES/django.po"))
TEMPLATES = sorted(p for p in (msgids.SOURCE / "web" / "templates").rglob("*") if p.suffix in {".html", ".txt"})
_BLANK = re.compile(r"%\(\w+\)[sd]|{\w+}|%%|</?\w+|href=\"[^\"]*\"|`[^`]+`")
HOW = "add the text to the catalogue, run bin/words, and commit the .po, the .mo and web/aloud.json"


def _name(path: object) -> str:
    return str(path).split("/src/yesif/")[1]


@pytest.fixture(scope="module")
def wanted() -> dict[msgids.Message, None]:
    return msgids.wanted()


@pytest.mark.parametrize("path", CATALOGUES, ids=_name)
def test_every_message_has_a_text_and_no_text_is_stale(path: object, wanted: dict[msgids.Message, None]) -> None:
    entries = catalogue.read(path)  # type: ignore[arg-type]  # refuses fuzzy and obsolete entries
    missing = [one[0] for one in wanted if not all(entries.get(one, ("",)))]
    assert missing == [], HOW
    assert [one[0] for one in entries if one not in wanted] == [], "run bin/words: it drops what is said no more"


@pytest.mark.parametrize("path", CATALOGUES, ids=_name)
def test_every_text_keeps_the_blanks_and_tags_of_its_message(path: object) -> None:
    wrong = []
    for (one, many), texts in catalogue.read(path).items():  # type: ignore[arg-type]
        for english, text in zip((one, many or one), texts * (1 if many else 2), strict=False):
            if Counter(_kept(english)) != Counter(_kept(text)) and set(_kept(english)) != set(_kept(text)):
                wrong.append((english, text))
    assert wrong == []


def _kept(text: str) -> list[str]:
    """Blanks, tags, addresses and words in backticks; what a file's line looks like may be told in each language."""
    return [one for one in _BLANK.findall(text) if one != "`reference;reason`" and ";" not in one]


@pytest.mark.parametrize("path", CATALOGUES, ids=_name)
def test_the_compiled_catalogue_is_the_written_one(path: object) -> None:
    read = catalogue.read(path)  # type: ignore[arg-type]
    assert path.with_suffix(".mo").read_bytes() == catalogue.compiled(read.items()), "run bin/words"  # type: ignore[attr-defined]


def test_the_list_of_sentences_that_pages_turn_is_the_sources_own() -> None:
    assert json.loads((msgids.SOURCE / "web" / "aloud.json").read_text()) == msgids.listed(), "run bin/words"


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_no_template_says_a_word_outside_a_catalogue(path: object) -> None:
    assert list(bare(path.read_text())) == []  # type: ignore[attr-defined]


def test_bare_text_is_found_wherever_it_is_read() -> None:
    assert list(bare('<p>Hello there</p><a title="Go on">{% translate "x" %}</a>')) == ["Go on", "Hello there"]
    assert list(bare("{% if a %}one more{% else %}<b>{{ two }}</b>{% endif %}")) == ["one more"]
    assert list(bare("{% blocktranslate %}all {{ of }} it{% endblocktranslate %}<code>bin/dev</code> MB")) == []
