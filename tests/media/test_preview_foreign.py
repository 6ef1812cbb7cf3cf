"""Recordings that no browser plays, and cameras held sideways, can be reviewed all the same."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from yesif.media.assemble import assemble_import
from yesif.media.cut import Placed
from yesif.media.preview import make_preview
from yesif.media.probe import probe


def film(path: Path, codec: str, turned: int = 0) -> None:
    """Two seconds, brighter from left to right and with every frame; a silent second, then a tone."""
    with av.open(str(path), "w", format="mp4") as target:
        options = {"x265-params": "log-level=none"} if codec == "libx265" else {"bf": "0"}
        video: Any = target.add_stream(codec, rate=30, options=options)
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        if turned:
            video.set_display_rotation(turned)
        audio = target.add_stream("aac", rate=44_100, layout="stereo")
        for number in range(60):
            picture = np.full((270, 320), 128, np.uint8)
            picture[:180] = np.linspace(40, 200, 320).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 30)
            target.mux(video.encode(frame))
        target.mux(video.encode(None))
        wave = np.where(np.arange(88_200) < 44_100, 0, 0.3 * np.sin(np.arange(88_200) / 20)).astype(np.float32)
        for start in range(0, 88_200, 1_024):
            block = np.ascontiguousarray(np.repeat(wave[None, start : start + 1_024], 2, axis=0))
            sound = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
            sound.sample_rate, sound.pts, sound.time_base = 44_100, start, Fraction(1, 44_100)
            target.mux(audio.encode(sound))
        target.mux(audio.encode(None))


def previewed(source: Path, folder: Path) -> Any:
    placed = {t.kind: Placed.of(t.path, t.manifest) for t in assemble_import(source, folder / "in") if t.path}
    return make_preview(folder / "out", camera=placed["camera"], voice=placed["voice"])


@pytest.mark.skipif("libx265" not in av.codecs_available, reason="needs an HEVC encoder to make the recording")
def test_a_telephone_s_hevc_is_kept_and_its_film_is_h264(tmp_path: Path) -> None:
    film(tmp_path / "a.mp4", "libx265")
    tracks = {track.kind: track for track in assemble_import(tmp_path / "a.mp4", tmp_path / "kept")}
    assert tracks["camera"].path is not None
    assert probe(tracks["camera"].path).camera.codec == "hevc"  # type: ignore[union-attr]
    preview = previewed(tmp_path / "a.mp4", tmp_path)
    shown = probe(preview.film)
    assert (shown.camera.codec, shown.frames) == ("h264", 60)  # type: ignore[union-attr]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["peaks.json", "poster.png", "preview.mp4"]


def test_a_camera_held_sideways_is_shown_upright(tmp_path: Path) -> None:
    film(tmp_path / "a.mp4", "libx264", turned=90)
    preview = previewed(tmp_path / "a.mp4", tmp_path)
    assert probe(preview.film).camera.rotation == probe(tmp_path / "a.mp4").camera.rotation != 0  # type: ignore[union-attr]
    with Image.open(preview.poster) as image:
        assert image.size == (180, 320)
        upright = np.array(image.convert("L"))
    with av.open(str(tmp_path / "a.mp4")) as source:
        frame = next(source.decode(video=0))
        truth = np.rot90(frame.to_ndarray(format="gray"), frame.rotation // 90)
    assert np.abs(upright.astype(int) - truth).mean() < 6


def test_sound_of_another_rate_keeps_its_time_in_the_film(tmp_path: Path) -> None:
    film(tmp_path / "a.mp4", "libx264")
    preview = previewed(tmp_path / "a.mp4", tmp_path)
    with av.open(str(preview.film)) as source:
        sound = np.concatenate([frame.to_ndarray()[0] for frame in source.decode(audio=0)])
    assert abs(int(np.flatnonzero(np.abs(sound) > 0.05)[0]) - 48_000) < 48_000 * 0.03
