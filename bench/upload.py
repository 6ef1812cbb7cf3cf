"""How fast take logs come in, beside writing and fsyncing the same pieces to the same disk without any server.

Both sides write 512 KiB pieces and fsync after each. Prints both rates and their ratio; the studio promises ≥ 0.5.
A real uvicorn serves the whole site; the sender is one process with as many connections as a take of two has tracks.
"""

import base64
import hashlib
import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import _machine

from yesif.cli.studio import serve_command

PIECE = 512 * 1024
TRACKS = 6  # two performers: voice, camera and heard each
PIECES = 64  # for each track
ROUNDS = 5
GOAL = 0.5


def prepared(folder: Path) -> tuple[str, list[str]]:
    """A studio's tables in `folder`, with one session cookie and one open upload a track."""
    os.environ |= {"YESIF_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "yesif.site.settings"}
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    import django

    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command
    from tests.apps.signing import BrowserKey
    from tests.apps.takes_cast import NOW, take_of
    from tests.people import person

    from yesif.apps.footage.actions import uploads

    call_command("migrate", verbosity=0)
    take, ana = take_of("ana", "bo"), person("ana")
    session = SessionStore()
    session[SESSION_KEY] = ana.pk
    session[BACKEND_SESSION_KEY] = "sesame.backends.ModelBackend"
    session[HASH_SESSION_KEY] = ana.get_session_auth_hash()
    session.create()
    opened = [
        uploads.open_upload(take_id=take.pk, kind="camera", performer_id=ana.pk, key=BrowserKey().jwk, now=NOW)
        for _ in range(TRACKS)
    ]
    return session.session_key or "", [one.upload_id for one in opened]


def directly(folder: Path, pieces: list[bytes]) -> float:
    """Seconds to write and fsync every piece of every track, one after the other."""
    began = time.perf_counter()
    for track in range(TRACKS):
        file = os.open(folder / f"direct-{track}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for piece in pieces:
            os.write(file, piece)
            os.fsync(file)
        os.close(file)
    return time.perf_counter() - began


def through_the_door(port: int, cookie: str, ids: list[str], pieces: list[bytes], start: int) -> float:
    """Seconds to send every piece of every track, all tracks at once, each piece acknowledged before the next."""
    sums = [base64.b64encode(hashlib.sha256(piece).digest()).decode() for piece in pieces]

    def send(upload_id: str) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port)
        line.connect()
        line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number, piece in enumerate(pieces):
            headers = {
                "Host": f"localhost:{port}",
                "Cookie": f"sessionid={cookie}",
                "Tus-Resumable": "1.0.0",
                "Content-Type": "application/offset+octet-stream",
                "Upload-Offset": str(start + number * PIECE),
                "Upload-Checksum": f"sha256 {sums[number]}",
            }
            line.request("PATCH", f"/room/uploads/{upload_id}", piece, headers)
            answer = line.getresponse()
            said = answer.read()
            if answer.status != 204:
                raise SystemExit(f"the studio answered {answer.status}: {said.decode()}")
        line.close()

    threads = [threading.Thread(target=send, args=(one,)) for one in ids]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began


def main() -> None:
    """Print the table and the ratio; exit 1 below the goal."""
    _machine.head("uvicorn", "django")
    folder = Path(tempfile.mkdtemp(prefix="yesif-bench-", dir=os.environ.get("YESIF_BENCH_DIR", ".")))
    cookie, ids = prepared(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(serve_command("127.0.0.1", port))
    pieces = [os.urandom(PIECE) for _ in range(PIECES)]
    megabytes = PIECE * PIECES * TRACKS / 1e6
    ratios = []
    try:
        while server.poll() is None and socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.1)
        for turn in range(ROUNDS):
            direct = directly(folder, pieces)
            door = through_the_door(port, cookie, ids, pieces, turn * PIECE * PIECES)
            ratios.append(direct / door)
            print(
                f"round {turn + 1}: direct {megabytes / direct:7.0f} MB/s   upload {megabytes / door:7.0f} MB/s   "
                f"ratio {direct / door:.2f}"
            )
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)
    ratio = sorted(ratios)[len(ratios) // 2]
    print(f"upload ingest ÷ direct write and fsync, median of {ROUNDS}: {ratio:.2f} (goal {GOAL} or more)")
    raise SystemExit(0 if ratio >= GOAL else 1)


if __name__ == "__main__":
    main()
