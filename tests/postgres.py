"""A PostgreSQL server for tests: the one YESIF_TEST_POSTGRES names, or our own for as long as it is needed."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg


class NoServer(Exception):
    """There is no PostgreSQL server to be had here; the text says why."""


@contextmanager
def server() -> Iterator[str]:
    """The address of a server, `postgresql://user@host:port`, without a database. Raises NoServer."""
    given = os.environ.get("YESIF_TEST_POSTGRES")
    if given:
        yield given.rstrip("/")
        return
    missing = [name for name in ("initdb", "pg_ctl") if shutil.which(name) is None]
    if missing:
        raise NoServer(f"{', '.join(missing)} not found, and YESIF_TEST_POSTGRES names no server")
    folder = Path(tempfile.mkdtemp(prefix="yesif-pg-"))
    account = _account(folder)
    try:
        cluster = folder / "cluster"
        _run(["initdb", "-D", str(cluster), "-U", "yesif", "-A", "trust", "--no-sync", "-E", "UTF8"], account)
        port = _free_port()
        listening = f"-h 127.0.0.1 -p {port} -c unix_socket_directories='' -c fsync=off -c max_connections=60"
        _run(["pg_ctl", "-D", str(cluster), "-w", "-o", listening, "-l", str(folder / "log"), "start"], account)
        try:
            yield f"postgresql://yesif@127.0.0.1:{port}"
        finally:
            _run(["pg_ctl", "-D", str(cluster), "-m", "immediate", "-w", "stop"], account)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(server_url: str) -> Iterator[str]:
    """A fresh database on that server, dropped at the end."""
    name = f"yesif_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(f"{server_url}/postgres", autocommit=True) as admin:
        admin.execute(f"create database {name}")
        try:
            yield f"{server_url}/{name}"
        finally:
            with suppress(psycopg.Error):
                admin.execute(f"drop database {name} with (force)")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _account(folder: Path) -> str | None:
    """The server refuses to run as root: then it runs as `postgres` or `nobody`."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            os.chown(folder, pwd.getpwnam(name).pw_uid, -1)
            return name
    raise NoServer("PostgreSQL does not run as root, and there is no other account here")


def _run(command: list[str], account: str | None) -> None:
    # Output to a file of nobody's: a server started here keeps what it inherits open for good.
    done = subprocess.run(command, user=account, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise NoServer(f"{command[0]} ended with exit code {done.returncode}")
