"""Captions without anybody listening in: a speech model this studio keeps, handed to the browser and run there.

The folder `YESIF_CAPTIONS` holds `vosk.js` (the engine: Vosk for browsers, `yesif models pull vosk-browser`) and one
model a language, `en.tar.gz`, `es.tar.gz`, …: a Vosk model's own folder, packed. Both go to the performer's browser,
which writes down what it hears; no sound goes back. The engine runs in a worker under a policy of its own: it may
reach this studio and nothing else.
"""

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator, Iterable
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from yesif.base.errors import NotFound
from yesif.web.access import performers_only
from yesif.web.tongues import spoken

ENGINE = "vosk.js"
_MODEL = re.compile(r"^([a-z]{2,3})\.tar\.gz$")
_WORKER = re.compile(r"createBase64WorkerFactory\('([A-Za-z0-9+/=]+)'")
_PIECE = 1 << 20  # bytes read at a time

# What it would put by in the browser's own store stays out of there: large files do not fit, and a model that is half
# kept is worse than one that the browser's cache brings again.
_BEFORE = "IDBObjectStore.prototype.put = function (_, key) { return this.delete(key); };\n"
_POLICY = "default-src 'none'; script-src 'unsafe-eval' 'wasm-unsafe-eval'; connect-src 'self' data:"
_HEADERS = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
}


def offer(languages: Iterable[str]) -> str:
    """JSON for the room's page: the first of `languages` that has a model here, its name, and where engine and model
    are; without either, the first language and two empty addresses."""
    wanted = list(dict.fromkeys(code.lower().replace("_", "-").split("-")[0] for code in languages)) or ["en"]
    kept = _kept()
    language = next((code for code in wanted if code in kept), wanted[0])
    here = language in kept
    return json.dumps({
        "language": language,
        "name": spoken(language),
        "engine": reverse("room:captions-engine", args=[_stamp(_folder() / ENGINE)]) if here else "",
        "model": reverse("room:captions-model", args=[language, _stamp(kept[language])]) if here else "",
    })  # fmt: skip


@require_safe
@performers_only
def engine(_request: HttpRequest, stamp: str) -> HttpResponse:
    """The engine's worker, as a script of its own with a policy of its own."""
    path = _folder() / ENGINE
    if not path.is_file() or stamp != _stamp(path):
        raise NotFound
    answer = HttpResponse(_worker(path, stamp), content_type="text/javascript; charset=utf-8", headers=_HEADERS)
    answer["Content-Security-Policy"] = _POLICY
    return answer


@require_safe
@performers_only
async def model(_request: HttpRequest, language: str, stamp: str) -> StreamingHttpResponse:
    """The packed model of a language."""
    path = await asyncio.to_thread(lambda: _kept().get(language))
    if path is None or stamp != _stamp(path):
        raise NotFound
    headers = {**_HEADERS, "Content-Length": str(path.stat().st_size)}
    return StreamingHttpResponse(_pieces(path), content_type="application/gzip", headers=headers)


def _folder() -> Path:
    return Path(settings.CAPTIONS)


def _kept() -> dict[str, Path]:
    """Language → model, where the engine is here too."""
    folder = _folder()
    if not (folder / ENGINE).is_file():
        return {}
    return {found[1]: path for path in sorted(folder.iterdir()) if (found := _MODEL.match(path.name))}


def _stamp(path: Path) -> str:
    """Other bytes have another address, so a browser may keep what it got."""
    seen = path.stat()
    return f"{seen.st_size:x}-{seen.st_mtime_ns:x}"


@lru_cache(maxsize=2)
def _worker(path: Path, stamp: str) -> str:
    """The worker that the engine carries inside itself in base64. Raises NotFound where there is none."""
    found = _WORKER.search(path.read_text("utf-8"))
    if found is None:
        raise NotFound
    return _BEFORE + base64.b64decode(found[1]).decode("utf-8")


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as source:
        while piece := await asyncio.to_thread(source.read, _PIECE):
            yield piece
