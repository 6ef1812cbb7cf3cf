"""Which database: embedded SQLite (new enough not to lose pages), or PostgreSQL by URL."""

import sqlite3
import sys
from importlib import import_module
from pathlib import Path
from urllib.parse import unquote, urlsplit

MINIMUM = (3, 51, 3)
"""SQLite before this may corrupt a write-ahead log that several processes reset (sqlite.org/changes, 3.51.3)."""


def use_sound_sqlite() -> None:
    """Put the bundled SQLite (pysqlite3) in the standard library's place where the system's is too old."""
    if sqlite3.sqlite_version_info >= MINIMUM:
        return
    try:
        bundled = import_module("pysqlite3")
    except ImportError:
        return  # the system check `yesif.E001` says so in words
    sys.modules["sqlite3"] = bundled
    sys.modules["sqlite3.dbapi2"] = import_module("pysqlite3.dbapi2")


def database(url: str, folder: Path) -> dict[str, object]:
    """Django's setting for `url`: "" or sqlite:///path, or postgresql://user:password@host:port/name."""
    parts = urlsplit(url or f"sqlite:///{folder / 'yesif.sqlite3'}")
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "yesif.site.sqlite",
            "NAME": parts.path if parts.path != "/:memory:" else ":memory:",
            # IMMEDIATE: deferred transactions lost 20–40 % of concurrent writes (measured). Before they begin they
            # stand in line; the busy handler is for what writes outside one, and for other programs.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA secure_delete=ON;",
            },
            "CONN_MAX_AGE": 60,  # to open one costs more than most questions: Django writes forty functions into it
            "TEST": {"NAME": None},
        }
    if parts.scheme in ("postgres", "postgresql"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
        }
    raise ValueError(f"YESIF_DATABASE_URL starts with sqlite:// or postgresql://, not {parts.scheme}://")
