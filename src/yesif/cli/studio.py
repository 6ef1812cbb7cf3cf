"""Run the studio: the pages, the worker, both together, and Django's own commands."""

import gzip
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import click

from yesif.base.errors import Damaged, LimitReached


def django_manage(*arguments: str) -> None:
    """Run one Django command in a process of its own, with the studio's settings."""
    subprocess.run([sys.executable, "-m", "yesif.site.manage", *arguments], check=True)


def prepare() -> None:
    """Bring tables and static files up to date: harmless to repeat."""
    django_manage("migrate", "--verbosity", "0")
    refuse_in_doubt()
    django_manage("collectstatic", "--noinput", "--verbosity", "0")
    _squeeze_type()


def _squeeze_type() -> None:
    """Beside each font its gzip, once: typefaces are the heaviest thing a page asks for."""
    for path in (Path(os.environ.get("YESIF_DATA", "data")) / "static" / "fonts").rglob("*.ttf"):
        squeezed = path.with_name(path.name + ".gz")
        if not squeezed.exists():
            squeezed.write_bytes(gzip.compress(path.read_bytes(), mtime=0))


def refuse_in_doubt() -> None:
    """A database that does not match its record does not start; the check says which line differs. Raises Damaged."""
    asked = [sys.executable, "-m", "yesif.site.manage", "check", "--database", "default", "--tag", "database"]
    if subprocess.run(asked, check=False, stdout=subprocess.DEVNULL).returncode:
        raise Damaged("The database does not match its record; the studio stays closed until that is clear.")


def serve_command(host: str, port: int) -> list[str]:
    """The command line of one web process."""
    return [
        sys.executable, "-m", "uvicorn", "yesif.site.asgi:application", "--host", host, "--port", str(port),
        "--log-level", "warning", "--no-access-log", "--ws-max-size", "65536", "--lifespan", "off",
        "--timeout-graceful-shutdown", "3",
    ]  # fmt: skip


def worker_command(slots: int) -> list[str]:
    """The command line of one worker."""
    return [sys.executable, "-m", "yesif.cli", "work", "--slots", str(slots)]


class Running:
    """A web process and a worker of one studio, stopped together."""

    def __init__(self, host: str, port: int, slots: int) -> None:
        self.host, self.port = host, port
        address = os.environ.get("YESIF_PUBLIC_URL", f"http://localhost:{port}")
        self.environment = {**os.environ, "YESIF_PUBLIC_URL": address}
        self.processes = [
            subprocess.Popen(command, env=self.environment)
            for command in (serve_command(host, port), worker_command(slots))
        ]

    def wait_until_open(self, seconds: float = 60.0) -> None:
        """Until the pages answer. Raises LimitReached where they do not."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex((self.host, self.port)) == 0:
                    return
            time.sleep(0.1)
        raise LimitReached(f"The studio did not open within {seconds:.0f} s.")

    def wait(self) -> int:
        """Until one of them ends, whose exit code is returned."""
        while True:
            for process in self.processes:
                if (code := process.poll()) is not None:
                    return code
            time.sleep(0.2)

    def stop(self) -> None:
        """Ask both to stop, then make them."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                process.kill()


@click.command()
@click.option("--port", default=8700, show_default=True, help="Port on this machine.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--slots", default=2, show_default=True, help="Heavy steps at the same time.")
def dev(port: int, host: str, slots: int) -> None:
    """The whole studio in one command: pages, room and worker, with SQLite and local files."""
    prepare()
    running = Running(host, port, slots)
    click.echo(f"The studio is open at http://localhost:{port}   (Ctrl-C closes it)")
    subprocess.run([sys.executable, "-m", "yesif.cli.founding"], env=running.environment, check=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        sys.exit(running.wait())
    except KeyboardInterrupt:
        click.echo("Closing.")
    finally:
        running.stop()


@click.command()
@click.option("--port", default=8700, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
def serve(port: int, host: str) -> None:
    """Pages and room only; run `yesif work` beside it."""
    django_manage("check", "--deploy", "--fail-level", "ERROR")
    prepare()
    subprocess.run([sys.executable, "-m", "yesif.cli.founding"], check=True)
    command = serve_command(host, port)
    os.execv(command[0], command)


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Django's own commands: `yesif manage migrate`, `yesif manage check --deploy`, …"""
    raise SystemExit(subprocess.run([sys.executable, "-m", "yesif.site.manage", *arguments], check=False).returncode)


def studio_folder() -> Path:
    """Where this studio keeps its things."""
    return Path(os.environ.get("YESIF_DATA", "data")).resolve()
