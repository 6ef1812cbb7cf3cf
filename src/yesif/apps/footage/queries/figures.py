"""Figures of a producer's own projects by week: who came, what was good at once, what an accepted hour cost, coverage.

An accepted hour: an hour of take that every performer in it released and nobody rejected. Cost: the booked rate times
the booked minutes of everyone who came, whatever became of the take.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Exists, OuterRef

from yesif.apps.footage.models import Finding, Performance, Take
from yesif.apps.stage.models import Event, Place

WEEKS = 8
HOUR_NS = 3_600_000_000_000


@dataclass(frozen=True, slots=True)
class Week:
    """One week, from its Monday. Seats are performers booked into sessions; parts are performances put together."""

    monday: date
    seats: int
    came: int
    parts: int
    good: int
    accepted_ns: int
    cost_minor: int

    @property
    def show_rate(self) -> float | None:
        return self.came / self.seats if self.seats else None

    @property
    def first_pass(self) -> float | None:
        return self.good / self.parts if self.parts else None

    @property
    def cost_per_hour(self) -> float | None:
        """Minor units per accepted hour."""
        return self.cost_minor * HOUR_NS / self.accepted_ns if self.accepted_ns else None


@dataclass(frozen=True, slots=True)
class Figures:
    """Weeks in order; accepted nanoseconds by theme and by intensity; the one currency costs are in ("" if several)."""

    weeks: tuple[Week, ...]
    themes: tuple[tuple[str, int], ...]
    intensities: tuple[tuple[int, int], ...]
    currency: str


def figures(producer_id: str, *, now: datetime) -> Figures:
    """Of every project of the producer's own."""
    first = _monday((now - timedelta(weeks=WEEKS - 1)).date())
    mondays = [first + timedelta(weeks=n) for n in range(WEEKS)]
    seats, came, cost, currencies = _seats(producer_id, first, now)
    parts, good = _parts(producer_id, first)
    accepted = _accepted(producer_id)
    by_week: Counter[date] = Counter()
    themes: Counter[str] = Counter()
    intensities: Counter[int] = Counter()
    for take in accepted:
        length = (take.cut_ns or 0) - take.action_ns
        by_week[_monday(take.scene.session.starts_at.date())] += length
        intensities[take.scene.card.intensity] += length
        for theme in take.scene.card.themes:
            themes[theme] += length
    weeks = tuple(Week(day, seats[day], came[day], parts[day], good[day], by_week[day], cost[day]) for day in mondays)
    shown = tuple((level, intensities[level]) for level in (1, 2, 3, 4))
    return Figures(weeks, tuple(themes.most_common(12)), shown, currencies.pop() if len(currencies) == 1 else "")


def _seats(producer: str, first: date, now: datetime) -> tuple[Counter[date], Counter[date], Counter[date], set[str]]:
    joined = Event.objects.filter(session_id=OuterRef("session_id"), who_id=OuterRef("performer_id"), kind="joined")
    found = Place.objects.filter(
        session__project__producer_id=producer, session__starts_at__gte=_midnight(first), session__starts_at__lt=now
    ).annotate(came=Exists(joined))
    seats: Counter[date] = Counter()
    came: Counter[date] = Counter()
    cost: Counter[date] = Counter()
    currencies: set[str] = set()
    for place in found.select_related("session", "booking"):
        week = _monday(place.session.starts_at.date())
        seats[week] += 1
        if place.came:
            came[week] += 1
            if place.booking:
                cost[week] += place.booking.fee_minor * place.booking.minutes // 60
                currencies.add(place.booking.currency)
    return seats, came, cost, currencies


def _parts(producer: str, first: date) -> tuple[Counter[date], Counter[date]]:
    failed = Finding.objects.filter(performance_id=OuterRef("pk"), verdict="fail")
    found = Performance.objects.filter(
        take__scene__session__project__producer_id=producer,
        take__state="sealed",
        take__scene__session__starts_at__gte=_midnight(first),
    ).annotate(failed=Exists(failed))
    parts: Counter[date] = Counter()
    good: Counter[date] = Counter()
    for one in found.select_related("take__scene__session"):
        week = _monday(one.take.scene.session.starts_at.date())
        parts[week] += 1
        good[week] += not one.failed
    return parts, good


def _accepted(producer: str) -> list[Take]:
    """Takes that everyone in them released and nobody rejected."""
    takes = Take.objects.filter(scene__session__project__producer_id=producer, state="sealed", cut_ns__isnull=False)
    states: dict[str, list[bool]] = defaultdict(list)
    for take, state, rejected in Performance.objects.filter(take__in=takes).values_list(
        "take_id", "state", "rejected_at"
    ):
        states[take].append(state == "released" and rejected is None)
    return [one for one in takes.select_related("scene__card", "scene__session") if all(states.get(one.id, [False]))]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
