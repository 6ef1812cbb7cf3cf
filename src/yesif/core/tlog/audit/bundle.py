"""What an auditor is given: a folder or a `.zip` of the public files and of everything they are entitled to read.

    about.json          {"at_ms": when it was made, "whole": may the auditor see every body?, "since": day}
    trust-policy        whose signatures count; the auditor's own goes before it
    tlog/…              checkpoint, tiles, bundles of entries, as they are served
    lines.jsonl         one object a line: {"c": commitment, "salt": …, "body": …, "rows": [{"row": …, "salt": …}, …]};
                        a row that is not for the auditor, or was erased, is given as {"digest": …}
    journal.jsonl       one object an entry: {"key", "currency", "memo", "reverses", "postings", "at_ms"}
    leases.jsonl        leases as the studio's (or a licensee's) own books have them: {"lease", "run", "performances"}
    manifests.jsonl     releases as they were delivered: {"release", "digest", "performances"}
    checkpoints/…       checkpoints that others kept: of witnesses, licensees, performers' receipts
    chains.jsonl        keys of chains that performers gave the auditor: {"key": hex, "n": lines, "person": id or ""}

All but about.json, tlog/ and lines.jsonl may be absent; what was not given is not checked, and the outcome says so.
"""

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from yesif.base.errors import BadInput, Damaged
from yesif.core.tlog.tile import Tile, entries_path

_MOST_LINE = 8 << 20


class Bundle:
    """Named files, read when asked for."""

    def __init__(self, read: Callable[[str], bytes | None], names: Callable[[str], list[str]]) -> None:
        self._read, self._names = read, names

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> "Bundle":
        """A bundle in memory."""
        return cls(files.get, lambda folder: sorted(name for name in files if name.startswith(folder)))

    @classmethod
    def at(cls, path: Path) -> "Bundle":
        """A bundle on disk, folder or `.zip`. Raises BadInput."""
        if path.is_dir():
            return cls(lambda name: _file(path / name), lambda folder: _listed(path, folder))
        try:
            archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError):
            raise BadInput("An audit reads a folder or a .zip that the auditor’s page gave you.") from None
        names = set(archive.namelist())
        return cls(
            lambda name: archive.read(name) if name in names else None,
            lambda folder: sorted(name for name in names if name.startswith(folder) and not name.endswith("/")),
        )

    def file(self, name: str) -> bytes:
        """One file. Raises Damaged where it is missing."""
        content = self._read(name)
        if content is None:
            raise Damaged(f"{name} is missing")
        return content

    def text(self, name: str) -> str:
        """One file as text. Raises Damaged."""
        try:
            return self.file(name).decode()
        except UnicodeDecodeError:
            raise Damaged(f"{name} is not text") from None

    def has(self, name: str) -> bool:
        """Was this file given?"""
        return self._read(name) is not None

    def names(self, folder: str) -> list[str]:
        """The names of the files in a folder."""
        return self._names(folder)

    def about(self) -> dict[str, Any]:
        """about.json. Raises Damaged."""
        return _object(self.file("about.json"), "about.json")

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """The objects of a .jsonl file; none where it was not given. Raises Damaged, naming the line."""
        for number, line in enumerate((self._read(name) or b"").splitlines(), 1):
            if line:
                yield _object(line, f"line {number} of {name}")

    def tile(self, tile: Tile) -> bytes:
        """The bytes of a tile; a full one where the partial one is gone. Raises Damaged."""
        content = self._read(f"tlog/{tile.path}")
        if content is None:
            content = self.file(f"tlog/{Tile(tile.level, tile.number).path}")[: tile.width * 32]
        return content

    def entries(self, number: int, width: int) -> bytes:
        """The bytes of a bundle of entries. Raises Damaged."""
        content = self._read(f"tlog/{entries_path(number, width)}")
        return content if content is not None else self.file(f"tlog/{entries_path(number)}")


def _file(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _listed(path: Path, folder: str) -> list[str]:
    found = [one for one in (path / folder).rglob("*") if one.is_file()]
    return sorted(one.relative_to(path).as_posix() for one in found)


def _object(content: bytes, name: str) -> dict[str, Any]:
    try:
        found = json.loads(content) if len(content) <= _MOST_LINE else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Damaged(f"{name} is not a JSON object")
    return found
