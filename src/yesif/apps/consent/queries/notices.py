"""Notices: what a licensee must do, by when, and what is overdue; for the licensee, the performer and the auditor."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from yesif.apps.consent.models import Hook, HookCall, Notice
from yesif.base.errors import NotFound


@dataclass(frozen=True, slots=True)
class NoticeSeen:
    """A notice. `many`: performances it takes out. `performances` is given to its licensee alone, else empty."""

    id: str
    licence: str
    licensee_id: str
    cause: str
    on_revoke: str
    given_at: datetime
    sign_by: datetime
    purge_by: datetime
    models_by: datetime | None
    signed_at: datetime | None
    purged_at: datetime | None
    removed: int | None
    many: int
    performances: tuple[str, ...] = ()

    def overdue(self, *, now: datetime) -> tuple[str, ...]:
        """Which duties are late: sign, purge."""
        late = {"sign": (self.signed_at, self.sign_by), "purge": (self.purged_at, self.purge_by)}
        return tuple(name for name, (done, by) in late.items() if (done or now) > by)

    def state(self, *, now: datetime) -> str:
        """open, signed, purged; or overdue while a duty is late and not yet met."""
        if self.purged_at is not None:
            return "purged"
        unmet = [by for done, by in ((self.signed_at, self.sign_by), (self.purged_at, self.purge_by)) if done is None]
        return "overdue" if any(now > by for by in unmet) else "signed" if self.signed_at else "open"


@dataclass(frozen=True, slots=True)
class Call:
    """A notice that is due to be sent to its licensee's hook."""

    notice: NoticeSeen
    address: str
    secret: str


def of_licensee(licensee_id: str, *, licence: str = "", after: str = "", limit: int = 200) -> list[NoticeSeen]:
    """A licensee's own notices, oldest first, with the performances to remove; `after` a notice's id, for a feed."""
    found = Notice.objects.filter(licensee=licensee_id)
    if licence:
        found = found.filter(licence=licence)
    if after:
        found = found.filter(pk__gt=after)
    return [_seen(one, own=True) for one in _with_rows(found).order_by("id")[:limit]]


def notice(notice_id: str, licensee_id: str) -> NoticeSeen:
    """One notice of this licensee's. Raises NotFound."""
    found = _with_rows(Notice.objects.filter(pk=notice_id, licensee=licensee_id)).first()
    if found is None:
        raise NotFound
    return _seen(found, own=True)


def about(performer_id: str) -> list[NoticeSeen]:
    """Notices that this performer's own no caused, newest first: what was told, and whether it was met."""
    return [_seen(one) for one in _with_rows(Notice.objects.filter(performer_id=performer_id)).order_by("-id")]


def late(*, now: datetime) -> list[NoticeSeen]:
    """For the auditor: every notice with a duty that is overdue and unmet."""
    unsigned = Q(signed_at=None, sign_by__lt=now)
    unpurged = Q(purged_at=None, purge_by__lt=now)
    return [_seen(one) for one in _with_rows(Notice.objects.filter(unsigned | unpurged))]


def made(notice_ids: Iterable[str]) -> list[NoticeSeen]:
    """Notices just made, for the page that made them."""
    return [_seen(one) for one in _with_rows(Notice.objects.filter(pk__in=list(notice_ids)))]


def hook_of(licensee_id: str) -> str:
    """The address of a licensee's hook, "" without one; its secret is shown once, when it is set."""
    return Hook.objects.filter(licensee=licensee_id).values_list("address", flat=True).first() or ""


def calls_due(*, now: datetime, limit: int = 50) -> list[Call]:
    """Calls to hooks that should be made now."""
    due = HookCall.objects.filter(taken_at=None, given_up_at=None, next_at__lte=now).order_by("next_at")
    found = list(_with_rows(Notice.objects.filter(call__in=due[:limit].values("pk"))))
    hooks = {one.licensee: one for one in Hook.objects.filter(licensee__in={one.licensee for one in found})}
    return [
        Call(_seen(one, own=True), hooks[one.licensee].address, hooks[one.licensee].secret)
        for one in found
        if one.licensee in hooks
    ]


def _with_rows(found: "QuerySet[Notice]") -> "QuerySet[Notice]":
    return found.prefetch_related("rows")


def _seen(one: Notice, *, own: bool = False) -> NoticeSeen:
    performances = tuple(sorted(row.performance for row in one.rows.all()))
    return NoticeSeen(
        one.id, one.licence, one.licensee, one.cause, one.on_revoke, one.given_at, one.sign_by, one.purge_by,
        one.models_by, one.signed_at, one.purged_at, one.attested.get("removed"), len(performances),
        performances if own else (),
    )  # fmt: skip
