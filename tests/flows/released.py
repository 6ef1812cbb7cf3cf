"""A studio with scenes that were played, put together, measured and handed over, ready for a release."""

import hashlib
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from tests.people import person
from yesif.apps.casting.models import Project
from yesif.apps.consent import actions as consent
from yesif.apps.decks.models import Card, Deck, PersonaNote
from yesif.apps.footage.boxes import boxes_of
from yesif.apps.footage.models import FeatureTable, Finding, Performance, Take, Track
from yesif.apps.stage.models import Dealing, Place, Scene, Session
from yesif.base.clock import FixedClock
from yesif.core.policy.grants import Conditions
from yesif.core.policy.uses import CURRENT, Form, Use
from yesif.flows import engine
from yesif.flows.build_release import start_build, use_of
from yesif.flows.runner import InlineRunner
from yesif.media import strongbox
from yesif.media.features import blinks, prominence, rhythm, synchrony
from yesif.media.features.shelf import PAIR_STAGES
from yesif.media.stage import Column, Recipe
from yesif.media.store import open_store
from yesif.media.tables import TableWriter

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = 1_000_000_000
LENGTH_NS = 2 * SECOND
WHAT, WHERE = "understand-feeling", "research"

_T_NS = Column("t_ns", "int64", "ns", "when")
RECIPES = {
    "face": (
        "face",
        (
            _T_NS,
            Column("valid", "bool", "1", "a face was found"),
            Column("blendshapes", "float32[52]", "1", "scores", 0, 1),
            Column("mesh", "float32[6]", "px", "two points"),
        ),
    ),
    "f0": ("voice", (_T_NS, Column("f0_hz", "float32", "Hz", "pitch", 50, 600))),
    "speech": (
        "voice",
        (
            Column("start_ns", "int64", "ns", "start"),
            Column("end_ns", "int64", "ns", "end"),
            Column("speech", "float32", "1", "how sure", 0, 1),
        ),
    ),
    "turns": (
        "voice",
        (
            Column("kind", "string", "1", "turn, backchannel, overlap …"),
            Column("speaker", "int32", "1", "0 or 1"),
            Column("start_ns", "int64", "ns", "start"),
            Column("end_ns", "int64", "ns", "end"),
            Column("offset_ms", "float32", "ms", "offset"),
        ),
    ),
    "words": (
        "words",
        (
            Column("start_ns", "int64", "ns", "start"),
            Column("end_ns", "int64", "ns", "end"),
            Column("text", "string", "1", "the word"),
            Column("conf", "float32", "1", "how sure", 0, 1),
            Column("source", "string", "1", "engine"),
        ),
    ),
    "blinks": ("face", blinks.RECIPE.columns),
    "rhythm": ("voice", rhythm.RECIPE.columns),
    "prominence": ("words", prominence.RECIPE.columns),
    "synchrony_voice": ("voice", synchrony.recipe("synchrony_voice").columns),
}
MADE_FROM = {"prominence": "words", "blinks": "face"}


def project() -> Project:
    """Pia's project; its core use is another than the one releases of these tests are built for."""
    return Project.objects.get_or_create(
        producer=person("pia"),
        title="A studio of two ../../etc — عرض",
        defaults={"core_what": "test-only", "core_where": "access", "licensee": "Lab", "core_ends": date(2027, 6, 1)},
    )[0]


def answer(name: str, value: str = "yes", *, now: datetime = NOW, **conditions: Any) -> str:
    """Someone has answered every question that is no copy, the day before `now`; returns the grant's id."""
    items = {w.id: value for w in CURRENT.whats if w.bundle} | {w.id: value for w in CURRENT.wheres}
    terms = Conditions(**{"until": now + timedelta(days=300), "form": Form.RECORDING, **conditions})
    return consent.give(performer_id=person(name).id, answers=items, conditions=terms, now=now - timedelta(days=1))


def card(number: int = 1) -> Card:
    deck, _ = Deck.objects.get_or_create(key="core", version="1.0.0", defaults={"title": "Core", "language": "en"})
    return Card.objects.get_or_create(
        deck=deck,
        key=f"prm-{number:03d}",
        defaults={
            "title": "Unit 114",
            "relationship": "Siblings",
            "where": "A storage unit",
            "moment_before": "Two boxes are left.",
            "objective_a": "Keep one thing.",
            "objective_b": "Be finished.",
        },
    )[0]


def play(*names: str, takes: int = 1, split: str = "", **extra: Any) -> list[Performance]:
    """A session of these performers with `takes` takes of two seconds, handed over. Returns the performances."""
    number = Session.objects.count() + 1
    session = Session.objects.create(project=project(), number=number, starts_at=NOW - timedelta(days=2), phase="ended")
    places = {}
    for position, name in zip("ab", names, strict=False):
        performer = person(name)
        if split:
            performer.split_group = split
            performer.save()
        places[name] = Place.objects.create(session=session, performer=performer, position=position)
    made = []
    for order in range(1, takes + 1):
        scene = Scene.objects.create(session=session, card=card(), order=order)
        action = order * 60 * SECOND
        take = Take.objects.create(scene=scene, action_ns=action, cut_ns=action + LENGTH_NS, state="sealed")
        for position, name in zip("ab", names, strict=False):
            content = {"note": f"secret of {name}", "stance": {"agency": 1, "warmth": -1}}
            note, _ = PersonaNote.objects.get_or_create(
                deck=card().deck, key=f"per-{name}", defaults={"content": content}
            )
            Dealing.objects.create(scene=scene, place=places[name], note=note)
            made.append(_performance(take, name, position, **extra))
        for one, name in zip(made[-len(names) :], names, strict=True):  # once all are there whose joint box it is
            _fill(one, name, **extra)
    return made


def _performance(take: Take, name: str, position: str, *, leak_db: float | None = None, **_: Any) -> Performance:
    return Performance.objects.create(
        take=take,
        performer=person(name),
        position=position,
        state="released",
        leak_db=leak_db,
        summary={"words_apart": True},
    )


def _fill(one: Performance, name: str, *, without: tuple[str, ...] = (), **_: Any) -> None:
    position = one.position
    # Of the whole id: two performances whose content agrees by chance would share one digest.
    seed = int.from_bytes(hashlib.sha256(one.id.encode()).digest()[:4])
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if "voice" not in without:
            _track(one, "voice", voice(folder / "v.flac", seed), "audio/flac")
        if "camera" not in without:
            _track(one, "camera", camera(folder / "c.mp4", seed), "video/mp4")
        for stage, rows in _rows(name, position).items():
            if stage not in without and MADE_FROM.get(stage) not in without:
                _table(one, stage, rows, folder)
    Finding.objects.create(
        performance=one,
        check_name="snr",
        verdict="pass",
        value=31.0,
        unit="dB",
        threshold=20.0,
        sentence="Speech is 31 dB above the room.",
    )


def _track(one: Performance, kind: str, path: Path, media_type: str) -> None:
    blob = strongbox.put_file(open_store(settings.STORAGE), boxes_of(take_id=one.take_id, now=NOW).own[one.id], path)
    time = {"offset_ns": 0, "drift_ppb": 0, "first_ns": 0, "end_ns": LENGTH_NS, "knots": []}
    Track.objects.create(
        performance=one,
        kind=kind,
        state="sealed",
        log_sha256="0" * 64,
        sha256=blob.sha256,
        bytes=blob.size,
        media_type=media_type,
        manifest={"time": time, "error_ns": 210_000, "bound_ns": 400_000, "method": "sample count, lower envelope"},
    )


def _table(one: Performance, stage: str, rows: Mapping[str, Any], folder: Path) -> None:
    part, columns = RECIPES[stage]
    recipe = Recipe(stage, 1, "made for a test", columns, {})
    writer = TableWriter(folder / f"{stage}.parquet", recipe, {"track": one.id})
    writer.add(rows)
    writer.close({})
    boxes, joint = boxes_of(take_id=one.take_id, now=NOW), stage in PAIR_STAGES
    box = boxes.joint if joint else boxes.own[one.id]
    assert box is not None
    blob = strongbox.put_file(open_store(settings.STORAGE), box, folder / f"{stage}.parquet")
    FeatureTable.objects.create(
        performance=one,
        stage=stage,
        version="1",
        address=blob.sha256,
        part=part,
        sha256=blob.sha256,
        joint=joint,
        rows=writer.rows,
    )


def _rows(name: str, position: str) -> dict[str, dict[str, Any]]:
    t = np.arange(0, LENGTH_NS, SECOND // 25, dtype=np.int64)
    half, ms = SECOND // 2, 1_000_000
    spoken = {"a": (0, half), "b": (half, 2 * half)}[position]
    return {
        "face": {
            "t_ns": t,
            "valid": np.ones(len(t), bool),
            "blendshapes": np.full((len(t), 52), 0.25, np.float32),
            "mesh": np.full((len(t), 6), 320.5, np.float32),
        },
        "f0": {"t_ns": t, "f0_hz": np.full(len(t), 200.0 if position == "a" else 110.0, np.float32)},
        "speech": {
            "start_ns": np.array([spoken[0]]),
            "end_ns": np.array([spoken[1]]),
            "speech": np.array([0.9], np.float32),
        },
        "turns": {
            "kind": ["turn", "overlap", "turn"],
            "speaker": np.array([0, -1, 1], np.int32),
            "start_ns": np.array([0, half - 50 * ms, half], np.int64),
            "end_ns": np.array([half, half + 50 * ms, 2 * half], np.int64),
            "offset_ms": np.array([np.nan, np.nan, 0.0], np.float32),
        },
        "words": {
            "start_ns": np.array([spoken[0], spoken[0] + 200 * ms], np.int64),
            "end_ns": np.array([spoken[0] + 150 * ms, spoken[0] + 400 * ms], np.int64),
            "text": ["word-of", name],
            "conf": np.array([0.9, 0.8], np.float32),
            "source": ["test", "test"],
        },
        **_lasting(spoken, ms),
    }


def _lasting(spoken: tuple[int, int], ms: int) -> dict[str, dict[str, Any]]:
    """Rows of the tables with one row a stretch."""
    start, end = spoken[0], spoken[1]
    return {
        "blinks": {
            "start_ns": np.array([100 * ms, 1700 * ms]),
            "end_ns": np.array([250 * ms, 1900 * ms]),
            "depth": np.array([0.75, 1.0], np.float32),
            "source": ["blendshapes", "blendshapes"],
        },
        "rhythm": {
            "start_ns": np.array([start, 1600 * ms]),
            "end_ns": np.array([end, 1900 * ms]),
            "syllables": np.array([2, 1], np.int32),
            "rate_per_s": np.array([4.0, 3.5], np.float32),
            "pause_before_ms": np.array([np.nan, 1600 - end // ms], np.float32),
        },
        "prominence": {
            "start_ns": np.array([start, start + 200 * ms]),
            "end_ns": np.array([start + 150 * ms, start + 400 * ms]),
            "prominence": np.array([0.5, 2.25], np.float32),
            "boundary": np.array([0.25, np.nan], np.float32),
            "syllables": np.array([2, 1], np.int32),
        },
        "synchrony_voice": {
            "signal": ["level", "pitch"],
            "start_ns": np.array([0, 0]),
            "end_ns": np.array([1900 * ms, 1900 * ms]),
            "r": np.array([0.5, -0.25], np.float32),
            "lag_ms": np.array([300, -100], np.float32),
            "chance": np.array([0.125, 0.125], np.float32),
        },
    }


def voice(path: Path, seed: int) -> Path:
    """Two seconds of noise as FLAC, 48 kHz, mono, 16 bit."""
    samples: NDArray[np.int16] = np.random.default_rng(seed).integers(-9000, 9000, 96_000).astype(np.int16)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("flac", rate=48_000, layout="mono", format="s16")
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 48_000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def camera(path: Path, seed: int) -> Path:
    """Two seconds of bright cells, 25 frames a second."""
    cells = np.random.default_rng(seed).integers(120, 240, (6, 8, 3)).astype(np.uint8)
    picture = cells.repeat(8, axis=0).repeat(8, axis=1)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(50):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def the_use(what: str = WHAT, where: str = WHERE, licensee: str = "Lab") -> Use:
    return use_of(project_id=project().id, what=what, where=where, licensee=licensee, now=NOW)


def build(use: Use | None = None, *, now: datetime = NOW) -> str:
    """Build a release to its end; returns its id."""
    release_id = start_build(project_id=project().id, use=use or the_use(), requested_by=person("pia").id, now=now)
    engine.run_until_idle(runner=InlineRunner(), clock=FixedClock(now))
    return release_id
