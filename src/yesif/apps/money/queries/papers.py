"""Read tax papers: one's own; those an operator has not looked at; the numbers for a table to file from."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from yesif.apps.money.models import TaxPaper
from yesif.apps.money.sealed import unseal_text
from yesif.base.errors import NotFound


@dataclass(frozen=True, slots=True)
class PaperSeen:
    """A paper, its number by its last characters."""

    id: int
    performer: str
    kind: str
    place: str
    ends: str
    treaty: str
    treaty_percent: int | None
    given_at: datetime
    expires: date | None
    percent: int
    looked_by: str
    looked_at: datetime | None
    why: str


def of(performer: str) -> list[PaperSeen]:
    """One performer's papers, newest first. For themselves."""
    return [_seen(one) for one in TaxPaper.objects.filter(performer=performer).order_by("-given_at", "-pk")]


def every() -> list[PaperSeen]:
    """Every paper, those nobody has looked at first. For an operator."""
    found = TaxPaper.objects.order_by("-given_at", "-pk")
    return sorted((_seen(one) for one in found), key=lambda one: one.looked_at is not None)


def paper(paper_id: int) -> PaperSeen:
    """One paper, for an operator. Raises NotFound."""
    found = TaxPaper.objects.filter(pk=paper_id).first()
    if found is None:
        raise NotFound
    return _seen(found)


def percents(performers: Collection[str], *, day: date) -> dict[str, int]:
    """What is kept back of each one's payments: as their newest paper says that was looked at and holds on this day."""
    looked_at = TaxPaper.objects.filter(performer__in=performers).exclude(looked_at=None)
    papers = looked_at.exclude(expires__lt=day).order_by("given_at", "pk")
    return {one.performer: one.keep_back_percent for one in papers}


def numbers(performers: Collection[str]) -> dict[str, tuple[str, str]]:
    """Kind and number of each one's newest paper, opened: for a table to file from, and for nothing else."""
    papers = TaxPaper.objects.filter(performer__in=performers).order_by("given_at", "pk")
    return {
        one.performer: (one.kind, unseal_text(bytes(one.sealed), one.performer) if one.sealed else "") for one in papers
    }


def _seen(one: TaxPaper) -> PaperSeen:
    return PaperSeen(
        one.pk,
        one.performer,
        one.kind,
        one.place,
        one.ends,
        one.treaty,
        one.treaty_percent,
        one.given_at,
        one.expires,
        one.keep_back_percent,
        one.looked_by,
        one.looked_at,
        one.looked_why,
    )
