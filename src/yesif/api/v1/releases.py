"""What an organisation has bought and may fetch: licences, releases, their files, and what must be deleted again."""

from collections.abc import Iterator
from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse

from yesif.api.v1.door import now, program, told
from yesif.apps.market.queries import licences as licence_queries
from yesif.apps.market.queries import runs
from yesif.base.errors import BadInput, NotFound
from yesif.core.corpus import manifest
from yesif.core.corpus.layout import inside

_PIECE = 1 << 20


@program("GET")
def licences(_request: HttpRequest, *, organisation_id: str) -> HttpResponseBase:
    """Every licence of the organisation, with its releases."""
    found = licence_queries.licences_of_organisation(organisation_id)
    return told(
        {
            "licences": [
                {
                    "licence": one.id,
                    "what": one.what,
                    "where": one.where,
                    "state": one.state,
                    "starts": one.starts_at.isoformat(),
                    "ends": one.ends_at.isoformat(),
                    "releases": [
                        {
                            "release": built.id,
                            "state": built.state,
                            "digest": built.digest,
                            "samples": built.samples,
                            "bytes": built.bytes,
                            "sealed": built.sealed,
                        }
                        for built in runs.releases_of_licence(one.id)
                    ],
                }
                for one in found
            ]
        }
    )


@program("GET")
def files(_request: HttpRequest, *, organisation_id: str, release_id: str) -> HttpResponseBase:
    """The files of a release with their digests, as SHA256SUMS states them."""
    found = runs.release_of(release_id, organisation_id=organisation_id)
    sums = manifest.read_sums(Path(found.folder))
    return told({"release": found.id, "digest": found.digest, "files": sums})


@program("GET")
def file(request: HttpRequest, *, organisation_id: str, release_id: str, path: str) -> HttpResponseBase:
    """One file of a release. `Range: bytes=a-b` or `bytes=a-` goes on where a fetch broke off."""
    found = runs.release_of(release_id, organisation_id=organisation_id)
    folder = Path(found.folder)
    if path != manifest.SUMS and path not in manifest.read_sums(folder):
        raise NotFound
    target = inside(folder, path)
    if not target.is_file():
        raise NotFound
    wanted = request.headers.get("range", "")
    if not wanted:
        return FileResponse(target.open("rb"), content_type="application/octet-stream")
    size = target.stat().st_size
    start, end = _span(wanted, size)
    answer = StreamingHttpResponse(_pieces(target, start, end), status=206, content_type="application/octet-stream")
    answer["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    answer["Content-Length"] = str(end - start)
    return answer


@program("GET")
def withdrawn(_request: HttpRequest, *, organisation_id: str, release_id: str) -> HttpResponseBase:
    """Samples of a release that may not be kept any more: what `yesif prune` deletes."""
    found = runs.release_of(release_id, organisation_id=organisation_id)
    licence = licence_queries.licence_terms(found.licence_id)
    at = now()
    return told(
        {
            "release": found.id,
            "digest": found.digest,
            "licence": licence.id,
            "at": at.isoformat(),
            "samples": runs.withdrawn(found.id, licence, now=at),
        }
    )


def _span(wanted: str, size: int) -> tuple[int, int]:
    first, dash, last = wanted.removeprefix("bytes=").partition("-")
    numbers = [first, last] if last else [first]
    # ASCII: "²" is a digit to Python and no number to int(); and no file here needs more than 18 of them.
    if not wanted.startswith("bytes=") or not dash or not all(_is_number(one) for one in numbers):
        raise BadInput("A range reads bytes=a-b or bytes=a-.")
    start, end = int(first), min(int(last) + 1, size) if last else size
    if not 0 <= start < end:
        raise BadInput(f"This file has {size} bytes; nothing lies in that range.")
    return start, end


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _pieces(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as source:
        source.seek(start)
        left = end - start
        while left and (piece := source.read(min(left, _PIECE))):
            left -= len(piece)
            yield piece
