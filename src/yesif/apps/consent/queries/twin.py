"""The decision's twin over whole tables: which performances a use may have, a million of them in one statement.

`core.policy.decide` is the rule; this is the same rule said in SQL, and a test holds the two together row by row. The
statement first asks each person alone (`verdicts`: what their answers come to), then puts the people of a take side by
side. What only single performances can tell (three in a take, a seal over all of it, a grant for named performances) is
rare: those takes are left to `decide` itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Count, F, Q, QuerySet, Sum

from yesif.apps.consent.models import GrantName
from yesif.apps.consent.queries.deciding import decisions
from yesif.apps.consent.queries.verdicts import KEY, statement
from yesif.apps.footage.models import Performance, SealedSpan
from yesif.core.policy.decide import LEAK_LIMIT_DB, NOTHING, Extent
from yesif.core.policy.uses import Form, Part, Use

_FORMS = (Form.MEASUREMENTS, Form.RECORDING)
_PARTS = tuple(Part)
_ROWS = 20_000
NO = "-"
"""The key of someone who permits nothing."""
ALONE = ""
"""The key of nobody: the take is of one."""


@dataclass(frozen=True, slots=True)
class Permit:
    """How far one performance may leave: as `Decision.own`, `.together` and `.cut_partner` say it."""

    own: Extent
    together: Extent

    @property
    def cut_partner(self) -> bool:
        """Are the partner's words to be cut?"""
        return self.own != self.together


def eligible(
    *,
    use: Use,
    now: datetime,
    leak_limit_db: float = LEAK_LIMIT_DB,
    reviewed_only: bool = False,
    project_id: str = "",
) -> dict[str, Permit]:
    """Every performance that this use may have now, by id, and how far; what is absent is denied. `project_id`: only
    that project's.

    Agrees with `decisions` on every row, with the same meaning of its arguments. For the reasons of a denial, and for
    sealed stretches, ask `decisions` about the few that matter.
    """
    if use.touches or not use.starts <= now < use.ends:
        return {}
    sizes, odd = _sizes(project_id), _odd_takes(now, project_id)
    unusual = {**sizes, **dict.fromkeys(odd, 0)}
    found: dict[str, Permit] = {}
    of = _Outcomes(use).of
    for take, first, last, many in _pairs(use, now, leak_limit_db, reviewed_only, project_id):
        if take in unusual and unusual[take] != 1:
            odd.add(take)
            continue
        if many == 2:
            one, other = of(first[:KEY], last[:KEY])
            if other:
                found[last[KEY:]] = other
        else:
            one, _ = of(first[:KEY], ALONE if take in unusual else NO)
        if one:
            found[first[KEY:]] = one
    found.update(_one_by_one(odd, use, now, leak_limit_db, reviewed_only))
    return found


def _of(project_id: str) -> "QuerySet[Performance]":
    """Performances of one project, or of all."""
    everything = Performance.objects.all()
    return everything.filter(take__scene__session__project_id=project_id) if project_id else everything


def _sizes(project_id: str) -> dict[str, int]:
    """Takes that are not of two, and how many are in them."""
    counted = _of(project_id).values("take_id").annotate(many=Count("id")).exclude(many=2)
    return dict(counted.order_by().values_list("take_id", "many"))


def _pairs(
    use: Use, now: datetime, leak_limit_db: float, reviewed_only: bool, project_id: str
) -> Iterator[tuple[str, str, str, int]]:
    """(take, least, greatest, how many) of key and performance id, of those in a take who permit something."""
    parts = [(True, "="), (False, "<>")] if use.project else [(False, "")]
    with connection.cursor() as cursor:
        for core, sign in parts:
            text, given = statement(
                use,
                now=now,
                leak_limit_db=leak_limit_db,
                reviewed_only=reviewed_only,
                core=core,
                sign=sign,
                within=project_id,
            )
            _ask(cursor, text, given)
            yield from chain.from_iterable(iter(lambda: cursor.fetchmany(_ROWS), []))


def _ask(cursor: CursorWrapper, text: str, given: dict[str, Any]) -> None:
    """Put the statement. PostgreSQL expects one person to permit where thousands do, and would look up each one's
    performances alone, thrice as slow: so for this statement it joins whole tables, with room to sort them."""
    if connection.vendor != "postgresql":
        cursor.execute(text, given)
        return
    with transaction.atomic(), connection.cursor() as beside:
        beside.execute("SET LOCAL enable_nestloop = off; SET LOCAL jit = off; SET LOCAL work_mem = '256MB'")
        cursor.execute(text, given)
        # Whoever opened the transaction goes on in it as it was.
        beside.execute("SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL jit TO DEFAULT; SET LOCAL work_mem TO DEFAULT")


class _Outcomes:
    """What a pair of keys comes to: there are few kinds of pairs, and each is thought about once."""

    def __init__(self, use: Use) -> None:
        self._parts = use.parts
        self.of = cache(self._of)

    def _of(self, key: str, beside: str) -> tuple[Permit | None, Permit | None]:
        """What each of the two may: both sides of a take."""
        return self._permit(key, beside), None if beside in (ALONE, NO) else self._permit(beside, key)

    def _permit(self, key: str, beside: str) -> Permit | None:
        """Of one performance beside another's key."""
        full, alone = self._extents(key)
        if beside == ALONE:
            return Permit(full, full) if full.parts else None
        together = full.meet(NOTHING if beside == NO else self._extents(beside)[0])
        own = together.join(alone) if full.parts else NOTHING
        return Permit(own, together) if own.parts else None

    def _extents(self, key: str) -> tuple[Extent, Extent]:
        """What the key says: the form where all say yes, the form alone (0: not at all), and what is held back."""
        held = int(key[2:]) - 10
        parts = self._parts - {part for place, part in enumerate(_PARTS) if held >> place & 1}
        full, alone = int(key[0]), int(key[1])
        return self._extent(parts, full), self._extent(parts, alone)

    @staticmethod
    def _extent(parts: frozenset[Part], form: int) -> Extent:
        return Extent(parts, _FORMS[form - 1]) if parts and form else NOTHING


def _odd_takes(now: datetime, project_id: str) -> set[str]:
    """Takes that a seal may cover whole, or that a grant for named performances reaches."""
    named = GrantName.objects.filter(kind="performance", grant__given_at__lte=now).values("name")
    odd = set(_of(project_id).filter(pk__in=named).values_list("take_id", flat=True))
    living = SealedSpan.objects.filter(sealed_at__lte=now).filter(Q(lifted_at=None) | Q(lifted_at__gt=now))
    if project_id:
        living = living.filter(performance__take__scene__session__project_id=project_id)
    takes = living.values("performance__take_id").annotate(sealed=Sum(F("end_ns") - F("start_ns")))
    # The sum is never less than the union, so no take that is covered whole is missed.
    cut = F("performance__take__cut_ns") - F("performance__take__action_ns")
    odd.update(
        takes.annotate(length=cut).filter(sealed__gte=F("length")).values_list("performance__take_id", flat=True)
    )
    return odd


def _one_by_one(
    takes: set[str], use: Use, now: datetime, leak_limit_db: float, reviewed_only: bool
) -> dict[str, Permit]:
    found: dict[str, Permit] = {}
    wanted = sorted(takes)
    for start in range(0, len(wanted), 5_000):
        ids = Performance.objects.filter(take_id__in=wanted[start : start + 5_000]).values_list("id", flat=True)
        decided = decisions(
            performance_ids=ids, use=use, now=now, leak_limit_db=leak_limit_db, reviewed_only=reviewed_only
        )
        found |= {one.performance: Permit(one.own, one.together) for one in decided.values() if one.permitted}
    return found
