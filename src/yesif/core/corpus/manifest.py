"""What is in a release, byte by byte: `manifest.parquet` for members of shards, `SHA256SUMS` for every file.

The digest of a release is the SHA-256 of `SHA256SUMS`, which names every other file; `sha256sum -c SHA256SUMS` checks
it with nothing of ours. Nothing is excluded from it.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from yesif.base.errors import Damaged
from yesif.core.corpus.layout import inside

SUMS = "SHA256SUMS"
MANIFEST = "manifest.parquet"
KEYS = "keys.parquet"
_BLOCK = 4 << 20


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    hasher = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            hasher.update(block)
    return hasher.hexdigest()


def files_of(folder: Path) -> list[str]:
    """Every file below `folder` but `SHA256SUMS` itself, as relative paths in order."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in found if name != SUMS)


def write_sums(folder: Path, *, known: Mapping[str, str]) -> str:
    """Write `SHA256SUMS` over every file of the release and return the release's digest.

    `known` holds digests already taken while the file was written (shards).
    """
    lines = (f"{known.get(name) or file_sha256(folder / name)}  {name}\n" for name in files_of(folder))
    content = "".join(lines).encode()
    with (folder / SUMS).open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return hashlib.sha256(content).hexdigest()


def read_sums(folder: Path) -> dict[str, str]:
    """Relative paths to digests, as `SHA256SUMS` states them. Raises Damaged."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Damaged(f"this folder is no release: it has no readable {SUMS}") from error
    sums = {}
    for line in lines:
        digest, gap, name = line[:64], line[64:66], line[66:]
        if gap != "  " or not name or len(digest) != 64:
            raise Damaged(f"a line of {SUMS} is not a digest, two spaces and a path")
        inside(folder, name)
        sums[name] = digest
    return sums


def release_digest(folder: Path) -> str:
    """The digest of the release in `folder`, from its `SHA256SUMS`. Raises Damaged."""
    read_sums(folder)
    return file_sha256(folder / SUMS)


def check(folder: Path, *, digest: str = "") -> Iterable[str]:
    """Check every file against `SHA256SUMS`, yielding each path once it is found good.

    Raises Damaged for a file that is missing, altered or not listed, or where the release is not the one of `digest`.
    """
    sums = read_sums(folder)
    if digest and file_sha256(folder / SUMS) != digest:
        raise Damaged(f"this release reads as {file_sha256(folder / SUMS)[:12]}…, not {digest[:12]}…")
    extra = sorted(set(files_of(folder)) - sums.keys())
    if extra:
        raise Damaged(f"{len(extra)} files in this folder are not part of the release")
    for name, expected in sums.items():
        path = inside(folder, name)
        found = file_sha256(path) if path.is_file() else "nothing"
        if found != expected:
            raise Damaged(f"{name} should read as {expected[:12]}… and reads as {found[:12]}…")
        yield name
