"""The heavy stations of ingest, each a pure function of blobs: read out of their boxes, work, seal into a box.

They run in a child of the worker (or anywhere else that reaches the store): arguments and answers are plain values.
Doing one again puts the same content under the same names. What is read is copied into a folder that goes with the
work.
"""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from yesif.base.errors import BadInput, Damaged, NotFound
from yesif.core.timeline.finding import Finding as TimeFinding
from yesif.media import strongbox
from yesif.media.assemble import AssembledTrack, assemble_import, assemble_track
from yesif.media.cut import Placed
from yesif.media.features.measure import measure_track
from yesif.media.features.pairing import measure_pair
from yesif.media.features.shelf import Measured
from yesif.media.features.speech import read_spans
from yesif.media.preview import make_preview
from yesif.media.quality.finding import Finding as QualityFinding
from yesif.media.stage import TimeMap
from yesif.media.store import Store, open_store
from yesif.media.strongbox import Box, Sealed
from yesif.media.takelog import chain, scan

Span = tuple[int, int]
Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LogFacts:
    """One take log to put together. Times: `opened_ns` studio time, the others session clock."""

    kind: str
    log: Sealed
    opened_ns: int
    action_ns: int
    cut_ns: int
    receipt: Plain | None = None
    clock_log: Sealed | None = None
    partner_log: Sealed | None = None


@dataclass(frozen=True, slots=True)
class TrackFacts:
    """One track that was put together: its blob and its manifest."""

    sealed: Sealed
    manifest: Plain

    @property
    def clock(self) -> TimeMap:
        time = self.manifest["time"]
        return TimeMap(int(time["offset_ns"]), int(time["drift_ppb"]))


@dataclass(frozen=True, slots=True)
class Noticed:
    """A finding of ingest itself, in the form of all findings."""

    check: str
    verdict: str
    sentence: str
    value: float | None = None
    unit: str = ""
    threshold: float | None = None
    start_ns: int | None = None
    end_ns: int | None = None
    track: str = ""


def put_together(store_url: str, box: Box, facts: LogFacts) -> Plain:
    """Check one log against its receipt and assemble it: the track's digest, size, media type, manifest, findings."""
    with tempfile.TemporaryDirectory(prefix="yesif-assemble-") as name:
        folder = Path(name)
        log = facts.log.copy(folder)
        noticed = _against_receipt(log, facts.receipt)
        made = assemble_track(
            log,
            folder,
            opened_ns=facts.opened_ns,
            action_ns=facts.action_ns,
            cut_ns=facts.cut_ns,
            kind=facts.kind,
            clock_log=_other_log(folder, facts.clock_log),
            partner_log=_other_log(folder, facts.partner_log),
        )
        kept = _kept(open_store(store_url), box, made)
    return {**kept, "findings": noticed + kept["findings"]}


def take_apart(store_url: str, box: Box, recording: Sealed, offset_ns: int) -> list[Plain]:
    """Split a recording made elsewhere, which begins `offset_ns` after "action", into its tracks.

    Raises NotFound, Damaged, LimitReached.
    """
    store = open_store(store_url)
    with tempfile.TemporaryDirectory(prefix="yesif-import-") as folder:
        made = assemble_import(recording.copy(Path(folder)), Path(folder))
        return [_moved(_kept(store, box, track), offset_ns) for track in made]


def measure(store_url: str, box: Box, tracks: Mapping[str, TrackFacts], models: str, span_ns: Span) -> Plain:
    """Measure one performance; `tracks` by voice and camera."""
    store = open_store(store_url)
    with tempfile.TemporaryDirectory(prefix="yesif-measure-") as name:
        folder = Path(name)
        measured = measure_track(
            {kind: track.sealed.copy(folder) for kind, track in tracks.items()},
            folder,
            models_dir=Path(models),
            maps={kind: track.clock for kind, track in tracks.items()},
            digests={kind: track.sealed.sha256 for kind, track in tracks.items()},
            span_ns=span_ns,
        )
        speech = next((one.path for one in measured.tables if one.stage == "speech" and one.path), None)
        turns = [list(span) for span in read_spans(speech)] if speech else []
        return {**_measured(store, box, measured), "turns": turns}


def measure_two(
    store_url: str,
    box: Box,
    sides: tuple[Mapping[str, Sealed], Mapping[str, Sealed]],
    voices: tuple[TrackFacts, TrackFacts],
    span_ns: Span,
) -> Plain:
    """Measure what two performers do together; `sides`: each one's tables by stage."""
    with tempfile.TemporaryDirectory(prefix="yesif-pair-") as name:
        folder = Path(name)
        first, second = ({stage: one.copy(folder) for stage, one in side.items()} for side in sides)
        measured = measure_pair(
            (first, second),
            folder,
            spans_ns=(_span(voices[0], span_ns), _span(voices[1], span_ns)),
            voices=(voices[0].sealed.copy(folder), voices[1].sealed.copy(folder)),
            maps=(voices[0].clock, voices[1].clock),
        )
        return _measured(open_store(store_url), box, measured)


def film(store_url: str, box: Box, tracks: Mapping[str, TrackFacts], sealed: Sequence[Sequence[int]]) -> Plain:
    """The film a performer reviews, without what is sealed: digests of film, poster and peaks."""
    store = open_store(store_url)
    with tempfile.TemporaryDirectory(prefix="yesif-preview-") as name:
        folder = Path(name)
        placed = {kind: Placed.of(one.sealed.copy(folder), one.manifest) for kind, one in tracks.items()}
        spans = [(int(start), int(end)) for start, end in sealed]
        made = make_preview(folder, camera=placed.get("camera"), voice=placed.get("voice"), sealed=spans)
        return {
            "film": strongbox.put_file(store, box, made.film).sha256,
            "media_type": made.media_type,
            "poster": strongbox.put_file(store, box, made.poster).sha256 if made.poster else "",
            "peaks": strongbox.put_file(store, box, made.peaks).sha256,
            "length_ns": made.length_ns,
            "left_out": [list(span) for span in made.left_out],
            "sealed": [list(span) for span in sealed],
            "findings": [],
        }


def _against_receipt(log: Path, receipt: Plain | None) -> list[Plain]:
    """Does the stored log still hash to what its performer's browser signed? A finding where it does not."""
    found = chain(log)
    if receipt is None or (found.size == receipt["bytes"] and found.chain == receipt["chain"]):
        return []
    sentence = f"The stored log has {found.size} bytes, the signed one {receipt['bytes']}; their hash chains differ."
    return [asdict(Noticed("log-damaged", "fail", sentence))]


def unusable(kind: str, why: str) -> Plain:
    """What stands for a track of which nothing can be used: its finding says why."""
    finding = asdict(Noticed("log-damaged", "fail", f"The {kind} that was sent cannot be used. {why}", track=kind))
    return {"kind": kind, "sha256": "", "bytes": 0, "media_type": "", "manifest": {}, "findings": [finding]}


def _other_log(folder: Path, log: Sealed | None) -> Path | None:
    """Another log that helps to place this one; None where it cannot be read: this track must not suffer for it."""
    if log is None:
        return None
    try:
        path = log.copy(folder)
        scan(path)
    except (BadInput, Damaged, NotFound):
        return None
    return path


def unmeasured(why: str) -> Plain:
    """What stands for measurements that could not be made."""
    finding = asdict(Noticed("not-measured", "fail", f"This could not be measured. {why}"))
    return {"tables": [], "findings": [finding], "summary": {}, "turns": []}


def unfilmed(sealed: Sequence[Sequence[int]], why: str) -> Plain:
    """What stands for a film that could not be made."""
    finding = asdict(Noticed("no-preview", "fail", f"There is no film of this to review. {why}"))
    film = {"film": "", "media_type": "", "poster": "", "peaks": "", "length_ns": 0, "left_out": []}
    return {**film, "sealed": [list(span) for span in sealed], "findings": [finding]}


def _span(voice: TrackFacts, fallback: Span) -> Span:
    time = voice.manifest["time"]
    return int(time.get("first_ns", fallback[0])), int(time.get("end_ns", fallback[1]))


def _kept(store: Store, box: Box, made: AssembledTrack) -> Plain:
    blob = strongbox.put_file(store, box, made.path) if made.path is not None else None
    return {
        "kind": made.kind,
        "sha256": blob.sha256 if blob else "",
        "bytes": blob.size if blob else 0,
        "media_type": made.media_type,
        "manifest": made.manifest,
        "findings": [_plain(one) for one in made.findings],
    }


def _moved(track: Plain, offset_ns: int) -> Plain:
    """The same track, later in take time."""
    time = track["manifest"].get("time")
    if not time or not offset_ns:
        return track
    moved = {name: time[name] + offset_ns for name in ("offset_ns", "first_ns", "end_ns")}
    knots = [[own, at + offset_ns] for own, at in time.get("knots", ())]
    return {**track, "manifest": {**track["manifest"], "time": {**time, **moved, "knots": knots}}}


def _measured(store: Store, box: Box, measured: Measured) -> Plain:
    tables = [
        {
            "stage": table.stage,
            "track": table.track,
            "address": table.address,
            "rows": table.rows,
            "skipped": table.skipped_reason,
            "version": str(table.version),
            "part": table.part,
            "sha256": strongbox.put_file(store, box, table.path).sha256 if table.path else "",
        }
        for table in measured.tables
    ]
    summary: Plain = json.loads(json.dumps(measured.summary))
    return {"tables": tables, "findings": [_plain(one) for one in measured.findings], "summary": summary}


def _plain(one: TimeFinding | QualityFinding) -> Plain:
    found = asdict(one)
    return {**found, "track": found.get("track", "")}
