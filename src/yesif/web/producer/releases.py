"""Releases: build one for a use, see what was left out and why, fetch its manifest."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from yesif.apps.casting import queries as projects
from yesif.apps.market import queries
from yesif.base.errors import BadInput, NotFound, Refused
from yesif.core.corpus.manifest import MANIFEST, SUMS
from yesif.flows import build_release
from yesif.flows.release import describe
from yesif.web.access import producers_only, viewer_id
from yesif.web.aloud import aloud
from yesif.web.clock import CLOCK
from yesif.web.producer.forms import Release

FETCHED = {"sums": (SUMS, "text/plain; charset=utf-8"), "manifest": (MANIFEST, "application/vnd.apache.parquet")}
"""What a producer fetches here: word in the address → file of the release, media type."""

_PIECE = 1 << 20


@require_GET
@producers_only
def releases(request: HttpRequest) -> HttpResponse:
    """Every release of this producer's projects, newest first."""
    viewer = viewer_id(request)
    found = chain.from_iterable(
        queries.releases_of_project(one.id, viewer_id=viewer) for one in projects.projects_of(viewer)
    )
    listed = sorted(found, key=lambda one: (one.made_at, one.id), reverse=True)
    return render(request, "producer/releases.html", {"releases": listed})


@require_http_methods(["GET", "POST"])
@producers_only
def build(request: HttpRequest, project_id: str) -> HttpResponse:
    """Build a release of one's own project for one use."""
    viewer = viewer_id(request)
    project = projects.project(project_id, viewer)
    first = {"what": project.core_what, "where": project.core_where, "until": project.core_ends}
    form = Release(request.POST or None, initial={**first, "licensee": project.licensee})
    if request.method == "POST" and form.is_valid():
        try:
            use = build_release.use_of(project_id=project_id, now=CLOCK.now(), **form.asked())
            made = build_release.start_build(project_id=project_id, use=use, requested_by=viewer, now=CLOCK.now())
        except (BadInput, Refused) as wrong:
            form.add_error(None, aloud(wrong))
        else:
            messages.success(request, _("The release is being built. You may close this page."))
            return redirect("producer:release", made)
    status = 400 if request.method == "POST" else 200
    return render(request, "producer/new_release.html", {"form": form, "project": project}, status=status)


@require_GET
@never_cache
@producers_only
def page(request: HttpRequest, release_id: str) -> HttpResponse:
    """One release: its use, what is in it, what was left out and why."""
    return render(request, "producer/release.html", _shown(request, release_id))


@require_GET
@never_cache
@producers_only
def body(request: HttpRequest, release_id: str) -> HttpResponse:
    """The part of the page that changes while it is built."""
    return render(request, "producer/parts/release_body.html", _shown(request, release_id))


@require_GET
@producers_only
async def fetch(request: HttpRequest, release_id: str, what: str) -> HttpResponseBase:
    """The manifest of a published release, as the file it is."""
    person = await request.auser()
    found = await sync_to_async(queries.release)(release_id, viewer_id=str(person.pk))
    if what not in FETCHED or found.state != "published":
        raise NotFound
    name, media_type = FETCHED[what]
    path = Path(found.folder) / name
    if not await asyncio.to_thread(path.is_file):
        raise NotFound
    answer = StreamingHttpResponse(_pieces(path), content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{found.id}-{name}"'
    answer["Content-Length"] = str((await asyncio.to_thread(path.stat)).st_size)
    return answer


def _shown(request: HttpRequest, release_id: str) -> dict[str, Any]:
    found = queries.release(release_id, viewer_id=viewer_id(request))
    told = [(_told(reason), number) for reason, number in found.counts.items()]
    return {
        "release": found,
        "ends": date.fromisoformat(found.use["ends"]),
        "counts": sorted(told, key=lambda one: (-one[1], one[0])),
        "job": build_release.progress(found.id),
        "moving": found.state == "building",
    }


def _told(reason: str) -> str:
    words = describe.REASONS.get(reason) or reason.replace("-", " ")
    return words[0].upper() + words[1:]


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
