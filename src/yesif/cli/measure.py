"""The command `yesif measure`: everything the studio measures, on any one or two recordings. No server, no database.

Each recording is measured in a process of its own: what crashes one of them does not touch the other.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from yesif.base.errors import BadInput, Damaged
from yesif.cli.measuring import Part, beside_each_other
from yesif.cli.models import DEFAULT
from yesif.media.drawing.png import as_png
from yesif.media.drawing.sheet import sheet
from yesif.media.drawing.svg import as_svg
from yesif.media.drawing.view import drawn
from yesif.media.features.menu import PROFILES, Wanted
from yesif.media.features.pairing import measure_pair
from yesif.media.features.shelf import Measured
from yesif.media.features.words import Line
from yesif.media.quality.finding import Finding
from yesif.media.stage import TimeMap
from yesif.media.tables import about

_SIDES = ("first", "second")
_SIGNS = {"fail": "FAIL", "warn": "warn", "pass": "ok"}


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("measured"),
    show_default=True,
    help="Folder for tables, findings and the picture.",
)
@click.option(
    "--models",
    "models_dir",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="YESIF_MODELS",
    default=DEFAULT,
    help="Folder of the model files (or YESIF_MODELS).",
)
@click.option(
    "--profile",
    type=click.Choice(list(PROFILES)),
    default="usual",
    show_default=True,
    help="usual: the best face model that is here. base: 468 points, no body. standard: 478 points in every "
    "second frame, body. everything: the same in every frame. voice: sound alone.",
)
@click.option(
    "--text",
    "texts",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What is said in the first file, then in the second: its words are placed in the sound.",
)
@click.option(
    "--second-starts-ms",
    type=float,
    default=0.0,
    show_default=True,
    help="How much later the second recording began than the first.",
)
def measure(
    files: tuple[Path, ...], out: Path, models_dir: Path, profile: str, texts: tuple[Path, ...], second_starts_ms: float
) -> None:  # fmt: skip
    """Measure one recording, or two of one conversation: tables as Parquet, findings, and a picture (SVG and PNG)."""
    if len(files) > 2 or len(texts) > len(files):
        raise BadInput("One or two recordings can be measured at a time, with at most one text each.")
    clocks = (TimeMap(), TimeMap(round(second_starts_ms * 1e6)))
    parts = [
        Part(
            _SIDES[index],
            path,
            out / _SIDES[index],
            models_dir,
            _wanted(profile, texts[index : index + 1]),
            clocks[index],
        )
        for index, path in enumerate(files)
    ]
    measured = beside_each_other(parts)
    together = _pair(parts, measured, out) if len(parts) == 2 else None
    _write(out, parts, measured, together)
    _tell(out, parts, measured, together)
    if all(table.path is None for one in measured for table in one.tables):
        raise Damaged("Nothing could be measured; the findings say why.")


def _wanted(profile: str, text: Sequence[Path]) -> Wanted:
    wanted = PROFILES[profile]
    if not text:
        return wanted
    try:
        lines = (Line(text[0].read_text("utf-8")),)
    except UnicodeDecodeError:
        raise BadInput(f"{text[0].name} is not a text in UTF-8.") from None
    return Wanted(wanted.face, wanted.face_every, wanted.pose_hz, lines=lines, author="given text")


def _pair(parts: Sequence[Part], measured: Sequence[Measured], out: Path) -> Measured | None:
    sides = [{one.stage: one.path for one in each.tables if one.path is not None} for each in measured]
    if not all("energy" in side for side in sides):
        return None  # one of them has no sound: there is nothing the two do together that we measure
    spans = [_span(one) for one in measured]
    return measure_pair(
        (sides[0], sides[1]),
        out / "pair",
        spans_ns=(spans[0], spans[1]),
        voices=(parts[0].path, parts[1].path),
        maps=(parts[0].clock, parts[1].clock),
    )


def _span(measured: Measured) -> tuple[int, int]:
    """First and last moment of a recording, as its tables tell."""
    passes = [about(one.path)["pass"] for one in measured.tables if one.path is not None]
    known = [one for one in passes if one]
    return (min((one["first_ns"] for one in known), default=0), max((one["last_ns"] for one in known), default=0))


def _write(out: Path, parts: Sequence[Part], measured: Sequence[Measured], together: Measured | None) -> None:
    """findings.json, measured.svg and measured.png."""
    told: dict[str, Any] = {part.name: _told(each) for part, each in zip(parts, measured, strict=True)}
    if together is not None:
        told["pair"] = _told(together)
    (out / "findings.json").write_text(json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    spans = [_span(one) for one in measured]
    whole = (min(start for start, _ in spans), max(end for _, end in spans))
    pair_tables = {} if together is None else {one.stage: one.path for one in together.tables if one.path is not None}
    picture = sheet(
        [
            drawn(
                f"{part.name} · {part.path.name}",
                {**{one.stage: one.path for one in each.tables if one.path is not None}, **pair_tables},
                span_ns=whole,
                speaker=number,
                findings=[one.as_json() for one in (*each.findings, *_of_pair(together, number))],
            )
            for number, (part, each) in enumerate(zip(parts, measured, strict=True))
        ]
    )
    (out / "measured.svg").write_text(as_svg(picture), "utf-8")
    (out / "measured.png").write_bytes(as_png(picture))


def _of_pair(together: Measured | None, number: int) -> list[Finding]:
    found = () if together is None else together.findings
    return [one for one in found if one.track in ("pair", f"voice-{number}")]


def _told(measured: Measured) -> dict[str, Any]:
    tables = [
        {**asdict(one), "path": one.path.name if one.path is not None else None, "part": one.part}
        for one in measured.tables
    ]
    findings = [one.as_json() for one in measured.findings]
    return {"tables": tables, "findings": findings, "figures": measured.summary}


def _tell(out: Path, parts: Sequence[Part], measured: Sequence[Measured], together: Measured | None) -> None:
    named = [*zip([part.name for part in parts], measured, strict=True)]
    if together is not None:
        named.append(("pair", together))
    for name, each in named:
        click.echo(f"{name}: {sum(one.path is not None for one in each.tables)} tables")
        for one in sorted(each.findings, key=lambda finding: list(_SIGNS).index(finding.verdict)):
            click.echo(f"  {_SIGNS[one.verdict]:4} {one.sentence}")
        for table in each.tables:
            if table.path is None:
                click.echo(f"  skipped {table.stage}: {table.skipped_reason}")
    click.echo(f"{out}: tables, findings.json, measured.svg, measured.png")
