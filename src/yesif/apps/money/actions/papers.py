"""Tax papers: given by a performer, looked at by an operator who says what is kept back because of it, and why."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from yesif.apps.money.models import TaxPaper
from yesif.apps.money.sealed import seal_text
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.core.ledger import tax

_PLACE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,5})?")
MOST_PERCENT = 50


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as its performer fills it in: kind, place, number, and the treaty they rest on, if any."""

    kind: str
    place: str
    number: str = ""
    treaty: str = ""
    treaty_percent: int | None = None
    expires: date | None = None


@transaction.atomic
def give(*, performer: str, paper: Paper, now: datetime) -> int:
    """Write down that someone gave a paper; its number is sealed. It changes what is kept back only once an operator
    has looked at it. Its id. Raises BadInput naming the field."""
    number = tax.number(paper.kind, paper.number)
    if not _PLACE.fullmatch(paper.place):
        raise BadInput("place: a country's two letters, or a part of it, like DE or US-CA.")
    if paper.treaty_percent is not None and not 0 <= paper.treaty_percent <= MOST_PERCENT:
        raise BadInput(f"treaty_percent: between 0 and {MOST_PERCENT}.")
    if (paper.treaty_percent is None) != (not paper.treaty.strip()):
        raise BadInput("treaty: name the article and the rate that you rest on, or neither.")
    if paper.expires is not None and paper.expires <= now.date():
        raise BadInput("expires: this paper has expired.")
    return TaxPaper.objects.create(
        performer=performer,
        kind=paper.kind,
        place=paper.place,
        sealed=seal_text(number, performer) if number else None,
        ends=number[-3:],
        treaty=paper.treaty.strip()[:120],
        treaty_percent=paper.treaty_percent,
        expires=paper.expires,
        given_at=now,
    ).pk


@transaction.atomic
def look(*, paper_id: int, by: str, percent: int, why: str, now: datetime) -> None:
    """An operator looked at a paper: so much is kept back of what is sent from now on, for this reason, which the
    performer reads. Once. Raises NotFound, BadInput, Conflict."""
    found = TaxPaper.objects.select_for_update().filter(pk=paper_id).first()
    if found is None:
        raise NotFound
    if found.performer == by:
        raise BadInput("paper: somebody else looks at your own.")
    if not 0 <= percent <= MOST_PERCENT:
        raise BadInput(f"percent: between 0 and {MOST_PERCENT} is kept back.")
    if not why.strip():
        raise BadInput("why: the performer reads the reason.")
    if found.looked_at is not None:
        raise Conflict("This paper was looked at already; another look needs another paper.")
    found.keep_back_percent, found.looked_by, found.looked_at = percent, by, now
    found.looked_why = why.strip()[:200]
    found.save(update_fields=["keep_back_percent", "looked_by", "looked_at", "looked_why"])
