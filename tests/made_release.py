"""A small release made of nothing but values: two pairs, one of whom was alone, and an answer that comes late."""

import io
import wave
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from yesif.core.corpus.assemble import Contents, WrittenShard, configs_of, filelist, finish, write_planned
from yesif.core.corpus.card import ReleaseFacts
from yesif.core.corpus.layout import SampleKey
from yesif.core.corpus.npz import Array, write_npz
from yesif.core.corpus.plan import Candidate, Numbers, Placed, Plan, plan
from yesif.core.corpus.sample import sample_json

ALL = frozenset({"voice", "face", "movement", "words", "labels"})


def candidates(takes: int = 8) -> list[Candidate]:
    """Ana and Bo play `takes` takes; Cy and Di one, of which Di's is left out; Ed and Flo allow measurements only."""
    pair = [
        Candidate(f"p{who}{take}", who, f"t{take}", "s1", position, (take, 1), "train", parts=ALL, recording=True)
        for take in range(takes)
        for who, position in (("ana", "a"), ("bo", "b"))
    ]
    return [
        *pair,
        Candidate("pcy", "cy", "t100", "s2", "a", (1, 1), "test", parts=ALL, recording=True),
        Candidate("pdi", "di", "t100", "s2", "b", (1, 1), "test", excluded="no-answer"),
        Candidate("ped", "ed", "t200", "s3", "a", (1, 1), "dev", parts=ALL),
        Candidate("pflo", "flo", "t200", "s3", "b", (1, 1), "dev", parts=ALL),
    ]


def numbers(rows: Iterable[Candidate]) -> Numbers:
    """Numbers in the order of the ids."""
    rows = list(rows)

    def of(values: Iterable[str]) -> dict[str, int]:
        return {value: place for place, value in enumerate(sorted(set(values)), start=1)}

    return Numbers(
        of(c.session for c in rows),
        of([c.take for c in rows] + [c.performance for c in rows]),
        of(c.performer for c in rows),
    )


def contents(placed: Placed) -> Contents:
    """A sample's members; only the last take carries an annotation and a score."""
    late = placed.performance.endswith("7")
    told = [{"annotation": "I nearly laughed", "start_ts": 0.5, "end_ts": 1.0, "valence": 0.5}]
    text = {"word": "Yes", "start": 0.25, "end": 0.5, "score": 0.9 if late else None}
    value: dict[str, object] = {
        "id": str(placed.key),
        "interaction_key": placed.key.interaction_key,
        "partner_file_id": str(placed.partner or ""),
        "scene": {"order_in_session": 1, "take": 1, "t_start_s": 12.0, "duration_s": 2.0, "label": "improvised"},
        "metadata:transcript": [{"words": [text], "start": 0.25, "end": 0.5, "transcript": "Yes"}],
        "annotations:1P-IS": told if late else [],
    }
    frames = 60 - placed.key.performer
    face = np.full((frames, 52), 0.25, "<f2")
    face[3] = np.nan
    arrays = {
        "face:blendshapes": face,
        "face:is_valid": ~np.isnan(face[:, 0]),
        "time:pts_s": np.arange(frames, dtype="<f4") / 30,
    }
    made: dict[str, bytes | Path] = {"json": sample_json(value)}
    if "npz" in placed.members:
        made["npz"] = write_npz({name: Array(a.dtype.str, a.shape, a.tobytes()) for name, a in arrays.items()})
    if "wav" in placed.members:
        made["wav"] = tone(200 + 20 * placed.key.performer)
    if "mp4" in placed.members:
        made["mp4"] = b"\0\0\0\x18ftypisom not a real picture " + str(placed.key).encode()
    return Contents(made, {name: (a.dtype.str, a.shape) for name, a in arrays.items()})


def tone(hertz: float, seconds: float = 0.1) -> bytes:
    """A WAV of a tone, 48 kHz, mono, 16 bit."""
    kept = io.BytesIO()
    with wave.open(kept, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(48_000)
        t = np.arange(int(48_000 * seconds)) / 48_000
        out.writeframes((8000 * np.sin(2 * np.pi * hertz * t)).astype("<i2").tobytes())
    return kept.getvalue()


def make(folder: Path, rows: list[Candidate] | None = None, *, title: str = "A made release") -> tuple[Plan, str]:
    """Build it in `folder`; returns the plan and the release's digest."""
    rows = candidates() if rows is None else rows
    made = plan(rows, numbers(rows), touched=ALL)
    shards = [write_planned(folder / shard.path, shard, contents) for shard in made.shards]
    shards = [WrittenShard.from_json(shard.as_json()) for shard in shards]
    facts = ReleaseFacts(
        name="yesif-understand-feeling-research",
        title=title,
        what="notice tone and feeling",
        where="public research",
        licensee="Lab",
        until="2027-11-23",
        dated="2026-11-23",
        software="yesif",
        configs=configs_of(made, shards),
        excluded=made.counts(),
        reasons={"no-answer": "no answer covers this use"},
        prohibited=("Weapons or military targeting",),
        participants=len({one.key.performer for _, one in made.samples()}),
        hours=0.01,
    )
    people = [{"participant_key": k.participant_key, "split_group": s} for s, k in _people(made)]
    digest = finish(
        folder,
        facts=facts,
        shards=shards,
        tables={
            "participants": people,
            "exclusions": [{"reason": r, "performances": n} for r, n in made.counts().items()],
        },
        assets={"filelist": filelist(made)},
        url="http://localhost:8700",
    )
    return made, digest


def _people(made: Plan) -> list[tuple[str, SampleKey]]:
    return list({one.key.performer: (shard.split, one.key) for shard, one in made.samples()}.values())
