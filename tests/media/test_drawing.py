"""The picture of a take: nothing that was not measured, the same bytes again, and SVG that any reader takes."""

import xml.etree.ElementTree as ET
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from yesif.media.drawing.png import as_png
from yesif.media.drawing.sheet import sheet
from yesif.media.drawing.svg import as_svg
from yesif.media.drawing.view import Drawn, Mark, Strip, Word, at_columns, drawn, outside

S = 1_000_000_000


def side(name: str = "Ana", words: tuple[Word, ...] = (), length_s: float = 10) -> Drawn:
    level = np.full(600, 0.3)
    level[200:220] = np.nan
    return Drawn(
        name=name,
        span_ns=(0, round(length_s * S)),
        level=level,
        f0_hz=np.where(np.arange(600) % 50 < 40, 200.0, np.nan),
        turns=((S, 3 * S, "turn"), (5 * S, 5 * S + S // 3, "backchannel")),
        words=words,
        strips=(Strip("jaw open", np.abs(np.sin(np.arange(600) / 20))),),
        marks=(Mark(0, 10 * S, "warn", "Something."),),
        sealed=((8 * S, 9 * S),),
    )


def test_one_or_two_performers_are_one_picture_on_one_axis() -> None:
    one, two = sheet([side()]), sheet([side(), side("Bo")])
    assert two.height > 1.7 * one.height
    root = ET.fromstring(as_svg(two))
    texts = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert {"Ana", "Bo", "voice", "pitch", "turns", "findings", "sealed", "10 s"} <= set(texts)
    assert texts.count("5 s") == 1, "one axis for both"


def test_the_same_take_gives_the_same_bytes() -> None:
    assert as_svg(sheet([side()])) == as_svg(sheet([side()]))
    assert as_png(sheet([side()])) == as_png(sheet([side()]))


def test_the_png_is_the_picture_at_twice_the_size_with_a_margin() -> None:
    picture = sheet([side()])
    image = Image.open(BytesIO(as_png(picture)))
    assert image.size == (2400 + 2 * 24, round(2 * picture.height) + 2 * 24)
    assert len(image.convert("RGB").getcolors(1 << 24)) > 5


@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_said_stays_text(name: str, word: str) -> None:
    svg = as_svg(sheet([side(name, (Word(S, 2 * S, word, 0.5),))]))
    root = ET.fromstring(svg.encode("utf-8", "replace"))
    assert {element.tag.split("}")[1] for element in root.iter()} <= {"svg", "rect", "path", "text", "title"}


def test_words_that_have_no_room_are_not_written_over_each_other() -> None:
    crowd = tuple(Word(S + n * S // 50, S + (n + 1) * S // 50, f"word{n}", 1.0) for n in range(100))
    svg = as_svg(sheet([side(words=crowd)]))
    assert 4 < svg.count(">word") < 120
    assert svg.count("emphasis 1.00") == 100, "each can still be pointed at"


@given(
    st.lists(st.tuples(st.integers(0, 1000), st.floats(-5, 5)), min_size=1, max_size=60, unique_by=lambda row: row[0]),
    st.integers(1, 80),
)
def test_a_column_shows_only_what_was_measured(rows: list[tuple[int, float]], columns: int) -> None:
    rows.sort()
    times, values = np.array([t for t, _ in rows], np.int64), np.array([v for _, v in rows])
    for most in (None, np.maximum):
        found = at_columns(times, values, np.linspace(0, 1001, columns + 1), most)
        known = found[np.isfinite(found)]
        assert len(found) == columns
        assert not len(known) or (values.min() - 1e-9 <= known.min() and known.max() <= values.max() + 1e-9)


@pytest.mark.parametrize(("holes", "left"), [([], [(0, 10)]), ([(2, 4)], [(0, 2), (4, 10)]), ([(0, 10)], [])])
def test_what_is_sealed_is_taken_out(holes: list[tuple[int, int]], left: list[tuple[int, int]]) -> None:
    assert outside((0, 10), holes) == left


def test_without_any_table_the_lanes_are_empty_and_nothing_fails() -> None:
    empty = drawn("Ana", {}, span_ns=(0, 10 * S))
    assert not np.isfinite(empty.level).any()
    assert as_svg(sheet([empty])).count("<path") > 0
    nothing = drawn("Ana", {}, span_ns=(0, 0))
    assert as_png(sheet([nothing])).startswith(b"\x89PNG")
