"""What a performer sealed is in nothing: not in the film, not in the outline, not in the still, not in a release."""

import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from tests.media.take_logs import (
    ACTION,
    OPENED,
    SECOND,
    Browser,
    camera_log,
    read_frames,
    read_sound,
    voice_log,
)
from tests.media.test_assemble_import import reordered
from tests.shared import shared
from yesif.base.errors import BadInput
from yesif.media.assemble import assemble_import, assemble_track
from yesif.media.cut import Placed, cut_sealed, merged
from yesif.media.preview import make_preview
from yesif.media.synthetic import read_barcode

SEAL = (2_000_000_000, 2_700_000_000)
"""Of a six-second take with a key frame a second: pictures come back at 3 s."""


@pytest.fixture(scope="module")
def tracks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Placed]:
    """A voice that hums without a pause and a camera with numbered frames."""
    folder = tmp_path_factory.mktemp("take")
    browser = Browser(mic_ppm=60, up_s=0.0003, down_s=0.0003, jitter_s=0.0005)
    voice_log(folder / "v.yif", browser, sound=lambda n: 8_000 if n // 60 % 2 else -8_000)
    camera_log(folder / "c.yif", browser)
    made = {}
    for kind, log in (("voice", "v.yif"), ("camera", "c.yif")):
        track = assemble_track(
            folder / log, folder, opened_ns=OPENED, action_ns=ACTION, cut_ns=ACTION + 6 * SECOND,
            clock_log=folder / "v.yif",
        )  # fmt: skip
        assert track.path is not None
        made[kind] = Placed.of(track.path, track.manifest)
    return made


def loudness(path: Path) -> tuple[NDArray[np.float64], int]:
    """(the sound, full scale ±1, as it comes out; its first time in nanoseconds)."""
    with av.open(str(path)) as source:
        first, sound = None, []
        for frame in source.decode(audio=0):
            assert frame.pts is not None
            assert frame.time_base is not None
            first = float(frame.pts * frame.time_base) if first is None else first
            sound.append(frame.to_ndarray()[0].astype(np.float64))
    return np.concatenate(sound), round((first or 0) * 1e9)


def seen(path: Path, placed: Placed | None = None) -> dict[int, float]:
    """Frame number to take time in seconds, of every frame that can be decoded."""
    zero = placed or Placed(path)
    return {read_barcode(gray) or 0: zero.at(at) / SECOND for at, gray in read_frames(path)}


def test_a_film_shows_the_whole_take_in_take_time(tracks: dict[str, Placed], tmp_path: Path) -> None:
    preview = make_preview(tmp_path, camera=tracks["camera"], voice=tracks["voice"])
    frames = seen(preview.film)
    assert list(frames) == list(range(60, 240))
    assert all(abs(at - (number - 60) / 30 - 0.004) < 0.002 for number, at in frames.items())
    sound, first = loudness(preview.film)
    assert first == 0
    assert abs(len(sound) - 6 * 48_000) < 3 * 1_024
    assert preview.media_type == "video/mp4"
    assert (preview.left_out, preview.dark) == ((), ())
    content = preview.film.read_bytes()
    assert content.find(b"moov") < content.find(b"mdat")


def test_nothing_sealed_can_be_decoded_out_of_the_film(tracks: dict[str, Placed], tmp_path: Path) -> None:
    preview = make_preview(tmp_path, camera=tracks["camera"], voice=tracks["voice"], sealed=[SEAL])
    frames = seen(preview.film)
    assert set(frames) == {*range(60, 120), *range(150, 240)}
    assert preview.left_out == (SEAL,)
    ((start, end),) = preview.dark
    assert start == SEAL[0]
    assert abs(end - 3_004_000_000) < 2_000_000
    sound, _ = loudness(preview.film)
    sealed = sound[int(2.03 * 48_000) : int(2.67 * 48_000)]  # an AAC frame of 21 ms blurs either edge
    assert np.abs(sealed).max() < 1e-4
    assert np.abs(sound[48_000:90_000]).max() > 0.1


def test_the_sealed_pictures_are_not_in_the_file_at_all(tracks: dict[str, Placed], tmp_path: Path) -> None:
    preview = make_preview(tmp_path, camera=tracks["camera"], voice=tracks["voice"], sealed=[SEAL])
    with av.open(str(tracks["camera"].path)) as source:
        packets = [bytes(packet) for packet in source.demux(video=0) if packet.size]
    content = preview.film.read_bytes()
    assert all(packet in content for packet in packets[:60])
    assert not any(packet in content for packet in packets[60:90])


def test_the_outline_is_flat_where_it_is_sealed(tracks: dict[str, Placed], tmp_path: Path) -> None:
    preview = make_preview(tmp_path, camera=tracks["camera"], voice=tracks["voice"], sealed=[SEAL])
    told = json.loads(preview.peaks.read_text())
    peaks = np.array(told["peaks"]).reshape(-1, 2)
    assert told["step_ns"] == 10_000_000
    assert abs(len(peaks) - 600) <= 1
    assert (peaks[200:270] == 0).all()
    assert (peaks[10:199] == [-31, 31]).all()
    assert (peaks[272:590] == [-31, 31]).all()


def test_the_still_is_never_a_sealed_picture(tracks: dict[str, Placed], tmp_path: Path) -> None:
    for number, seal in enumerate([(0, 1), (0, 3 * SECOND), (1_900_000_000, 5_900_000_000)]):
        preview = make_preview(tmp_path / str(number), camera=tracks["camera"], voice=None, sealed=[seal])
        assert preview.poster is not None
        with Image.open(preview.poster) as image:
            shown = read_barcode(np.array(image.convert("L")))
        assert shown in seen(preview.film)
        assert not seal[0] <= seen(preview.film)[shown or 0] * SECOND < seal[1]


def test_a_take_sealed_whole_shows_nothing(tracks: dict[str, Placed], tmp_path: Path) -> None:
    preview = make_preview(tmp_path, camera=tracks["camera"], voice=tracks["voice"], sealed=[(-SECOND, 10 * SECOND)])
    sound, _ = loudness(preview.film)
    assert np.abs(sound).max() == 0
    assert preview.poster is None
    cut = cut_sealed(**tracks, sealed=[(-SECOND, 10 * SECOND)], out_dir=tmp_path / "cut")
    assert cut.camera is None
    assert cut.voice is not None
    assert not read_sound(cut.voice.path).any()


def test_a_release_s_copies_leave_the_seal_out_and_touch_nothing_else(
    tracks: dict[str, Placed], tmp_path: Path
) -> None:
    cut = cut_sealed(**tracks, sealed=[SEAL], out_dir=tmp_path)
    assert cut.camera is not None
    assert cut.voice is not None
    before, after = seen(tracks["camera"].path, tracks["camera"]), seen(cut.camera.path, cut.camera)
    assert set(after) == {*range(60, 120), *range(150, 240)}
    assert all(abs(before[number] - at) < 2e-6 for number, at in after.items())
    whole, left = read_sound(tracks["voice"].path), read_sound(cut.voice.path)
    quiet = np.flatnonzero(left == 0)
    times = [tracks["voice"].at(int(sample) * SECOND // 48_000) for sample in (quiet[0], quiet[-1])]
    assert abs(times[0] - SEAL[0]) < 50_000
    assert abs(times[1] - SEAL[1]) < 50_000
    assert times[0] - 21_000 <= SEAL[0]
    assert times[1] + 21_000 >= SEAL[1]
    kept = np.ones(len(whole), bool)
    kept[quiet] = False
    assert np.array_equal(whole[kept], left[kept])


def test_a_seal_over_the_beginning_moves_the_first_picture_not_the_others(
    tracks: dict[str, Placed], tmp_path: Path
) -> None:
    cut = cut_sealed(**tracks, sealed=[(0, SECOND // 2)], out_dir=tmp_path)
    assert cut.camera is not None
    before, after = seen(tracks["camera"].path, tracks["camera"]), seen(cut.camera.path, cut.camera)
    assert min(after) == 90
    assert all(abs(before[number] - at) < 2e-6 for number, at in after.items())


SEALS = st.lists(st.tuples(st.integers(-SECOND, 7 * SECOND), st.integers(1, 2 * SECOND)), min_size=1, max_size=4)


@given(starts=SEALS)
@settings(max_examples=12, deadline=None)
def test_no_seal_leaves_a_picture_or_a_sound(
    starts: list[tuple[int, int]], tracks: dict[str, Placed], tmp_path_factory: pytest.TempPathFactory
) -> None:
    spans = [(start, start + length) for start, length in starts]
    cut = cut_sealed(**tracks, sealed=spans, out_dir=tmp_path_factory.mktemp("cut"))
    before = seen(tracks["camera"].path, tracks["camera"])
    after = seen(cut.camera.path, cut.camera) if cut.camera else {}
    assert set(after) <= set(before)
    for number, at in after.items():
        assert not any(start <= at * SECOND < end for start, end in spans)
        assert abs(before[number] - at) < 2e-6
    assert cut.voice is not None
    sound = read_sound(cut.voice.path)
    for start, end in spans:
        low, high = (tracks["voice"].track_ns(at) * 48_000 // SECOND for at in (start, end))
        assert not sound[max(low + 1, 0) : max(high, 0)].any()


def test_pictures_decoded_out_of_order_leave_nothing_either(tmp_path: Path) -> None:
    source = tmp_path / "b.mp4"
    reordered(source, start=0)
    (camera,) = assemble_import(source, tmp_path / "in")
    assert camera.path is not None
    placed = Placed.of(camera.path, camera.manifest)
    seal = (1_000_000_000, 1_200_000_000)
    cut = cut_sealed(camera=placed, voice=None, sealed=[seal], out_dir=tmp_path / "out")
    assert cut.camera is not None
    greys = [int(gray.mean()) // 3 for _, gray in read_frames(cut.camera.path)]
    assert max(greys) < 30  # there is no second key frame: nothing comes back
    assert len(greys) >= 27


def test_without_seals_the_tracks_come_back_as_they_are(tracks: dict[str, Placed], tmp_path: Path) -> None:
    cut = cut_sealed(**tracks, sealed=[], out_dir=tmp_path)
    assert (cut.camera, cut.voice) == (tracks["camera"], tracks["voice"])
    assert list(tmp_path.iterdir()) == []


def test_the_same_seals_give_the_same_bytes(tracks: dict[str, Placed], tmp_path: Path) -> None:
    made: list[Any] = [cut_sealed(**tracks, sealed=[SEAL], out_dir=tmp_path / name) for name in ("one", "two")]
    for kind in ("camera", "voice"):
        one, two = (getattr(cut, kind).path.read_bytes() for cut in made)
        assert one == two


def test_seals_that_touch_are_one() -> None:
    assert merged([(5, 9), (1, 3), (3, 5), (20, 30)]) == [(1, 9), (20, 30)]


def test_a_seal_that_runs_backwards_is_refused() -> None:
    with pytest.raises(BadInput, match="from 5 to 5"):
        merged([(5, 5)])


def test_a_voice_alone_is_a_preview(tracks: dict[str, Placed], tmp_path: Path) -> None:
    preview = make_preview(tmp_path, camera=None, voice=tracks["voice"])
    assert (preview.media_type, preview.poster) == ("audio/mp4", None)
    assert abs(preview.length_ns - 6 * SECOND) < 2_000_000


def test_nothing_to_show_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="neither picture nor voice"):
        make_preview(tmp_path, camera=None, voice=None)


def test_a_track_without_a_place_cannot_be_shown(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no place in time"):
        Placed.of(tmp_path / "x.mp4", {"time": None})


def test_sound_that_begins_late_is_late_in_the_film(tmp_path: Path) -> None:
    made = {t.kind: t for t in assemble_import(shared("footage/pyfeat/face_noface.mov"), tmp_path / "in")}
    placed = {kind: Placed.of(track.path, track.manifest) for kind, track in made.items() if track.path}
    preview = make_preview(tmp_path / "out", camera=placed["camera"], voice=placed["voice"])
    sound, first = loudness(preview.film)
    assert first == 0
    assert np.abs(sound[: int(2.4 * 48_000)]).max() < 1e-3
    assert preview.media_type == "video/mp4"


def test_a_camera_alone_that_is_sealed_whole_is_refused(tracks: dict[str, Placed], tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="Everything in this performance is sealed"):
        make_preview(tmp_path, camera=tracks["camera"], voice=None, sealed=[(-SECOND, 10 * SECOND)])
    assert list(tmp_path.iterdir()) == []
