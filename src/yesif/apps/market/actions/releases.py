"""Start a release, number who is in it, publish it or say why not."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from yesif.apps.casting.models import Project
from yesif.apps.market.models import Inclusion, Licence, Pseudonym, Release
from yesif.apps.market.queries.releases import line_key
from yesif.apps.record import actions as record
from yesif.base import canonical
from yesif.base.errors import BadInput, Conflict, NotFound
from yesif.core.corpus.layout import pseudonyms

KINDS = ("performer", "session", "take")


@dataclass(frozen=True, slots=True)
class Included:
    """One performance of a release, under its name there."""

    performance: str
    performer: str
    sample: str
    config: str
    together: tuple[str, ...] = ()  # performances of the same take beside it
    parts: tuple[str, ...] = ()
    recording: bool = True
    cut: tuple[tuple[int, int], ...] = ()
    grants: tuple[str, ...] = ()
    ms: int = 0
    nest: tuple[str, ...] = ()  # performers whose keys its key is wrapped under
    wrapped: bytes | None = None


@transaction.atomic
def start(*, project_id: str, use: Mapping[str, str], requested_by: str, now: datetime) -> str:
    """Open a release of one's own project for a use; returns its id. Raises NotFound, BadInput."""
    project = Project.objects.filter(pk=project_id, producer_id=requested_by).first()
    if project is None:
        raise NotFound
    if not use.get("what") or not use.get("where"):
        raise BadInput("A release is built for one use: what a system learns, and where it will be used.")
    made = Release.objects.create(
        project=project, requested_by_id=requested_by, use=dict(use), line=_line(project_id, use), made_at=now
    )
    return made.id


@transaction.atomic
def start_licensed(*, licence_id: str, now: datetime) -> str:
    """Open the next release of a signed licence; returns its id. Sealed, unless the licence is for plain delivery.

    Raises NotFound, Conflict where the licence is not signed.
    """
    row = Licence.objects.select_related("organisation", "project").filter(pk=licence_id).first()
    if row is None:
        raise NotFound
    if row.state != "signed":
        raise Conflict("A release is built for a licence that two people signed.")
    use = {
        "what": row.what,
        "where": row.where,
        "licensee": row.organisation.name,
        "starts": row.starts_at.date().isoformat(),
        "ends": row.ends_at.date().isoformat(),
        "territories": row.territories,
        "form": row.form,
        "description": row.description,
    }
    made = Release.objects.create(
        project=row.project,
        licence=row,
        sealed=not row.plain,
        requested_by_id=row.project.producer_id,
        use=use,
        line=_line(row.project_id, use),
        made_at=now,
    )
    return made.id


@transaction.atomic
def number(*, release_id: str, subjects: Mapping[str, Iterable[str]]) -> dict[str, dict[str, int]]:
    """Numbers for performers, sessions and takes: kind → subject → number. A number once given stays.

    Locks the release's line, so that two builds of one line never give one number twice.
    """
    line = _locked(release_id).line
    given = {}
    for kind in KINDS:
        wanted = sorted(set(subjects.get(kind, ())))
        taken = dict(Pseudonym.objects.filter(line=line, kind=kind).values_list("subject", "number"))
        numbers = pseudonyms(wanted, key=line_key(f"{line} {kind}"), taken=taken)
        Pseudonym.objects.bulk_create(
            Pseudonym(line=line, kind=kind, subject=subject, number=place)
            for subject, place in numbers.items()
            if subject not in taken
        )
        given[kind] = numbers
    return given


@transaction.atomic
def publish(
    *,
    release_id: str,
    digest: str,
    folder: str,
    counts: Mapping[str, int],
    included: Iterable[Included],
    size: int,
    now: datetime,
) -> None:
    """The release is out: its digest is on the record, and each performer in it can find it. Twice is once.

    Raises Conflict where it was published with another digest.
    """
    one = _locked(release_id)
    rows = sorted(included, key=lambda row: row.sample)
    if one.state == "published":
        if one.digest != digest:
            raise Conflict(f"This release was published as {one.digest[:12]}…; {digest[:12]}… is another.")
        return
    one.state, one.digest, one.folder, one.published_at = "published", digest, folder, now
    one.counts, one.samples, one.bytes, one.reason = dict(counts), len(rows), size, ""
    one.save()
    Inclusion.objects.bulk_create(Inclusion(release=one, **_told(row)) for row in rows)
    record.append(
        kind="release",
        body={
            "release": one.id,
            "project": one.project_id,
            "digest": digest,
            "what": one.use["what"],
            "where": one.use["where"],
            "licence": one.licence_id or "",
            "sealed": "yes" if one.sealed else "no",
            "samples": len(rows),
            "left_out": sum(counts.values()),
        },
        about=[one.id, one.project_id, *([one.licence_id] if one.licence_id else [])],
        rows=[_row(row) for row in rows],
        now=now,
    )


@transaction.atomic
def end_without(*, release_id: str, state: str, reason: str, counts: Mapping[str, int]) -> None:
    """Nothing was released: `empty` (no performance may be) or `failed`, with one sentence that names nobody."""
    one = _locked(release_id)
    if state not in ("empty", "failed"):
        raise BadInput("A release that is not published ends as empty or failed.")
    if one.state == "published":
        raise Conflict("This release is published; it cannot end as if it were not.")
    one.state, one.reason, one.counts = state, reason[:300], dict(counts)
    one.save()


def _told(row: Included) -> dict[str, Any]:
    told = asdict(row)
    for name in ("together", "parts", "cut", "grants", "nest"):
        told[name] = list(told[name])
    return told


def _row(row: Included) -> record.Row:
    """What the line says to one performer of theirs."""
    told = {"performance": row.performance, "performer": row.performer, "grants": list(row.grants)}
    return record.Row(row.performer, {**told, "together": list(row.together)})


def _line(project_id: str, use: Mapping[str, str]) -> str:
    """Releases of one project for one use and licensee are versions of each other; a licensee may join those."""
    return canonical.digest(
        {"project": project_id} | {part: use.get(part, "") for part in ("what", "where", "licensee")}
    )


def _locked(release_id: str) -> Release:
    found = Release.objects.select_for_update().filter(pk=release_id).first()
    if found is None:
        raise NotFound
    # PostgreSQL: the project's row stands for the line, so that two releases of one line number one after the other.
    Project.objects.select_for_update().get(pk=found.project_id)
    return found
