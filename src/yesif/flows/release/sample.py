"""The members of one sample, out of what was recorded, measured and said."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from yesif.apps.market.facts import CardFacts, Material
from yesif.core.corpus.assemble import Contents
from yesif.core.corpus.layout import LABEL
from yesif.core.corpus.npz import write_npz
from yesif.core.corpus.sample import sample_json
from yesif.core.timeline.manifest import Place
from yesif.flows.release.arrays import arrays
from yesif.flows.release.spoken import Spoken, spoken
from yesif.flows.release.values import SampleInput, Terms
from yesif.media.deliver import camera_mp4, voice_wav

PARTS = ("voice", "face", "movement", "words", "labels")
_PAUSE_NS = 700_000_000  # words closer than this stand in one segment of the transcript


def contents(one: SampleInput, terms: Terms, scratch: Path) -> Contents:
    """Everything the sample holds. Files made on the way stand in `scratch` until the next sample is asked for."""
    length, cut = one.material.duration_ns, one.cut
    made: dict[str, Any] = {"json": sample_json(value(one, terms))}
    shapes = {}
    if "npz" in one.members:
        packed = arrays(one.arrays, one.paths, one.cut, end_ns=length, side=one.side)
        made["npz"] = write_npz(packed)
        shapes = {name: (array.descr, array.shape) for name, array in packed.items()}
    if one.voice is not None:
        made["wav"] = scratch / "sample.wav"
        voice_wav(one.voice, made["wav"], place=place_of(one.material, "voice"), length_ns=length, cut=cut)
    if one.camera is not None:
        place = place_of(one.material, "camera")
        made["mp4"] = camera_mp4(one.camera, scratch / "sample.mp4", place=place, length_ns=length, cut=cut)
    return Contents(made, shapes)


def heard(one: SampleInput) -> Spoken:
    """Speech, turns and words that may leave with this sample."""
    said = spoken(one.paths, one.cut, side=one.side, beside=not one.alone, end_ns=one.material.duration_ns)
    said = said if "voice" in one.parts else Spoken(words=said.words)
    return said if "words" in one.parts else replace(said, words=())


def value(one: SampleInput, terms: Terms) -> dict[str, object]:
    """The JSON value of a sample."""
    it, said = one.material, heard(one)
    return {
        "id": str(one.key),
        "interaction_key": one.key.interaction_key,
        "partner_file_id": str(one.partner or ""),
        "scene": {
            "order_in_session": it.scene_order,
            "take": it.take_number,
            # Without the partner, no clock that would lay the two tracks side by side again.
            "t_start_s": None if one.alone else it.action_ns / 1e9,
            "duration_s": one.duration_s,
            "label": LABEL,
        },
        "prompt": prompt(it),
        "metadata:transcript": _transcript(said),
        "metadata:vad": [{"start": a / 1e9, "end": b / 1e9} for a, b in said.speech],
        "metadata:turns": [
            {"start": a / 1e9, "end": b / 1e9, "kind": kind, "overlap": overlap} for a, b, kind, overlap in said.turns
        ],
        "annotations:status": dict.fromkeys(("1P", "2P", "3P"), "not_collected"),
        "parts": {part: _status(part, one, terms) for part in PARTS},
        "sealed_s": one.cut_s,
        "sync": sync(one),
        "quality": _quality(one),
        "consent": {
            "receipt_ids": list(one.receipts),
            "purposes": [terms.purpose],
            "prohibited": list(terms.prohibited),
            "form": "recording" if one.recording else "measurements",
            "licensee": terms.licensee,
            "valid_until": one.until,
        },
        "provenance": _provenance(one, terms),
    }


def prompt(it: Material) -> dict[str, object]:
    """The card as this performer saw it, and the note that only they saw."""
    objective = it.card.objective_a if it.position == "a" else it.card.objective_b
    return {
        "deck": it.card.deck,
        "deck_version": it.card.deck_version,
        "prompt_id": it.card.key,
        "role": it.position.upper(),
        "text": told(it.card),
        "objective": objective,
        "personality_note": note(it.note),
        "visible_to_partner": False,
    }


def told(card: CardFacts) -> str:
    """What both performers read."""
    return "\n".join(line for line in (card.title, card.relationship, card.where, card.moment_before) if line)


def note(content: Mapping[str, Any] | None) -> dict[str, object]:
    """A persona note in words, with its place on the interpersonal circumplex: A{P,N,M}C{P,N,M} for plus, 0, minus."""
    if content is None:
        return {}
    stance = content.get("stance") or {}
    agency, communion = _pole(stance.get("agency")), _pole(stance.get("warmth"))
    lines = [
        f"{name.replace('_', ' ')}: {content[name]}"
        for name in ("want", "fear", "voice", "tell", "under_pressure", "softens_when")
        if content.get(name)
    ]
    return {
        "text": "\n".join([str(content.get("note") or ""), *lines]).strip(),
        "ipc": f"A{'NPM'[agency]}C{'NPM'[communion]}" if agency is not None and communion is not None else "",
        "agency": agency,
        "communion": communion,
    }


def _pole(value: object) -> int | None:
    return value if isinstance(value, int) and value in (-1, 0, 1) else None


def place_of(it: Material, kind: str) -> Place:
    """Where a track stands in take time, out of its manifest; as it is, where none was measured."""
    told = it.tracks[kind].manifest.get("time") if kind in it.tracks else None
    if not told:
        return Place(0, 0, 0, it.duration_ns)
    knots = tuple((int(a), int(b)) for a, b in told.get("knots", ()))
    return Place(int(told["offset_ns"]), int(told["drift_ppb"]), int(told["first_ns"]), int(told["end_ns"]), knots)


def sync(one: SampleInput) -> dict[str, object]:
    """How well the tracks lie on the session clock. The voice is laid on take time already: what is told is how far it
    was moved; `av_offset_s` is to be added to the picture's own times."""
    voice, camera = place_of(one.material, "voice"), place_of(one.material, "camera")
    track = one.material.tracks.get("voice" if one.voice or not one.camera else "camera")
    error = track.manifest.get("error_ns") if track else None
    return {
        "clock": "take" if one.alone else "session",
        "offset_s": voice.offset_ns / 1e9 if one.voice else None,
        "drift_ppm": voice.drift_ppb / 1e3 if one.voice else None,
        "offset_uncertainty_s": error / 1e9 if isinstance(error, int) else None,
        "av_offset_s": camera.first_ns / 1e9 if one.camera else None,
        "method": str(track.manifest.get("method") or "") if track else "",
    }


def _transcript(said: Spoken) -> list[dict[str, object]]:
    segments: list[list[Any]] = []
    for word in said.words:
        if segments and word.start_ns - segments[-1][-1].end_ns < _PAUSE_NS:
            segments[-1].append(word)
        else:
            segments.append([word])
    return [
        {
            "words": [
                {"word": w.text, "start": w.start_ns / 1e9, "end": w.end_ns / 1e9, "score": w.score} for w in segment
            ],
            "start": segment[0].start_ns / 1e9,
            "end": segment[-1].end_ns / 1e9,
            "transcript": " ".join(w.text for w in segment),
        }
        for segment in segments
    ]


def _status(part: str, one: SampleInput, terms: Terms) -> str:
    if part not in terms.touched:
        return "not-in-use"
    if part not in one.parts:
        return "held-back"
    absent = part == "labels" or (part == "words" and "words" not in one.paths)
    return "not-measured" if absent else "released"


def verdict(one: SampleInput) -> str:
    """The worst of the findings."""
    found = {finding.verdict for finding in one.findings}
    return next((worst for worst in ("fail", "warn") if worst in found), "pass")


def _quality(one: SampleInput) -> dict[str, object]:
    leak_db = one.material.leak_db
    return {
        "verdict": verdict(one),
        "voice_isolation_db": None if leak_db is None or one.alone else -leak_db,
        "reasons": sorted({finding.check for finding in one.findings if finding.verdict != "pass"}),
    }


def _provenance(one: SampleInput, terms: Terms) -> dict[str, object]:
    it = one.material
    kept = {"voice": one.voice is not None, "camera": one.camera is not None}
    models = sorted({(array.source[0], array.model, array.version) for array in one.arrays if array.model})
    return {
        "capture_sha256": [it.tracks[kind].log_sha256 for kind, is_in in kept.items() if is_in and kind in it.tracks],
        "pipeline": terms.software,
        "models": [{"array": stage, "name": model, "version": version} for stage, model, version in models],
    }
