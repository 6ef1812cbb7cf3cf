"""Read releases: the project's producer sees them, nobody else does yet (licensees come with licences)."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from yesif.apps.casting.models import Project
from yesif.apps.market.models import Inclusion, Release
from yesif.base.errors import BadInput, NotFound

RELEASES_SHOWN = 200


@dataclass(frozen=True, slots=True)
class ReleaseSeen:
    """A release as the project's producer sees it. `counts` is reason → performances left out, never who."""

    id: str
    project_id: str
    use: dict[str, str]
    state: str
    reason: str
    digest: str
    folder: str
    counts: dict[str, int]
    samples: int
    bytes: int
    made_at: datetime
    published_at: datetime | None
    licence_id: str
    sealed: bool

    @property
    def excluded(self) -> int:
        """Performances left out, for whatever reason."""
        return sum(self.counts.values())


def release(release_id: str, *, viewer_id: str) -> ReleaseSeen:
    """One release. Raises NotFound: not there, or not the viewer's."""
    found = _of(viewer_id).filter(pk=release_id).first()
    if found is None:
        raise NotFound
    return seen(found)


def releases_of_project(project_id: str, *, viewer_id: str) -> list[ReleaseSeen]:
    """Releases of one of the viewer's projects, newest first; none for a project that is not theirs."""
    return [seen(one) for one in _of(viewer_id).filter(project_id=project_id)[:RELEASES_SHOWN]]


def releases_with(performance_ids: set[str]) -> dict[str, list[str]]:
    """Which published releases hold each performance: performance id → release ids. For a performer's own pages."""
    found: dict[str, list[str]] = {}
    rows = Inclusion.objects.filter(performance__in=performance_ids, release__state="published")
    for performance, one in rows.order_by("release_id").values_list("performance", "release_id"):
        found.setdefault(performance, []).append(one)
    return found


def project_named(name: str) -> tuple[str, str]:
    """A project by id or by its whole title, and its producer: for commands on the studio's own machine.

    Raises NotFound, and BadInput where several projects have that title.
    """
    found = list(Project.objects.filter(Q(pk=name) | Q(title=name)).values_list("id", "producer_id")[:2])
    if len(found) > 1:
        raise BadInput("Several projects have that title; name one by its id (prj_…).")
    if not found:
        raise NotFound("There is no project of that id or title.")
    return found[0]


def building(release_id: str) -> ReleaseSeen:
    """A release for the flow that builds it, which has no viewer. Raises NotFound."""
    found = Release.objects.filter(pk=release_id).first()
    if found is None:
        raise NotFound
    return seen(found)


def line_key(line: str) -> bytes:
    """The secret of one line of releases: orders its pseudonyms and makes its tokens. Only this studio can make it."""
    return hmac.digest(settings.SECRET_KEY.encode(), b"yesif.market.line/1 " + line.encode(), hashlib.sha256)


def line_of(release_id: str) -> str:
    """The line a release belongs to. Raises NotFound."""
    found = Release.objects.filter(pk=release_id).values_list("line", flat=True).first()
    if found is None:
        raise NotFound
    return found


def _of(viewer_id: str) -> QuerySet[Release]:
    return Release.objects.filter(project__producer_id=viewer_id)


def seen(one: Release) -> ReleaseSeen:
    """The value of a row."""
    return ReleaseSeen(
        id=one.id,
        project_id=one.project_id,
        use=dict(one.use),
        state=one.state,
        reason=one.reason,
        digest=one.digest,
        folder=one.folder,
        counts=dict(one.counts),
        samples=one.samples,
        bytes=one.bytes,
        made_at=one.made_at,
        published_at=one.published_at,
        licence_id=one.licence_id or "",
        sealed=one.sealed,
    )
