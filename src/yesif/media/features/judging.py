"""From tables to findings and figures: reads what was measured within the take, and hands it to the checks."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from yesif.media.decode import Decoded, Seen, decode
from yesif.media.features.energy import integrated_lufs
from yesif.media.features.rhythm import rates
from yesif.media.features.shelf import MeasuredTable, of_stage
from yesif.media.features.speech import read_spans
from yesif.media.quality.camera import CameraSeen, camera_findings, lip_lag_ms
from yesif.media.quality.finding import Finding, judge
from yesif.media.quality.leak import Excerpts, Leak, hushed, measure_leak, windows_to_hear
from yesif.media.quality.voice import VoiceSeen, voice_findings
from yesif.media.stage import TimeMap
from yesif.media.tables import read

Span = tuple[int, int]
Tables = Sequence[MeasuredTable]
_PACKET_S = {"voice": 0.021, "camera": 0.033}  # about what one broken packet takes with it


@dataclass(frozen=True, slots=True)
class Pass:
    """How the decode pass of one medium went, as kept in each of its tables. Times in nanoseconds."""

    readable: bool = True
    to_the_end: bool = False
    fault: str = ""
    codec: str = ""
    count: int = 0
    first_ns: int = 0
    last_ns: int = 0
    missing_ns: int = 0
    damaged_packets: int = 0
    width: int = 0
    height: int = 0
    gaps: tuple[Span, ...] = ()

    @classmethod
    def of(cls, decoded: Decoded, seen: Seen) -> "Pass":
        """From the report of a pass."""
        return cls(
            to_the_end=decoded.to_the_end,
            fault=decoded.fault,
            codec=seen.codec,
            count=seen.count,
            first_ns=seen.first_ns or 0,
            last_ns=seen.last_ns or 0,
            missing_ns=seen.missing_ns,
            damaged_packets=seen.damaged_packets,
            width=decoded.width,
            height=decoded.height,
            gaps=tuple(decoded.gaps),
        )

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Pass":
        """From a table's metadata."""
        return cls(**{**told, "gaps": tuple((start, end) for start, end in told["gaps"])})

    def as_json(self) -> dict[str, object]:
        """For a table's metadata."""
        return asdict(self)


def voice_side(tables: Tables, passed: Pass | None, span: Span | None) -> list[Finding]:
    """The findings of a voice; without an `energy` table only what the pass itself tells."""
    if passed is None:
        return []
    energy = _within(of_stage(tables, "energy"), span, ["t_ns", "rms_dbfs", "clipped"])
    if not passed.readable or energy is None:
        return [_unreadable("voice", tables)]
    speech = of_stage(tables, "speech")
    return voice_findings(
        VoiceSeen(
            t_ns=energy["t_ns"],
            rms_dbfs=energy["rms_dbfs"],
            clipped=energy["clipped"],
            speech=None if speech is None else cut(read_spans(speech), span),
            missing_s=_missing_s("voice", passed),
        )
    )


def camera_side(tables: Tables, passed: Pass | None, span: Span | None) -> list[Finding]:
    """The findings of a camera, and of mouth against voice where both were measured."""
    if passed is None:
        return []
    picture = _within(of_stage(tables, "picture"), span)
    if not passed.readable or picture is None:
        return [_unreadable("camera", tables)]
    face = _within(of_stage(tables, "face"), span, ["t_ns", "valid", "luma"])
    found = camera_findings(
        CameraSeen(
            t_ns=picture["t_ns"],
            luma=picture["luma"],
            bright=picture["bright"],
            sharpness=picture["sharpness"],
            motion=picture["motion"],
            face_t_ns=None if face is None else face["t_ns"],
            face_valid=None if face is None else face["valid"],
            face_luma=None if face is None else face["luma"],
            missing_s=_missing_s("camera", passed),
        )
    )
    return found + _skew(tables, span)


def figures(tables: Tables, passes: Mapping[str, Pass], span: Span | None) -> dict[str, Any]:
    """What a page shows at a glance; JSON values, rounded; absent where nothing could be measured."""
    told: dict[str, Any] = {medium: asdict(passed) for medium, passed in passes.items()}
    voice, camera = told.setdefault("voice", {}), told.setdefault("camera", {})
    f0 = _within(of_stage(tables, "f0"), span, ["t_ns", "f0_hz"])
    if f0 is not None and np.isfinite(f0["f0_hz"]).any():
        low, middle, high = np.nanpercentile(f0["f0_hz"], [5, 50, 95])
        voice["f0_hz"] = {"p5": round(float(low), 1), "median": round(float(middle), 1), "p95": round(float(high), 1)}
    loudness = _within(of_stage(tables, "loudness"), span, ["t_ns", "momentary_lufs"])
    if loudness is not None:
        level = integrated_lufs(loudness["momentary_lufs"])
        voice["lufs"] = None if level is None else round(level, 1)
    speech = of_stage(tables, "speech")
    if speech is not None:
        voice["speech_ms"] = sum(end - start for start, end in cut(read_spans(speech), span)) // 1_000_000
    rhythm = of_stage(tables, "rhythm")
    if rhythm is not None:
        voice["rhythm"] = rates(rhythm, span)
    face = _within(of_stage(tables, "face"), span, ["t_ns", "valid"])
    if face is not None and len(face["valid"]):
        camera["face_share"] = round(float(face["valid"].mean()), 4)
    closed = of_stage(tables, "blinks")
    if closed is not None and face is not None and len(face["t_ns"]) > 1:
        minutes = float(face["t_ns"][-1] - face["t_ns"][0]) / 6e10
        count = len(cut(read_spans(closed), span))
        camera["blinks_per_min"] = round(count / minutes, 1) if minutes > 0 else None
    picture = _within(of_stage(tables, "picture"), span, ["t_ns", "motion"])
    if picture is not None and len(picture["t_ns"]) > 1:
        camera["frames_per_s"] = round(1e9 / float(np.median(np.diff(picture["t_ns"]))), 3)
        camera["motion"] = round(float(np.nanmean(picture["motion"][1:])), 3)
    return told


def leak_between(
    voices: tuple[Path, Path],
    maps: tuple[TimeMap, TimeMap],
    spoken: tuple[list[Span], list[Span]],
    spans: tuple[Span, Span],
) -> tuple[Leak | None, Leak | None]:
    """The partner's voice on each microphone; None where the partner never speaks long enough alone."""
    length = min(end for _, end in spans)
    starts = [windows_to_hear(spoken[me], spoken[1 - me], length) for me in (0, 1)]
    heard = [Excerpts(starts[0] + starts[1]) for _ in (0, 1)]
    for voice, clock, excerpts in zip(voices, maps, heard, strict=True):
        decode(voice, [excerpts], audio=clock)
    split = len(starts[0])
    first, second = heard[0].windows, heard[1].windows
    return (
        measure_leak(hushed(first[:split], starts[0], spoken[0]), second[:split]),
        measure_leak(hushed(second[split:], starts[1], spoken[1]), first[split:]),
    )


def cut(spans: Sequence[Span], span: Span | None) -> list[Span]:
    """Spans cut to a span; those outside are gone."""
    if span is None:
        return list(spans)
    inside = [(max(start, span[0]), min(end, span[1])) for start, end in spans]
    return [(start, end) for start, end in inside if start < end]


def _skew(tables: Tables, span: Span | None) -> list[Finding]:
    head = _within(of_stage(tables, "head"), span, ["t_ns", "mouth_open"])
    energy = _within(of_stage(tables, "energy"), span, ["t_ns", "rms_dbfs"])
    speech = of_stage(tables, "speech")
    if head is None or energy is None or speech is None or not len(energy["t_ns"]):
        return []
    spans = cut(read_spans(speech), span)
    lag = lip_lag_ms(head["t_ns"], head["mouth_open"], energy["t_ns"], energy["rms_dbfs"], spans)
    return [] if lag is None else [judge("av-skew", "camera", abs(lag), (spans[0][0], spans[-1][1]))]


def _unreadable(medium: str, tables: Tables) -> Finding:
    reason = next((one.skipped_reason for one in tables if one.track == medium and one.skipped_reason), "")
    finding = judge(f"{medium}-decodes", medium, 1e9, (0, 0))
    sentence = f"The {medium} cannot be read. {reason}".strip()
    return Finding(**{**asdict(finding), "value": -1.0, "sentence": sentence})


def _missing_s(medium: str, passed: Pass) -> float:
    return passed.missing_ns / 1e9 + passed.damaged_packets * _PACKET_S[medium] + (1.0 if passed.fault else 0.0)


def _within(path: Path | None, span: Span | None, columns: Sequence[str] | None = None) -> dict[str, Any] | None:
    """A table's rows whose t_ns lies in the span."""
    if path is None:
        return None
    table = read(path, columns)
    if span is None:
        return table
    rows = (table["t_ns"] >= span[0]) & (table["t_ns"] < span[1])
    return {name: values[rows] for name, values in table.items()}
