"""When is somebody speaking? Silero's speech probability every 32 ms, and the stretches of speech in it.

The net (silero-vad 6, MIT) is run as its authors do: 512 samples at 16 kHz with the 64 before them, and a state that
is carried from frame to frame; whole seconds at a time through the sequence form of the net, which gives the same
bits as one step after another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yesif.media.features.vad_net import FRAME, Silero
from yesif.media.models import find, named
from yesif.media.stage import Block, Column, Listener, ModelUse, Need, Recipe

PIECE = 124 * FRAME
"""Samples given to the net at once: four seconds, less one frame. Fewer cost more, more gain nothing."""


class SpeechActivity(Listener):
    """Table `vad`: one row every 32 ms, at the frame's first sample."""

    needs: frozenset[Need] = frozenset({"pcm16k"})

    def __init__(self, models: Path) -> None:
        """Raises ModelMissing where the net is not below `models`."""
        self._net = Silero(find("silero-vad", models))
        self._tail = np.zeros(0, np.float32)
        model = named("silero-vad")
        self.recipe = Recipe(
            stage="vad",
            version=1,
            method="silero-vad 6 sequence net, frame of 512 samples at 16 kHz, state carried over the whole track",
            columns=(
                Column("t_ns", "int64", "ns", "first sample of the frame, on the take's clock"),
                Column("speech", "float32", "1", "probability that somebody speaks", 0, 1),
            ),
            params={"frame_samples": FRAME, "rate_hz": 16_000},
            models=(ModelUse(model.name, model.version, model.sha256, model.licence),),
        )

    def on_audio(self, block: Block) -> None:
        samples = np.concatenate([self._tail, block.samples])
        whole = len(samples) // PIECE * PIECE
        if whole:
            self._emit(samples[:whole], block, -len(self._tail))
        self._tail, self._last = samples[whole:], (block, whole - len(self._tail))

    def finish(self) -> None:
        """What is left; its last frame is filled up with silence."""
        if len(self._tail):
            block, offset = self._last
            self._emit(np.pad(self._tail, (0, -len(self._tail) % FRAME)), block, offset)

    def _emit(self, samples: NDArray[np.float32], block: Block, offset: int) -> None:
        starts = np.arange(0, len(samples), FRAME, dtype=np.int64) + offset
        self.sink.add({"t_ns": block.times(starts), "speech": self._net(samples)})


@dataclass(frozen=True, slots=True)
class SpeechRule:
    """When probability becomes a stretch of speech. Durations in nanoseconds."""

    on: float = 0.5
    off: float = 0.35
    shortest_ns: int = 90_000_000
    """Short enough to keep a "mm"; silero's own 250 ms would drop the listener's part of the talk."""
    longest_pause_ns: int = 100_000_000
    frame_ns: int = FRAME * 1_000_000_000 // 16_000


def speech_spans(
    times: NDArray[np.int64], speech: NDArray[np.float32], rule: SpeechRule = SpeechRule()
) -> list[tuple[int, int]]:
    """Stretches of speech as (start, end) in nanoseconds: on at ≥ rule.on, off at < rule.off, short pauses bridged."""
    spans: list[tuple[int, int]] = []
    for start, end in _runs(speech, rule):
        first, last = int(times[start]), int(times[end - 1]) + rule.frame_ns
        if spans and first - spans[-1][1] < rule.longest_pause_ns:
            spans[-1] = (spans[-1][0], last)
        else:
            spans.append((first, last))
    return [(start, end) for start, end in spans if end - start >= rule.shortest_ns]


def _runs(speech: NDArray[np.float32], rule: SpeechRule) -> Sequence[tuple[int, int]]:
    """Index ranges with hysteresis: each begins at a frame ≥ on and ends before the first frame < off."""
    state = np.where(speech >= rule.on, 1, np.where(speech < rule.off, 0, -1))
    known = np.flatnonzero(state >= 0)
    if not len(known):
        return []
    # A frame between the thresholds keeps the state of the last frame that was clear.
    latest = np.maximum.accumulate(np.where(state >= 0, np.arange(len(state)), -1))
    active = np.where(latest >= 0, state[np.maximum(latest, 0)], 0)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], active, [0]])))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
