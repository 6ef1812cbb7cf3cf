"""The picture of a take for a page: measured tables of the store, drawn without anything sealed."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from yesif.apps.footage.queries.sheets import Sheet, Side
from yesif.apps.keys import queries as keys
from yesif.base.errors import NotFound
from yesif.media.drawing.marks import Picture
from yesif.media.drawing.png import as_png
from yesif.media.drawing.sheet import sheet as laid_out
from yesif.media.drawing.svg import as_svg
from yesif.media.drawing.view import Drawn, drawn
from yesif.media.strongbox import Sealed, Source
from yesif.web.media import address

DRAWN = ("energy", "f0", "speech", "turns", "words", "prominence", "face", "head", "picture")
"""Stages whose tables are looked at."""

_PLAYHEAD = (
    '<rect class="selection" x="0" y="0" width="0" height="100%" hidden="hidden"/>',
    '<line class="playhead" x1="0" x2="0" y1="0" y2="100%"/>',
)
_FIGURES = (
    ("voice", "speech_ms", "Speech", "s", 1000.0, 1),
    ("voice", "lufs", "Loudness", "LUFS", 1.0, 1),
    ("camera", "face_share", "Face in the picture", "%", 0.01, 1),
    ("camera", "frames_per_s", "Frames", "/s", 1.0, 1),
    ("camera", "blinks_per_min", "Blinks", "/min", 1.0, 1),
    ("camera", "motion", "Movement", "of 255", 1.0, 2),
)


def page(request: HttpRequest, found: Sheet, viewer: str, template: str, more: Mapping[str, Any]) -> HttpResponse:
    """The page of a sheet: films, picture, figures, findings, and what was measured by which version."""
    picture = picture_of(found)
    sides = [
        {
            "side": side,
            "name": _("You") if side.own else side.stage_name,
            "film": address(side.performance_id, kind="preview", viewer_id=viewer) if side.has_preview else "",
            "poster": address(side.performance_id, kind="poster", viewer_id=viewer) if side.has_poster else "",
            "figures": list(_figures(side.summary)),
            "measured": [one for one in side.measured if found.together or not one.joint],
        }
        for side in found.sides
    ]
    drawing = _inline(picture) if picture is not None else ""
    context = {"sheet": found, "sides": sides, "drawing": drawing, "seconds": found.length_ns / 1e9, **more}
    return render(request, template, context)


def export(found: Sheet, form: str) -> HttpResponse:
    """The same picture as a file. Raises NotFound where there is nothing to draw, or no such form."""
    picture = picture_of(found)
    if picture is None or form not in ("svg", "png"):
        raise NotFound
    content = as_svg(picture).encode() if form == "svg" else as_png(picture)
    answer = HttpResponse(content, content_type="image/svg+xml" if form == "svg" else "image/png")
    answer["Content-Disposition"] = f'attachment; filename="take-{found.number}.{form}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def picture_of(found: Sheet) -> Picture | None:
    """The picture; None where no side may be drawn or the take has no length."""
    if not found.sides or found.length_ns <= 0:
        return None
    return laid_out([_drawn(side, found) for side in found.sides])


def _drawn(side: Side, found: Sheet) -> Drawn:
    return drawn(
        _("You") if side.own else side.stage_name,
        dict(_tables(side, found)),
        span_ns=(0, found.length_ns),
        speaker=side.speaker,
        sealed=side.sealed,
        findings=[
            {"verdict": one.verdict, "start_ns": one.start_ns, "end_ns": one.end_ns, "sentence": one.sentence}
            for one in side.findings
        ],
    )


def _tables(side: Side, found: Sheet) -> Iterator[tuple[str, Source]]:
    """Tables by stage; what was measured on the two only where both are shown."""
    shown = [one for one in side.measured if one.stage in DRAWN and one.sha256 and (found.together or not one.joint)]
    boxes = keys.living({one.box for one in shown})
    for one in shown:
        if one.box not in boxes:
            continue  # its key is destroyed: nobody can read it any more
        table = Sealed(settings.STORAGE, boxes[one.box], one.sha256)
        with suppress(NotFound):  # deleted in between: its lane stays empty
            if table.size:
                yield one.stage, table


def _inline(picture: Picture) -> SafeString:
    # Everything in it was escaped where the elements were written; nothing in it is a script or a style.
    return mark_safe(as_svg(picture, more=_PLAYHEAD, classes="sheet-drawing"))  # noqa: S308


def _figures(summary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Figures a person reads: name, and value with its unit."""
    names = {
        "Speech": _("Speech"),
        "Loudness": _("Loudness"),
        "Face in the picture": _("Face in the picture"),
        "Frames": _("Frames"),
        "Blinks": _("Blinks"),
        "Movement": _("Movement"),
    }
    f0 = summary.get("voice", {}).get("f0_hz")
    if f0:
        yield _("Pitch, median (5 to 95 %)"), f"{f0['median']:.0f} Hz ({f0['p5']:.0f}–{f0['p95']:.0f})"
    for medium, key, name, unit, scale, digits in _FIGURES:
        value = summary.get(medium, {}).get(key)
        if value is not None:
            yield names[name], f"{value / scale:.{digits}f} {unit}"
    rhythm = summary.get("voice", {}).get("rhythm") or {}
    if rhythm.get("articulation_rate") is not None:
        yield _("Articulation"), f"{rhythm['articulation_rate']:.1f} {_('syllables/s')}"
    leak = summary.get("leak")
    if leak and leak.get("found"):
        yield _("Partner's voice in this microphone"), f"{leak['level_db']:.1f} dB, {leak['lag_ms']:.1f} ms"
