"""Read runs and leases, and what of a delivered release may no longer be kept."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from yesif.apps.consent import queries as consent
from yesif.apps.keys.models import PerformerKey
from yesif.apps.market.models import Inclusion, Lease, Purge, Release, Run
from yesif.apps.market.queries.licences import LicenceSeen, licence_terms, use_of
from yesif.apps.market.queries.releases import ReleaseSeen, seen
from yesif.base.errors import NotFound
from yesif.core.policy.decide import Decision
from yesif.core.policy.uses import Form, Use


@dataclass(frozen=True, slots=True)
class RunSeen:
    """A run as its organisation and the project's producer see it."""

    id: str
    licence_id: str
    organisation_id: str
    what: str
    where: str
    model: str
    environment: str
    reader: str
    opened_at: datetime
    line: int
    closed_at: datetime | None
    root: str
    clips_read: int
    leases: int
    last_expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Clip:
    """One sample of a release and whether a lease may hold it now."""

    performance: str
    performer: str
    sample: str
    nest: tuple[str, ...]
    wrapped: bytes
    ms: int
    together: tuple[str, ...]
    grants: tuple[str, ...]
    may: bool
    own_grants: tuple[str, ...] = ()  # of them, its own performer's: what the line may tell them
    until: datetime | None = None  # so long if nobody says anything more


@dataclass(frozen=True, slots=True)
class Delivered:
    """A performance that a licensee was given, under which licence: whom a revocation must tell."""

    licence: str
    licensee_id: str
    organisation_id: str
    release: str
    performance: str
    use: Use


def run(run_id: str, *, organisation_id: str) -> RunSeen:
    """One run of an organisation. Raises NotFound."""
    found = Run.objects.select_related("licence").filter(pk=run_id, licence__organisation_id=organisation_id).first()
    if found is None:
        raise NotFound
    return _run(found)


def runs_of_licence(licence_id: str) -> list[RunSeen]:
    """Every run under a licence, newest first. Whoever asks was let into the licence before."""
    return [_run(one) for one in Run.objects.select_related("licence").filter(licence_id=licence_id)]


def releases_of_licence(licence_id: str) -> list[ReleaseSeen]:
    """What was built for a licence, newest first. Whoever asks was let into the licence before."""
    return [seen(one) for one in Release.objects.filter(licence_id=licence_id)]


def release_of(release_id: str, *, organisation_id: str) -> ReleaseSeen:
    """A published release of one of an organisation's licences. Raises NotFound."""
    found = Release.objects.filter(pk=release_id, licence__organisation_id=organisation_id, state="published").first()
    if found is None:
        raise NotFound
    return seen(found)


def delivered(performance_ids: Collection[str]) -> list[Delivered]:
    """Where these performances went under a licence, one row for each licence and performance: the newest release."""
    rows = Inclusion.objects.filter(
        performance__in=set(performance_ids), release__state="published", release__licence__isnull=False
    ).select_related("release__licence")
    newest: dict[tuple[str, str], Inclusion] = {}
    for one in rows.order_by("release__published_at", "release_id"):
        newest[str(one.release.licence_id), one.performance] = one
    terms: dict[str, LicenceSeen] = {}
    found = []
    for (licence_id, performance), one in sorted(newest.items()):
        its = terms.setdefault(licence_id, licence_terms(licence_id))
        found.append(
            Delivered(licence_id, its.declared_by, its.organisation_id, one.release_id, performance, use_of(its))
        )
    return found


def clips_now(release_id: str, licence: LicenceSeen, *, now: datetime) -> list[Clip]:
    """Every sample of a release, decided for this moment: what it holds must be within what is permitted now."""
    rows = list(Inclusion.objects.filter(release_id=release_id).order_by("sample"))
    decided = consent.decisions(
        performance_ids=[one.performance for one in rows], use=use_of(licence), now=now, reviewed_only=True
    )
    people = {one for row in rows for one in row.nest}
    alive = set(PerformerKey.objects.filter(pk__in=people, wrapped__isnull=False).values_list("pk", flat=True))
    return [_clip(one, decided.get(one.performance), has_keys=set(one.nest) <= alive) for one in rows]


def withdrawn(release_id: str, licence: LicenceSeen, *, now: datetime) -> list[str]:
    """Names of the samples that a licensee may not keep, in the order of the release."""
    if not licence.runs_at(now):
        return [one.sample for one in Inclusion.objects.filter(release_id=release_id).order_by("sample")]
    return [one.sample for one in clips_now(release_id, licence, now=now) if not one.may]


def performers_in(release_id: str) -> set[str]:
    """Everyone whose answers decide about a release."""
    rows = Inclusion.objects.filter(release_id=release_id).values_list("performer", "nest")
    return {one for performer, nest in rows for one in (performer, *nest)}


def _clip(one: Inclusion, decision: Decision | None, *, has_keys: bool) -> Clip:
    return Clip(
        performance=one.performance,
        performer=one.performer,
        sample=one.sample,
        nest=tuple(one.nest),
        wrapped=bytes(one.wrapped or b""),
        ms=one.ms,
        together=tuple(one.together),
        grants=decision.grants if decision else (),
        may=decision is not None and has_keys and _within(one, decision),
        own_grants=decision.grants_of(one.performer) if decision else (),
        until=decision.until if decision else None,
    )


def _within(one: Inclusion, decision: Decision) -> bool:
    """Is what the sample holds no more than what may leave today? A sample that stands beside its partner's was built
    from what all of them permit together, so it needs just that; what was sealed since is not cut out of it."""
    extent = decision.together if one.together else decision.own
    if extent.form is None or not set(one.parts) <= {part.value for part in extent.parts}:
        return False
    if one.recording and extent.form is not Form.RECORDING:
        return False
    return _covered(decision.sealed, [(int(start), int(end)) for start, end in one.cut])


def _covered(sealed: Iterable[tuple[int, int]], cut: list[tuple[int, int]]) -> bool:
    return all(any(a <= start and end <= b for a, b in cut) for start, end in sealed)


def _run(one: Run) -> RunSeen:
    last = Lease.objects.filter(run=one).order_by("-expires_at").first()
    return RunSeen(
        id=one.id,
        licence_id=one.licence_id,
        organisation_id=one.licence.organisation_id,
        what=one.what,
        where=one.where,
        model=one.model,
        environment=one.environment,
        reader=one.reader,
        opened_at=one.opened_at,
        line=one.line,
        closed_at=one.closed_at,
        root=one.root,
        clips_read=one.clips_read,
        leases=one.leases.count(),
        last_expires_at=last.expires_at if last else None,
    )


@dataclass(frozen=True, slots=True)
class PurgeSeen:
    """A licensee's word that samples are deleted."""

    licence_id: str
    release_id: str
    notice: str
    samples: int
    at: datetime
    line: int


def purges_of_organisation(organisation_id: str) -> list[PurgeSeen]:
    """Every purge an organisation attested, newest first."""
    rows = Purge.objects.filter(licence__organisation_id=organisation_id).order_by("-at", "-pk")
    return [
        PurgeSeen(one.licence_id, one.release_id or "", one.notice, len(one.samples), one.at, one.line) for one in rows
    ]
