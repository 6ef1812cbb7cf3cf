"""Measure what two performers do together, from the tables of both on one clock: turns, synchrony, leak, findings."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from yesif.media.features import rhythm, speech, synchrony, turn_models, turns
from yesif.media.features.judging import Span, leak_between
from yesif.media.features.shelf import Measured, MeasuredTable, Shelf, skipped
from yesif.media.quality.leak import Leak
from yesif.media.quality.pair import pair_findings
from yesif.media.stage import UNMOVED, Recipe, TimeMap
from yesif.media.tables import Rows, about

Side = Mapping[str, Path]
"""A performer's tables by stage, those that there are."""

NEEDED = ("speech", "words", "speech_level", "f0", "picture")
"""Stages whose tables are looked at."""


def measure_pair(
    sides: tuple[Side, Side],
    out_dir: Path,
    *,
    spans_ns: tuple[Span, Span],
    voices: tuple[Path, Path] | None = None,
    maps: tuple[TimeMap, TimeMap] = (UNMOVED, UNMOVED),
    rule: turns.TurnRule = turns.USUAL,
) -> Measured:
    """Measure a pair: `sides` are the two performers' tables.

    `spans_ns`: first and last moment of each voice on the take's clock. What lacks its tables is skipped with the
    reason; without `voices` the leak is not judged.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    work = _Pair(sides, out_dir)
    length = max(end for _, end in spans_ns) - min(0, *(start for start, _ in spans_ns))
    whole = (min(start for start, _ in spans_ns), max(end for _, end in spans_ns))
    summary: dict[str, Any] = {}
    tables = work.synchrony(whole, summary) + work.by_words(summary)
    if not work.have("speech"):
        reason = "Turns need the speech activity of both voices, and one of them was skipped."
        tables += [skipped(stage, "pair", reason) for stage in ("turns", "turns_audiophile")]
        return _told(tables, spans_ns, ([], []), (None, None), summary)
    spoken = (speech.read_spans(sides[0]["speech"]), speech.read_spans(sides[1]["speech"]))
    floor = turns.floor_of(*spoken, rule)
    tables.append(work.table(turns.recipe(rule), turns.rows_of(floor), ("speech",)))
    by_sound = turn_models.audiophile(*spoken)
    tables.append(work.table(turn_models.recipe("audiophile"), turn_models.rows_of(by_sound), ("speech",)))
    leaks = leak_between(voices, maps, spoken, spans_ns) if voices is not None else (None, None)
    summary |= turns.summary(floor, *spoken, length)
    summary["audiophile"] = turn_models.figures(by_sound)
    summary["response_ms"] = rhythm.response_latency(
        (one.speaker, one.offset_ms) for one in floor if one.kind == "turn"
    )
    summary["leaks"] = [_leak(leak) for leak in leaks]
    return _told(tables, spans_ns, spoken, leaks, summary)


def _told(
    tables: list[MeasuredTable],
    spans_ns: tuple[Span, Span],
    spoken: tuple[list[Span], list[Span]],
    leaks: tuple[Leak | None, Leak | None],
    summary: dict[str, Any],
) -> Measured:
    ordered = sorted(tables, key=lambda table: table.stage)
    return Measured(tuple(ordered), tuple(pair_findings(spans_ns, spoken, leaks)), summary)


class _Pair:
    """One call of `measure_pair`: the two sides, and where tables go."""

    def __init__(self, sides: tuple[Side, Side], out_dir: Path) -> None:
        self.sides, self.out_dir = sides, out_dir

    def have(self, *stages: str) -> bool:
        """Have both sides these tables?"""
        return all(stage in side for side in self.sides for stage in stages)

    def table(self, recipe: Recipe, rows: Rows, stages: tuple[str, ...]) -> MeasuredTable:
        """Write a table that is worked out from those of `stages` of both sides."""
        sources = tuple(about(side[stage])["address"] for stage in stages for side in self.sides)
        return Shelf(self.out_dir, "pair", sources).derived(recipe, [rows], {})

    def by_words(self, summary: dict[str, Any]) -> list[MeasuredTable]:
        """The turns that need words, where both sides have them."""
        models = {"cliffhanger": turn_models.cliffhanger, "backbiter": turn_models.backbiter}
        reason = "Turns by sentences need the words of both performers."
        if self.have("words"):
            reason = turn_models.why_not([side["words"] for side in self.sides])
        if reason:
            return [skipped(f"turns_{model}", "pair", reason) for model in models]
        said = [turn_models.sentences(side["words"], speaker) for speaker, side in enumerate(self.sides)]
        made = []
        for model, turns_of in models.items():
            found = turns_of(said[0], said[1])
            made.append(self.table(turn_models.recipe(model), turn_models.rows_of(found), ("words",)))
            summary[model] = turn_models.figures(found)
        return made

    def synchrony(self, span: Span, summary: dict[str, Any]) -> list[MeasuredTable]:
        """The tables of synchrony, where both sides have what is compared."""
        made = []
        figures: dict[str, object] = {}
        for stage, signals in synchrony.SIGNALS.items():
            needs = tuple(one.stage for one in signals)
            missing = [need for need in needs if not self.have(need)]
            if missing:
                reason = f"It compares {missing[0]} of both performers, and one of them was skipped."
                made.append(skipped(stage, "pair", reason))
                continue
            rows, told = synchrony.synchrony(stage, self.sides, span)
            made.append(self.table(synchrony.recipe(stage), rows, needs))
            figures |= told
        if figures:
            summary["synchrony"] = figures
        return made


def _leak(leak: Leak | None) -> dict[str, Any] | None:
    """A leak as figures: None where it could not be judged; level and lag only where one was found."""
    if leak is None:
        return None
    level = {"level_db": round(leak.level_db, 1), "lag_ms": round(leak.lag_ms, 1)} if leak.found else {}
    return {"found": leak.found, "sureness": round(leak.sureness, 1), **level}
