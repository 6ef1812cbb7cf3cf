"""Four pictures a producer looks at: what an accepted hour costs, who comes, what is good at once, what is covered.

Drawn by the server as SVG; the same numbers stand below each as a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yesif.apps.footage.queries import figures as queries
from yesif.apps.footage.queries.figures import HOUR_NS, Week
from yesif.web.access import producers_only, viewer_id
from yesif.web.aloud import in_figures
from yesif.web.clock import CLOCK

WIDE, HIGH, FOOT = 640, 220, 30
"""The drawing's own units; it scales with the page."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its place in the drawing, its name below it, its value in words above it."""

    x: int
    y: int
    w: int
    h: int
    middle: int
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: what it says in a sentence, its bars, and whether there is anything to draw."""

    id: str
    title: str
    meaning: str
    said: str
    bars: tuple[Bar, ...]
    empty: bool


@require_GET
@producers_only
def page(request: HttpRequest) -> HttpResponse:
    """The four pictures, over the last 8 weeks."""
    found = queries.figures(viewer_id(request), now=CLOCK.now())
    pictures = [
        _cost(found),
        _weekly(
            "show-rate",
            _("Show rate"),
            _("Of the performers booked, how many came into the room."),
            found.weeks,
            [week.show_rate for week in found.weeks],
        ),
        _weekly(
            "first-pass",
            _("First-pass quality"),
            _("Of the parts put together, how many the checks passed without a fail. Warnings count as passed."),
            found.weeks,
            [week.first_pass for week in found.weeks],
        ),
        _coverage("themes", _("Coverage by theme"), [(name.replace("-", " "), ns) for name, ns in found.themes]),
        _coverage(
            "intensity",
            _("Coverage by intensity"),
            [(_("Intensity %(level)s") % {"level": level}, ns) for level, ns in found.intensities],
        ),
    ]
    return render(request, "producer/dashboard.html", {"pictures": pictures, "wide": WIDE, "high": HIGH})


def _cost(found: queries.Figures) -> Picture:
    values = [None if week.cost_per_hour is None else week.cost_per_hour / 100 for week in found.weeks]
    words = ["–" if value is None else in_figures(f"{found.currency} {value:,.0f}") for value in values]
    hours = sum(week.accepted_ns for week in found.weeks) / HOUR_NS
    return Picture(
        id="cost",
        title=_("Cost per accepted hour"),
        meaning=_("The booked pay of everyone who came, by hours that every performer released and nobody rejected."),
        said=_("%(hours)s accepted hours in 8 weeks.") % {"hours": in_figures(f"{hours:.1f}")},
        bars=_bars([_week(week) for week in found.weeks], values, words),
        empty=not any(values),
    )


def _weekly(name: str, title: str, meaning: str, weeks: Sequence[Week], values: Sequence[float | None]) -> Picture:
    words = ["–" if value is None else f"{value:.0%}".replace("%", " %") for value in values]
    known = [(week, word) for week, word, value in zip(weeks, words, values, strict=True) if value is not None]
    said = (
        _("Last: %(value)s in the week of %(week)s.") % {"value": known[-1][1], "week": _week(known[-1][0])}
        if known
        else ""
    )
    return Picture(
        name, title, meaning, said, _bars([_week(week) for week in weeks], values, words, most=1.0), not known
    )


def _coverage(name: str, title: str, rows: Sequence[tuple[str, int]]) -> Picture:
    minutes = [ns / HOUR_NS * 60 for _name, ns in rows]
    return Picture(
        name,
        title,
        _("Accepted minutes of cards of each. A card may carry several themes."),
        "",
        _bars([row for row, _ns in rows], minutes, [f"{value:.0f} min" for value in minutes]),
        not any(minutes),
    )


def _bars(
    names: Sequence[str], values: Sequence[float | None], words: Sequence[str], *, most: float = 0.0
) -> tuple[Bar, ...]:
    most = most or max((value or 0.0 for value in values), default=0.0) or 1.0
    step = WIDE // max(1, len(names))
    room = HIGH - FOOT - 24  # a line of text above the highest bar
    found = []
    for n, (name, value, word) in enumerate(zip(names, values, words, strict=True)):
        high = round(room * min(1.0, (value or 0.0) / most))
        found.append(
            Bar(n * step + step // 8, HIGH - FOOT - high, step * 3 // 4, high, n * step + step // 2, name, word)
        )
    return tuple(found)


def _week(week: Week) -> str:
    return f"{week.monday.day} {week.monday:%b}"
