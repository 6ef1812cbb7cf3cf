"""Footage for tests: synthetic performers whose truth is known, written once a run and shared by its tests."""

import tempfile
from functools import lru_cache
from pathlib import Path

from yesif.media.synthetic import write_camera, write_recording, write_voice

ANA, BO = 0, 1
"""The two performers of synthetic scene 0: seeds for `yesif.media.synthetic`."""


@lru_cache(maxsize=1)
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="yesif-footage-")


@lru_cache
def camera(seed: int = ANA, seconds: float = 4.0, suffix: str = ".mjpeg") -> Path:
    """A fake camera of 1280 × 720 at 30 frames a second, a frame number in every frame."""
    path = Path(_folder().name) / f"camera-{seed}-{seconds}{suffix}"
    write_camera(path, seconds, seed=seed)
    return path


@lru_cache
def voice(seed: int = ANA, seconds: float = 4.0) -> Path:
    """A fake microphone: 48 kHz mono WAV."""
    path = Path(_folder().name) / f"voice-{seed}-{seconds}.wav"
    write_voice(path, seconds, seed)
    return path


@lru_cache
def recording(
    seed: int = ANA, seconds: float = 4.0, size: tuple[int, int] = (640, 360), *, barcode: bool = True
) -> Path:
    """A finished recording: H.264 and AAC in MP4."""
    path = Path(_folder().name) / f"recording-{seed}-{seconds}-{size[0]}-{barcode}.mp4"
    write_recording(path, seconds, seed, size=size, barcode=barcode)
    return path
