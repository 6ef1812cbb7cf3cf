"""What stands beside the samples: rows of every table, and the facts on the card. Only of those who are in."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import av

from yesif.base.canonical import digest
from yesif.base.counts import FEW
from yesif.core.corpus.assemble import WrittenShard, configs_of, filelist, finish
from yesif.core.corpus.card import ReleaseFacts
from yesif.core.corpus.catalogue import ASSETS
from yesif.core.corpus.layout import LABEL
from yesif.core.corpus.plan import (
    ACROSS_SPLITS,
    NO_SPLIT,
    NOT_FINISHED,
    NOT_REVIEWED,
    NOTHING_LEFT,
    NOTHING_RECORDED,
    REJECTED,
    Plan,
)
from yesif.flows.release import stretches
from yesif.flows.release.sample import heard, note, place_of, sync, told, verdict
from yesif.flows.release.values import SampleInput, Terms
from yesif.media.deliver.camera import is_whole
from yesif.media.deliver.voice import RATE, bit_depth
from yesif.media.features.synchrony import SIGNALS
from yesif.media.strongbox import readable

Row = dict[str, object]
SEALED_AWAY = ("roles", "words", "turns", "blinks", "rhythm", "synchrony", "annotations", "agreement", "qa_findings")
"""Tables that are empty in a sealed release."""

NOT_PLAIN = "not-in-plain"
REASONS = {
    FEW: "reasons that fewer than five people share, or everyone, told together so that they point at nobody",
    NOT_FINISHED: "the take is still being put together",
    REJECTED: "two people found it not good enough",
    NOT_REVIEWED: "its performer has not handed it over",
    NOTHING_RECORDED: "nothing that this use may touch was recorded",
    ACROSS_SPLITS: "the two partners belong to different splits",
    NO_SPLIT: "its performer has no split",
    NOTHING_LEFT: "no part is left that this use may touch",
    NOT_PLAIN: "its yes is to encrypted delivery only",
    "yes": "",
    "never": "nobody may license this use",
    "outside-term": "the licence does not run on this day",
    "withdrawn": "its performer took it out",
    "answered-no": "the answer is no",
    "licensee-refused": "this licensee is refused",
    "held-back": "every part this use needs is held back",
    "no-answer": "there is no yes to this use",
    "revoked": "the yes was ended",
    "ended": "the yes has run out",
    "other-licensee": "the yes is for another licensee",
    "other-project": "the yes is for another project",
    "territory": "the yes does not reach every place asked for",
    "price": "the price is below what is asked",
    "suspended": "new licences are suspended",
    "ask-first": "there was no answer to the question yet",
    "answered-otherwise": "the question was answered No, or not in time",
    "partner": "not everyone in the scene allows this use",
    "sealed": "all of it is sealed",
}
"""What each reason means, on the card. It never says who."""


def describe(
    folder: Path, plan: Plan, samples: Sequence[SampleInput], shards: Sequence[WrittenShard], terms: Terms, url: str
) -> str:
    """Write everything but the shards into `folder` and return the release's digest."""
    facts = ReleaseFacts(
        name=f"yesif-{terms.purpose.replace('/', '-')}",
        title=f"{terms.what}: {terms.where}",
        what=terms.what,
        where=terms.where,
        licensee=terms.licensee,
        until=terms.until,
        dated=max(one.material.played_on for one in samples),
        software=terms.software,
        configs=configs_of(plan, shards),
        excluded=plan.counts(),
        reasons=REASONS,
        prohibited=terms.prohibited,
        participants=len({one.key.performer for one in samples}),
        hours=sum(one.duration_s for one in samples) / 3600,
        sealed=terms.sealed,
    )
    return finish(
        folder,
        facts=facts,
        shards=shards,
        tables=tables(plan, samples, terms),
        assets=assets(plan, samples),
        url=url,
    )


def tables(plan: Plan, samples: Sequence[SampleInput], terms: Terms) -> dict[str, Iterable[Row]]:
    """Rows by table. Annotations and agreement stay empty until labels are collected; of a sealed release no table may
    tell what was said, measured or marked: it would outlive a revocation."""
    whole = _tables(plan, samples, terms)
    return {name: rows for name, rows in whole.items() if not (terms.sealed and name in SEALED_AWAY)}


def _tables(plan: Plan, samples: Sequence[SampleInput], terms: Terms) -> dict[str, Iterable[Row]]:
    return {
        "participants": _participants(samples),
        "sessions": _sessions(samples),
        "prompts": _unique(_prompts(samples), "prompt_id", "deck_version"),
        "scenes": _unique(_scenes(samples), "interaction_key"),
        "roles": [_role(one) for one in samples],
        "recordings": [_recording(one) for one in samples],
        "words": _words(samples),
        "turns": _turns(samples),
        "blinks": _stretches(samples, "blinks"),
        "rhythm": _stretches(samples, "rhythm"),
        "synchrony": (row for stage in SIGNALS for row in _stretches(samples, stage)),
        "features": _features(samples),
        "consent": [_consent(one, terms) for one in samples],
        "splits": _unique(_splits(samples), "participant_key"),
        "qa_findings": _findings(samples),
        "exclusions": [{"reason": reason, "performances": n} for reason, n in plan.counts().items()],
    }


def assets(plan: Plan, samples: Sequence[SampleInput]) -> dict[str, Iterable[Mapping[str, object]]]:
    """Rows of the CSVs that readers of Seamless Interaction expect; cells of what nobody is asked stay empty."""
    cards = {one.material.card for one in samples}
    return {
        "filelist": filelist(plan),
        "interactions": [
            {
                "prompt_hash": digest([card.deck, card.deck_version, card.key])[:16],
                "prompt_id_unique": f"{card.deck}:{card.deck_version}:{card.key}",
                "participant_a_prompt_text": f"{told(card)}\n{card.objective_a}",
                "participant_b_prompt_text": f"{told(card)}\n{card.objective_b}",
                "ipc_a": "",
                "ipc_b": "",
                "interaction_type": "role_play",
            }
            for card in cards
        ],
        "participants": [
            dict.fromkeys(ASSETS["participants"], "") | {"vendor_id": vendor, "participant_id": who}
            for vendor, who in {(f"{one.key.studio:02d}", f"{one.key.performer:04d}") for one in samples}
        ],
        "relationships": [
            {"vendor_id": vendor, "session_id": session, "relationship": "", "relationship_detail": ""}
            for vendor, session in {(f"{one.key.studio:02d}", f"{one.key.session:04d}") for one in samples}
        ],
    }


def _participants(samples: Sequence[SampleInput]) -> Iterator[Row]:
    sessions = {(one.key.participant_key, one.key.session) for one in samples}
    counts = Counter(participant for participant, _ in sessions)
    for one in {one.key.participant_key: one for one in samples}.values():
        yield {
            "participant_key": one.key.participant_key,
            "split_group": one.split,
            "bfi_status": "not-asked",
            "languages": ",".join(one.material.languages),
            "n_sessions": counts[one.key.participant_key],
        }


def _sessions(samples: Sequence[SampleInput]) -> Iterator[Row]:
    scenes = {(one.key.session_key, one.key.interaction) for one in samples}
    counts = Counter(session for session, _ in scenes)
    for one in {one.key.session_key: one for one in samples}.values():
        key = one.key.session_key
        yield {"session_key": key, "label": LABEL, "split": one.split, "n_scenes": counts[key]}


def _prompts(samples: Sequence[SampleInput]) -> Iterator[Row]:
    for card in (one.material.card for one in samples):
        yield {
            "prompt_id": card.key,
            "deck": card.deck,
            "deck_version": card.deck_version,
            "kind": "role_play",
            "text": told(card),
            "text_a": card.objective_a,
            "text_b": card.objective_b,
            "intensity": card.intensity,
        }


def _scenes(samples: Sequence[SampleInput]) -> Iterator[Row]:
    counts = Counter(one.key.interaction_key for one in samples)
    for one in samples:
        yield {
            "interaction_key": one.key.interaction_key,
            "session_key": one.key.session_key,
            "prompt_id": one.material.card.key,
            "deck_version": one.material.card.deck_version,
            "order_in_session": one.material.scene_order,
            "take": one.material.take_number,
            "t_start_s": None if one.alone else one.material.action_ns / 1e9,
            "duration_s": one.duration_s,
            "n_released_members": counts[one.key.interaction_key],
        }


def _role(one: SampleInput) -> Row:
    private = note(one.material.note)
    return {
        "interaction_key": one.key.interaction_key,
        "participant_key": one.key.participant_key,
        "role": one.material.position.upper(),
        "personality_note": private.get("text"),
        "ipc": private.get("ipc"),
        "ipc_agency": private.get("agency"),
        "ipc_communion": private.get("communion"),
    }


def _recording(one: SampleInput) -> Row:
    moved, voice = sync(one), one.voice
    width, height, frames = _picture(one)
    return {
        "file_id": str(one.key),
        "interaction_key": one.key.interaction_key,
        "participant_key": one.key.participant_key,
        "partner_file_id": str(one.partner or ""),
        "config": one.config,
        "split": one.split,
        "shard": one.shard,
        "duration_s": one.duration_s,
        "sample_rate": RATE if voice else None,
        "bit_depth": bit_depth(voice, place_of(one.material, "voice"), one.material.duration_ns) if voice else None,
        "width": width,
        "height": height,
        "frames": frames,
        "sealed_s": one.cut_s,
        "sync_offset_s": moved["offset_s"],
        "sync_drift_ppm": moved["drift_ppm"],
        "sync_uncertainty_s": moved["offset_uncertainty_s"],
        "qa_verdict": verdict(one),
    }


def _picture(one: SampleInput) -> tuple[int | None, int | None, int | None]:
    """Width, height and number of pictures; the number only where the track leaves as it is."""
    if one.camera is None:
        return None, None, None
    whole = is_whole(place_of(one.material, "camera"), one.material.duration_ns, one.cut)
    with av.open(readable(one.camera)) as source:
        stream = source.streams.video[0]
        return stream.width, stream.height, stream.frames if whole and stream.frames else None


def _words(samples: Iterable[SampleInput]) -> Iterator[Row]:
    for one in samples:
        stressed = {(row["start_s"], row["end_s"]): row for row in _stretches([one], "prominence")}
        for index, word in enumerate(heard(one).words):
            times = {"start_s": word.start_ns / 1e9, "end_s": word.end_ns / 1e9}
            stress = stressed.get((times["start_s"], times["end_s"]), {})
            stress = {name: stress.get(name) for name in ("prominence", "boundary", "syllables")}
            yield {"file_id": str(one.key), "index": index, "word": word.text, "score": word.score, **times, **stress}


def _stretches(samples: Iterable[SampleInput], stage: str) -> Iterator[Row]:
    """The rows of a table with one row a stretch, as far as they may leave."""
    for one in samples:
        if stage not in one.paths:
            continue
        found = stretches.rows(one.paths[stage], stage, one.cut, side=one.side, end_ns=one.material.duration_ns)
        signals = stretches.codes(stage) if stage in SIGNALS else ()
        for index in range(len(found["start_ns"])):
            row: Row = {name: _plain(values[index]) for name, values in found.items()}
            start, end = (int(found[name][index]) for name in ("start_ns", "end_ns"))
            if signals:
                row["signal"] = signals[int(found["signal"][index])]
            del row["start_ns"], row["end_ns"]
            yield {"file_id": str(one.key), "index": index, "start_s": start / 1e9, "end_s": end / 1e9, **row}


def _plain(value: Any) -> float | int | None:
    """A number of an array as a cell: nothing where it is NaN."""
    number: float | int = value.item()
    return None if number != number else number


def _turns(samples: Iterable[SampleInput]) -> Iterator[Row]:
    for one in samples:
        for index, (start, end, kind, overlap) in enumerate(heard(one).turns):
            times = {"start_s": start / 1e9, "end_s": end / 1e9}
            yield {"file_id": str(one.key), "index": index, "kind": kind, "overlap": overlap, **times}


def _features(samples: Iterable[SampleInput]) -> Iterator[Row]:
    for config, arrays in {one.config: one.arrays for one in samples if "npz" in one.members}.items():
        for array in arrays:
            yield {
                "config": config,
                "array_name": array.name,
                "dims": ",".join(["T", *map(str, array.rest)]),
                "dtype": array.descr,
                "unit": array.unit,
                "part": array.part,
                "model": array.model,
                "version": array.version,
                "about": array.about,
            }


def _consent(one: SampleInput, terms: Terms) -> Row:
    return {
        "file_id": str(one.key),
        "purpose": terms.purpose,
        "decision": "permit",
        "receipt_id": ",".join(one.receipts),
        "form": "recording" if one.recording else "measurements",
        "effective_until": one.until,
    }


def _splits(samples: Iterable[SampleInput]) -> Iterator[Row]:
    return ({"participant_key": one.key.participant_key, "split_group": one.split} for one in samples)


def _findings(samples: Iterable[SampleInput]) -> Iterator[Row]:
    for one in samples:
        for finding in one.findings:
            yield {
                "file_id": str(one.key),
                "check": finding.check,
                "verdict": finding.verdict,
                "value": finding.value,
                "unit": finding.unit,
                "threshold": finding.threshold,
                "start_s": _seconds(finding.start_ns),
                "end_s": _seconds(finding.end_ns),
            }


def _seconds(ns: int | None) -> float | None:
    return None if ns is None else ns / 1e9


def _unique(rows: Iterable[Row], *key: str) -> list[Row]:
    kept: dict[tuple[object, ...], Row] = {tuple(row[name] for name in key): row for row in rows}
    return list(kept.values())
