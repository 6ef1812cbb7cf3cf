"""One performance as JSON: what was asked, said, marked, measured, and what it may be used for.

Schema `improv-sample/1`, a superset of the Seamless Interaction sample: `id`, `metadata:transcript`, `metadata:vad` and
`annotations:*` mean what they mean there. Times are seconds of take time (0 at "action"); a performance starts at 0.
"""

import json

from yesif.core.corpus.shape import Shape, conform

SCHEMA = "improv-sample/1"

_WORD: Shape = {"word": "string", "start": "float64", "end": "float64", "score": "float64"}
_TOLD: Shape = {
    "annotation": "string",
    "start_ts": "float64",
    "end_ts": "float64",
    "valence": "float64",
    "arousal": "float64",
    "confidence": "int64",
}

SHAPE: dict[str, Shape] = {
    "id": "string",
    "schema": "string",
    "interaction_key": "string",
    "partner_file_id": "string",  # "" where the partner is not in this release: then nothing here comes from them
    "scene": {
        "order_in_session": "int64",
        "take": "int64",
        "t_start_s": "float64",  # session clock
        "duration_s": "float64",
        "label": "string",
    },
    "prompt": {
        "deck": "string",
        "deck_version": "string",
        "prompt_id": "string",
        "role": "string",
        "text": "string",
        "objective": "string",
        "personality_note": {"text": "string", "ipc": "string", "agency": "int64", "communion": "int64"},
        "visible_to_partner": "bool",
    },
    "metadata:transcript": [{"words": [_WORD], "start": "float64", "end": "float64", "transcript": "string"}],
    "metadata:vad": [{"start": "float64", "end": "float64"}],
    "metadata:turns": [
        {
            "start": "float64",
            "end": "float64",
            "kind": "string",
            "overlap": "bool",
        }
    ],
    "annotations:1P-IS": [_TOLD],
    "annotations:1P-R": [_TOLD],
    "annotations:2P-IS": [_TOLD],
    "annotations:3P-IS": [_TOLD],
    "annotations:3P-R": [_TOLD],
    "annotations:3P-V": [_TOLD],
    "annotations:status": {"1P": "string", "2P": "string", "3P": "string"},
    "parts": dict.fromkeys(
        ("voice", "face", "movement", "words", "labels"), "string"
    ),  # released | not-measured | not-in-use | held-back | none
    "sealed_s": "float64",  # blanked because the performer sealed it: silence and black, nothing measured or said
    "sync": {
        "clock": "string",
        "offset_s": "float64",
        "drift_ppm": "float64",
        "offset_uncertainty_s": "float64",
        "av_offset_s": "float64",
        "method": "string",
    },
    "quality": {
        "verdict": "string",
        "voice_isolation_db": "float64",
        "face_valid_frac": "float64",
        "dropped_frames": "int64",
        "reasons": ["string"],
    },
    "consent": {
        "receipt_ids": ["string"],
        "purposes": ["string"],
        "prohibited": ["string"],
        "form": "string",
        "licensee": "string",
        "valid_until": "string",
    },
    "provenance": {
        "capture_sha256": ["string"],
        "pipeline": "string",
        "models": [{"array": "string", "name": "string", "version": "string", "sha256": "string", "license": "string"}],
    },
}


def sample_json(value: dict[str, object]) -> bytes:
    """The member `.json`: every key of `SHAPE`, always, in its order; UTF-8, no NaN. Raises BadInput."""
    whole = conform({"schema": SCHEMA, **value}, dict(SHAPE))
    return json.dumps(whole, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"
