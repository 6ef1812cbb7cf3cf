"""Names and paths of a release: digits and fixed words only, whatever people typed."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesif.base.errors import BadInput, Damaged
from yesif.core.corpus.layout import SampleKey, inside, member_name, pseudonyms, shard_path, token

FORM = re.compile(r"^V\d{2}_S\d{4,}_I\d{8}_P\d{4,}$", re.ASCII)
TYPED = ["../../etc/passwd", "Ana", "مرحبا", "阿娜", "🎭", "a\0b", "CON", "..", "a/b", "‮drowssap", "x" * 300]


@given(st.integers(0, 99), st.integers(0, 10**6), st.integers(0, 99_999_999), st.integers(0, 10**6))
def test_a_name_reads_back_as_itself(studio: int, session: int, interaction: int, performer: int) -> None:
    key = SampleKey(studio, session, interaction, performer)
    assert SampleKey.parse(str(key)) == key
    assert FORM.match(str(key))
    assert str(key).startswith(key.interaction_key)


@given(st.text())
def test_anything_else_is_refused_or_reads_back(text: str) -> None:
    try:
        key = SampleKey.parse(text)
    except BadInput:
        return
    assert str(key) == text


@pytest.mark.parametrize(
    "text", ["V00_S00001_I00000001_P0001", "V00_S0001_I00000001_P0001A", "V٠٠_S0001_I00000001_P0001"]
)
def test_a_name_with_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        SampleKey.parse(text)


@pytest.mark.parametrize("typed", TYPED)
def test_what_people_typed_never_makes_a_path(typed: str) -> None:
    key = SampleKey(0, 1, 2, pseudonyms([typed], key=b"k", taken={})[typed])
    assert member_name(key, "wav") == "V00_S0001_I00000002_P0001.wav"
    with pytest.raises(BadInput):
        shard_path(typed, 0, 0)
    with pytest.raises(BadInput):
        member_name(key, typed)


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../b", "a//b", "", "a\\b", "a/\0", "."])
def test_a_path_that_leads_out_of_a_release_is_damage(path: str, tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        inside(tmp_path, path)


@given(st.sets(st.text(max_size=8), max_size=20), st.sets(st.text(max_size=8), max_size=20))
def test_a_number_once_given_stays_and_none_is_given_twice(first: set[str], later: set[str]) -> None:
    before = pseudonyms(first, key=b"line", taken={})
    after = pseudonyms(first | later, key=b"line", taken=before)
    assert {subject: after[subject] for subject in first} == before
    assert sorted(after.values()) == list(range(1, len(first | later) + 1))


def test_two_lines_of_releases_do_not_join_by_their_numbers() -> None:
    people = [f"per_{number}" for number in range(50)]
    one, other = (pseudonyms(people, key=key, taken={}) for key in (b"one", b"other"))
    assert sum(one[p] == other[p] for p in people) < 10
    assert token("grt_1", key=b"one") != token("grt_1", key=b"other")


def test_order_of_asking_tells_nothing() -> None:
    people = [f"per_{number}" for number in range(20)]
    assert pseudonyms(people, key=b"k", taken={}) == pseudonyms(reversed(people), key=b"k", taken={})
