"""Two recordings of one instant stand at one instant of take time.

The limits here are wide, because a test may run on a machine that is busy with others; `bench/alignment.py` prints the
figures over ten takes that docs/benchmarks.md quotes.
"""

from pathlib import Path

import pytest

from tests.browser.aligned import figures, frame_lags, told, voice_lags
from tests.browser.harness import Studio
from tests.browser.sound import SoundStage

pytestmark = pytest.mark.alone


def test_one_voice_heard_by_two_browsers_stands_at_one_time(studio: Studio, sound: SoundStage, tmp_path: Path) -> None:
    lags = voice_lags(studio, sound, tmp_path, takes=3)
    told("voice_lag_ms", lags)
    assert figures(lags)["p95"] <= 2.0


def test_one_camera_seen_by_two_pages_stands_at_one_time(studio: Studio, tmp_path: Path) -> None:
    lags = frame_lags(studio, tmp_path)
    told("frame_lag_ms", lags)
    assert len(lags) > 40
    assert figures(lags)["p95"] <= 2.0
