"""Given text is placed where it was said, each word says who wrote and placed it, and nothing is made up."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.media.equipment import listen
from tests.shared import shared
from yesif.base.errors import ModelMissing
from yesif.media.decode import decode
from yesif.media.features.measure import measure_track
from yesif.media.features.menu import Skipped, Wanted, listeners
from yesif.media.features.transcript import RATE, WORD_COLUMNS, HeardWord
from yesif.media.features.transcript_align import Aligner, confidence
from yesif.media.features.transcript_sounds import VOWELS, guessed_sounds, sounds_of, syllables_of
from yesif.media.features.transcript_text import spoken, written_words
from yesif.media.features.words import GivenText, Line, lines_of
from yesif.media.stage import UNMOVED, Block, Listener, ModelUse, Recipe
from yesif.media.tables import TableWriter, about, read

SAID = "as has been pointed out the commission has not resolved all the proposals which could be made"


class Keep(Listener):
    """Keeps a file's sound."""

    needs = frozenset({"pcm16k"})

    def __init__(self) -> None:
        self.blocks: list[NDArray[np.float32]] = []

    def on_audio(self, block: Block) -> None:
        self.blocks.append(block.samples.copy())


def sound_of(name: str) -> NDArray[np.float32]:
    keep = Keep()
    decode(shared(f"footage/speech/{name}"), [keep], audio=UNMOVED)
    return np.concatenate(keep.blocks)


def reference(name: str) -> list[tuple[float, float, str]]:
    rows = shared(f"footage/speech/{name}.prom").read_text("utf-8").splitlines()
    return [(float(a), float(b), word) for _, a, b, word, *_ in (row.split("\t") for row in rows)]


class Spaced:
    """Places words one after another, 1000 samples each, unless the text holds "nonsense"."""

    use = ModelUse("spaced", "1", "0" * 64, "Apache-2.0")

    def __init__(self) -> None:
        self.given: list[int] = []

    def align(self, samples: NDArray[np.float32], text: str) -> list[HeardWord] | None:
        self.given.append(len(samples))
        if "nonsense" in text:
            return None
        return [HeardWord(word, 1000 * i, 1000 * (i + 1), 0.9) for i, word in enumerate(text.split())]


def test_words_are_placed_within_fifty_milliseconds() -> None:
    aligner = Aligner()
    away = []
    for name in ("LJ050-0276", "LJ050-0277"):
        truth = reference(name)
        found = aligner.align(sound_of(f"{name}.wav"), " ".join(word for *_, word in truth))
        assert found is not None
        assert [word.text for word in found] == [word for *_, word in truth]
        for word, (start, end, _) in zip(found, truth, strict=True):
            away += [abs(word.start / RATE - start), abs(word.end / RATE - end)]
    assert np.median(away) <= 0.020
    assert np.mean(np.array(away) <= 0.050) >= 0.88


def test_right_words_are_surer_than_wrong_ones() -> None:
    aligner, sound = Aligner(), sound_of("LJ050-0276.wav")
    right = aligner.align(sound, SAID)
    wrong = aligner.align(sound, "my dear friend we never met before on the beach near the old harbour town")
    assert right is not None
    assert min(word.sure for word in right) > 0.8
    assert wrong is None or np.median([word.sure for word in wrong]) < 0.6


def test_words_no_dictionary_knows_are_placed_by_their_letters() -> None:
    found = Aligner().align(sound_of("LJ050-0276.wav"), SAID.replace("commission", "komishun"))
    assert found is not None
    word = next(word for word in found if word.text == "komishun")
    assert word.start / RATE == pytest.approx(1.9, abs=0.08)
    assert word.end / RATE == pytest.approx(2.33, abs=0.08)


def test_the_sentence_of_a_grid_speaker_is_placed() -> None:
    keep = Keep()
    decode(shared("footage/grid/brbk7n.mpg"), [keep], audio=UNMOVED)
    found = Aligner().align(np.concatenate(keep.blocks), "Bin red by K 7 now.")
    assert found is not None
    assert [word.text for word in found] == ["Bin", "red", "by", "K", "7", "now."]
    assert all(word.sure > 0.8 for word in found)
    edges = [moment for word in found for moment in (word.start, word.end)]
    assert edges == sorted(edges)


def test_no_text_and_no_sound_give_no_words() -> None:
    aligner = Aligner()
    assert aligner.align(np.zeros(RATE, np.float32), " [laughs] — ") == []
    assert aligner.align(np.zeros(100, np.float32), "hello") is None


@given(st.floats(0, 1e6), st.integers(0, 10_000))
def test_confidence_is_a_share_and_falls_with_the_score(score: float, frames: int) -> None:
    assert 0 <= confidence(score, frames) <= 1
    assert confidence(score + 10, frames) <= confidence(score, frames)


def test_lines_stand_where_they_were_said() -> None:
    lines = (Line("one two", 2_000_000_000, 3_000_000_000), Line("three", 40_000_000_000, 41_000_000_000))
    places = Spaced()
    rows = listen(GivenText(places, lines), np.zeros(45 * RATE, np.float32), RATE)
    starts = np.array([1.75, 1.75 + 1000 / RATE, 39.75])  # a quarter of a second before each line
    assert rows["start_ns"] == pytest.approx(starts * 1e9, abs=1e3)
    assert list(rows["text"]) == ["one", "two", "three"]
    assert set(rows["source"]) == {"editor, placed by spaced"}
    assert places.given == [round(1.5 * RATE)] * 2


def test_a_line_without_times_is_looked_for_in_the_whole_track() -> None:
    places = Spaced()
    rows = listen(GivenText(places, (Line("hello there"),)), np.zeros(7 * RATE, np.float32), RATE)
    assert places.given == [7 * RATE]
    assert len(rows["text"]) == 2


def test_a_line_that_does_not_fit_is_kept_whole_without_confidence() -> None:
    lines = (Line("utter nonsense", 0, 2_000_000_000), Line("fine", 3_000_000_000, 4_000_000_000))
    rows = listen(GivenText(Spaced(), lines, author="ana"), np.zeros(5 * RATE, np.float32), RATE)
    assert list(rows["text"]) == ["utter nonsense", "fine"]
    assert list(rows["conf"]) == [0, np.float32(0.9)]
    assert list(rows["source"]) == ["ana, not placed by spaced", "ana, placed by spaced"]
    assert rows["end_ns"][0] == 2_250_000_000


def test_text_that_is_too_long_to_place_is_kept_and_memory_stays_bounded() -> None:
    stage = GivenText(Spaced(), (Line("a b c"),))
    rows = listen(stage, np.zeros(601 * RATE, np.float32), RATE, block=20 * RATE)
    assert list(rows["text"]) == ["a b c"]
    assert list(rows["conf"]) == [0]
    assert len(stage._held) <= 600 * RATE


@pytest.mark.parametrize("block", [1_600, 16_000, 100_001])
def test_placing_does_not_depend_on_how_the_sound_was_cut_up(block: int) -> None:
    lines = [Line(f"w{i}", i * 1_500_000_000, i * 1_500_000_000 + 1_000_000_000) for i in range(12)]
    rows = listen(GivenText(Spaced(), lines), np.zeros(20 * RATE, np.float32), RATE, block=block)
    assert list(rows["text"]) == [f"w{i}" for i in range(12)]
    assert np.diff(rows["start_ns"][1:]) == pytest.approx(np.full(10, 1.5e9), abs=1e5)


def test_corrected_text_is_another_table() -> None:
    recipes = [GivenText(Spaced(), (Line(text, 0, 1),)).recipe for text in ("one", "won")]
    assert recipes[0].params["text"] != recipes[1].params["text"]
    assert recipes[0].columns == WORD_COLUMNS


def test_a_transcript_comes_back_as_lines_to_correct(tmp_path: Path) -> None:
    path = tmp_path / "words.parquet"
    writer = TableWriter(path, Recipe("words", 1, "by hand", WORD_COLUMNS, {}), {})
    starts = np.array([0, 400, 2000], np.int64) * 1_000_000
    writer.add(
        {
            "start_ns": starts,
            "end_ns": starts + 300_000_000,
            "text": ["yes", "if", "then"],
            "conf": np.ones(3, np.float32),
            "source": ["x"] * 3,
        }
    )
    writer.close({})
    assert lines_of(path) == (Line("yes if", 0, 700_000_000), Line("then", 2_000_000_000, 2_300_000_000))


def test_given_lines_take_the_place_of_an_engine_and_no_lines_without_a_model_are_skipped(tmp_path: Path) -> None:
    with_text = {
        one.recipe.stage: one
        for one in listeners("voice", tmp_path, Wanted(lines=(Line("hello"),)))
        if not isinstance(one, Skipped)
    }
    assert isinstance(with_text["words"], GivenText)
    without = {one.stage: one.reason for one in listeners("voice", tmp_path, Wanted()) if isinstance(one, Skipped)}
    assert "model.bin" in without["words"]


def test_without_its_model_the_aligner_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pocketsphinx.get_model_path", lambda: str(tmp_path))
    with pytest.raises(ModelMissing, match="pocketsphinx"):
        Aligner()


def test_written_words_become_the_words_that_are_said() -> None:
    text = "It’s 42, [laughs] she said — “twenty-one” & 1,234 cafés! 007"
    assert [(word.text, " ".join(word.said)) for word in written_words(text)] == [
        ("It’s", "it's"),
        ("42,", "forty two"),
        ("she", "she"),
        ("said", "said"),
        ("“twenty-one”", "twenty one"),
        ("&", "and"),
        ("1,234", "one thousand two hundred thirty four"),
        ("cafés!", "cafes"),
        ("007", "zero zero seven"),
    ]


@given(st.text(max_size=60))
def test_any_text_becomes_words_of_letters(text: str) -> None:
    for word in written_words(text):
        assert word.said
        for one in word.said:
            assert one.strip("'") == one
            assert set(one) <= set("abcdefghijklmnopqrstuvwxyz'")
            assert guessed_sounds(one)


def test_sounds_are_the_dictionarys_or_a_guess() -> None:
    assert syllables_of("commission") == 3
    assert sounds_of("the")[0] == "DH"
    assert guessed_sounds("make") == "M EY K"
    assert guessed_sounds("zorblax") == "Z AO R B L AE K S"
    assert sum(sound in VOWELS for sound in guessed_sounds("karamoto").split()) == 4
    assert spoken("…") == ()


def test_measuring_a_voice_with_its_text_gives_words_and_their_emphasis(tmp_path: Path) -> None:
    voice = shared("footage/speech/LJ050-0276.wav")
    lines = (Line(" ".join(word for *_, word in reference("LJ050-0276")), 0, 8_563_000_000),)
    wanted = Wanted(lines=lines, author="ana")
    measured = measure_track({"voice": voice}, tmp_path, models_dir=tmp_path / "none", wanted=wanted)
    tables = {one.stage: one for one in measured.tables}
    assert tables["words"].rows == tables["prominence"].rows == 23
    assert {tables[stage].part for stage in ("words", "prominence")} == {"words"}
    words, emphasis = measured.path("words"), measured.path("prominence")
    assert words is not None
    assert emphasis is not None
    assert set(read(words)["source"]) == {"ana, placed by pocketsphinx"}
    assert np.array_equal(read(words)["start_ns"], read(emphasis)["start_ns"])
    assert about(words)["models"][0]["name"] == "pocketsphinx"
    corrected = Wanted(lines=(Line(lines[0].text.replace("all", "most"), 0, 8_563_000_000),), author="ana")
    again = measure_track({"voice": voice}, tmp_path, models_dir=tmp_path / "none", wanted=corrected)
    assert again.path("words") != words
    assert again.path("prominence") != emphasis
    assert again.path("f0") == measured.path("f0")
