"""What media tests share: the pulled models (they skip in words where those are absent) and a sink in memory."""

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.shared import ROOT
from yesif.media.models import verify
from yesif.media.stage import Block, Stage


def models_dir() -> Path:
    """The folder of the pulled models."""
    folder = Path(os.environ.get("YESIF_MODELS", ROOT / ".cache" / "models"))
    if any(finding.state != "present" for finding in verify(folder) if not finding.model.optional):
        pytest.skip("needs the model files, which are not here: yesif models pull")
    return folder


class Rows:
    """A sink in memory."""

    def __init__(self) -> None:
        self.parts: dict[str, list[object]] = {}

    def add(self, rows: Mapping[str, NDArray[np.generic] | list[str]]) -> None:
        for name, values in rows.items():
            self.parts.setdefault(name, []).append(values)

    def __getitem__(self, name: str) -> NDArray[np.generic]:
        return np.concatenate(self.parts[name])  # type: ignore[arg-type]


def listen(stage: Stage, samples: NDArray[np.float32], rate: int, block: int | None = None) -> Rows:
    """Show sound to a stage in blocks (a second, unless said)."""
    rows = Rows()
    stage.start(rows)
    size = block or rate
    for first in range(0, len(samples), size):
        piece = samples[first : first + size]
        stage.on_audio(Block(piece, rate, first, first * 1_000_000_000 // rate, 1e9 / rate))
    stage.finish()
    return rows
