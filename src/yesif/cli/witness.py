"""`yesif witness`: a C2SP witness (https://c2sp.org/tlog-witness). It cosigns a log's checkpoint only where it
continues the last one it saw, so that nobody can be shown another record than everyone else.

    witness-key     its Ed25519 key, made once, mode 0600
    seen/…          the newest checkpoint of each log, replaced before a cosignature leaves
"""

import base64
import fcntl
import hashlib
import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from yesif.base.errors import BadInput, Damaged
from yesif.core.tlog.note import COSIGNATURE, Verifier, cosign
from yesif.core.tlog.witness import MAX_REQUEST, SIZE_TYPE, Seen, judge, origin_of

_NAME = re.compile(r"^[^\s+]{1,255}$")


class Witness:
    """A key, the logs it watches, and what it saw of each."""

    def __init__(self, folder: Path, name: str, logs: dict[str, Verifier]) -> None:
        if not _NAME.match(name):
            raise BadInput("A witness has a name without spaces or plus signs, such as union.example/witness.")
        self.folder, self.name, self.logs = folder, name, logs
        self._key = _kept_key(folder)

    @property
    def verifier(self) -> Verifier:
        """The key that others put into their policies."""
        return Verifier(self.name, self._key.public_key().public_bytes_raw(), COSIGNATURE)

    def answer(self, text: str, *, at_seconds: int) -> tuple[int, str, str]:
        """Status, content type and text for one add-checkpoint request. One request of a log at a time."""
        origin = origin_of(text)
        with self._locked(origin) as path:
            verdict = judge(text, self.logs, _read(path))
            if verdict.seen is None or verdict.checkpoint is None:
                kind = SIZE_TYPE if verdict.status == 409 else "text/plain; charset=utf-8"
                return verdict.status, kind, verdict.text
            _replace(path, {"size": verdict.seen.size, "root": verdict.seen.root.hex(), "origin": origin})
            # What was seen is on disk: from here on the cosignature may leave, however often it is asked for.
            line = cosign(str(verdict.checkpoint), self.name, self._key, at_seconds=at_seconds)
            return 200, "text/plain; charset=utf-8", f"{line}\n"

    @contextmanager
    def _locked(self, origin: str) -> Iterator[Path]:
        path = self.folder / "seen" / hashlib.sha256(origin.encode()).hexdigest()[:32]
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path.with_suffix(".lock"), "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield path


def server(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """The witness over HTTP/1.1 with keep-alive; put it behind HTTPS where others reach it."""

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 20

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if self.path != "/add-checkpoint":
                self._say(404, "text/plain; charset=utf-8", "a witness answers at /add-checkpoint\n")
            elif not (length.isascii() and length.isdigit()) or int(length) > MAX_REQUEST:
                self.close_connection = True
                self._say(413, "text/plain; charset=utf-8", f"a request has at most {MAX_REQUEST} bytes\n")
            else:
                text = self.rfile.read(int(length)).decode("utf-8", "replace")
                self._say(*witness.answer(text, at_seconds=int(time.time())))

        def _say(self, status: int, kind: str, text: str) -> None:
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nobody's address is kept."""

    return ThreadingHTTPServer((host, port), Door)


@click.command()
@click.option(
    "--log", "logs", multiple=True, required=True, help="Key of a log to watch: name+id+key. May be repeated."
)
@click.option("--name", required=True, help="This witness's name, such as union.example/witness.")
@click.option("--folder", default="witness", show_default=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8710, show_default=True)
def witness(logs: tuple[str, ...], name: str, folder: Path, host: str, port: int) -> None:
    """Watch records and cosign their checkpoints, for a union or anyone. Prints its line for a trust-policy."""
    watched = {one.name: one for one in map(Verifier.parse, logs)}
    one = Witness(folder, name, watched)
    click.echo(f"witness {name.split('/')[0]} {one.verifier} http://{host}:{port}")
    with server(one, host, port) as door:
        try:
            door.serve_forever()
        except KeyboardInterrupt:
            click.echo("Closed.", err=True)


def _kept_key(folder: Path) -> Ed25519PrivateKey:
    path = folder / "witness-key"
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        seed = base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw())
        with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(seed + b"\n")
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(path.read_text()))


def _read(path: Path) -> Seen:
    if not path.exists():
        return Seen()
    try:
        kept = json.loads(path.read_text())
        return Seen(int(kept["size"]), bytes.fromhex(kept["root"]))
    except (ValueError, KeyError):
        raise Damaged(
            "what this witness saw of the log cannot be read; it cosigns nothing until that is clear"
        ) from None


def _replace(path: Path, kept: dict[str, object]) -> None:
    mine = path.with_suffix(".tmp")
    with mine.open("w") as file:
        json.dump(kept, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(mine, path)
