"""A take of four seconds that Ana and Bo play in browsers that never were: logs, sent and signed like real ones."""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from tests.apps.signing import BrowserKey
from tests.apps.takes_cast import take_of
from tests.media.take_logs import ACTION, OPENED, SECOND, Browser, camera_log, voice_log
from tests.people import person
from yesif.apps.footage.actions import uploads
from yesif.apps.footage.models import Take
from yesif.apps.footage.queries.uploads import path_of
from yesif.flows import ingest
from yesif.media import incoming
from yesif.media.store import open_store
from yesif.media.synthetic import voice_of

NOW = datetime.fromtimestamp((OPENED + ACTION) / 1e9 + 10, UTC)
LENGTH_S = 4.0
PEOPLE = {"ana": 0, "bo": 1}


@lru_cache
def log(name: str, kind: str) -> bytes:
    """What the browser of `name` recorded, from one second before action until half a second after cut."""
    seed = PEOPLE[name]
    browser = Browser(seed=seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        if kind == "voice":
            voice_log(path, browser, -1.0, LENGTH_S + 0.5, sound=_speech(seed))
        else:
            camera_log(path, browser, -1.0, LENGTH_S + 0.5, fps=15)
        return path.read_bytes()


def _speech(seed: int) -> Callable[[int], int]:
    heard = (voice_of(seed, LENGTH_S + 2) * 32767).astype("<i2").tolist()
    return lambda sample: heard[sample] if 0 <= sample < len(heard) else 0


def played(*, length_s: float = LENGTH_S) -> Take:
    """The take, cut, with nothing sent yet."""
    take = take_of("ana", "bo", over=True)
    session = take.scene.session
    session.opened_ns = OPENED
    session.save()
    take.action_ns, take.cut_ns, take.state = ACTION, ACTION + round(length_s * SECOND), "uploading"
    take.save()
    return take


def send(take: Take, name: str, kind: str, content: bytes | None = None) -> str:
    """Upload one log whole, sign it, and tell the ingest, as the browser does; returns the upload's id."""
    key, who = BrowserKey(), person(name).id
    content = log(name, kind) if content is None else content
    upload = uploads.open_upload(take_id=take.id, kind=kind, performer_id=who, key=key.jwk, now=NOW).upload_id
    finish(upload, who, key, content)
    return upload


def finish(upload_id: str, performer_id: str, key: BrowserKey, content: bytes) -> None:
    """Send all bytes of an upload that is open, sign them, and hear that they are safe."""
    incoming.append(path_of(upload_id), 0, content)
    claim = key.claim(upload_id, content)
    agreed = uploads.agree(
        upload_id=upload_id, performer_id=performer_id, claim=claim, store=open_store(settings.STORAGE), now=NOW
    )
    ingest.upload_ended(agreed=agreed, now=NOW)
    uploads.clear(upload_id=upload_id)


def send_all(take: Take) -> None:
    for name in PEOPLE:
        for kind in ("voice", "camera"):
            send(take, name, kind)
