"""The folder under the record: the log's keys, and the public files that C2SP tlog-tiles names. No table is read here.

    log-key            the log's Ed25519 key, as Go's note package writes one; made once, mode 0600
    log-key-ml-dsa     optional, a second signature of the log with ML-DSA-44
    trust-policy       whom to believe: this log, its witnesses, the quorum (c2sp.org/tlog-policy)
    tlog/checkpoint    the signed checkpoint; tlog/tile/…: immutable tiles and bundles of entries, served as they are

`YESIF_RECORD` names another folder, `YESIF_RECORD_KEY` another place for the key, `YESIF_RECORD_ORIGIN` the log's name.
"""

import base64
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from django.conf import settings

from yesif.base.errors import Damaged
from yesif.core.tlog import note, trust
from yesif.core.tlog.checkpoint import Checkpoint
from yesif.core.tlog.note import ED25519, ML_DSA_44, Note, Verifier
from yesif.core.tlog.tile import Tile, entries_path, parse_entries, parse_tile, print_entries
from yesif.core.tlog.trust import Trust

_PRIVATE = "PRIVATE+KEY+"


class Shelf:
    """One studio's folder of the record."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(settings.RECORD)
        self.public = self.folder / "tlog"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One writer at a time on this machine; the system lets the lock go with its holder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / "lock", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def key(self) -> tuple[str, Ed25519PrivateKey]:
        """The log's name and key; made at first need."""
        path = Path(settings.RECORD_KEY or self.folder / "log-key")
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            made = Ed25519PrivateKey.generate()
            seed = base64.b64encode(bytes([ED25519]) + made.private_bytes_raw()).decode()
            name = settings.RECORD_ORIGIN
            key_id = Verifier(name, made.public_key().public_bytes_raw()).key_id.hex()
            _write(path, f"{_PRIVATE}{name}+{key_id}+{seed}\n".encode(), mode=0o600)
        return _read_key(path)

    def verifier(self) -> Verifier:
        """The log's public key under its name."""
        name, key = self.key()
        return Verifier(name, key.public_key().public_bytes_raw())

    def sign(self, text: str, *, at_seconds: int) -> Note:
        """The log's own signatures over a checkpoint's text."""
        name, key = self.key()
        signatures = [note.sign(text, name, key)]
        if (second := self._ml_dsa()) is not None:
            signatures.append(note.cosign_ml_dsa(text, name, second, at_seconds=at_seconds))
        return Note(text, tuple(signatures))

    def _ml_dsa(self) -> MLDSA44PrivateKey | None:
        path = self.folder / "log-key-ml-dsa"
        return MLDSA44PrivateKey.from_seed_bytes(base64.b64decode(path.read_text())) if path.exists() else None

    def trust(self) -> Trust:
        """Whom this studio's readers should believe: the policy file; where there is none, this log and no witness."""
        return trust.parse(self.trust_text())

    def trust_text(self) -> str:
        """The policy file as it is handed out with every proof."""
        path = self.folder / "trust-policy"
        if path.exists():
            return path.read_text()
        second = self._ml_dsa()
        lines = [f"log {self.verifier()} {settings.PUBLIC_URL}/tlog"]
        if second is not None:
            name = self.verifier().name
            lines.append(f"log {Verifier(name, second.public_key().public_bytes_raw(), ML_DSA_44)}")
        return "\n".join([*lines, "quorum none", ""])

    def published(self) -> tuple[Note, Checkpoint] | None:
        """The checkpoint that stands now, its signature checked; None where nothing was published. Raises Damaged."""
        path = self.public / "checkpoint"
        if not path.exists():
            return None
        found = Note.parse(path.read_text())
        checkpoint = Checkpoint.parse(found.text)
        if not found.verified_by([self.verifier()]):
            raise Damaged("the checkpoint in this folder was signed by another key than the one beside it")
        return found, checkpoint

    def publish(self, signed: Note) -> None:
        """Put a checkpoint in the place of the one before; the file is whole or the old one, whatever happens."""
        _write(self.public / "checkpoint", str(signed).encode(), durable=True)

    def cosigned_size(self, witness: str) -> int:
        """The size of the last checkpoint that this witness cosigned; 0 where it never did, or that is not known."""
        path = self._of_witness(witness)
        return int(path.read_text()) if path.exists() else 0

    def keep_cosigned_size(self, witness: str, size: int) -> None:
        """Remember it for the next asking; a lost note costs one more question."""
        _write(self._of_witness(witness), f"{size}\n".encode())

    def _of_witness(self, witness: str) -> Path:
        return self.folder / "witnesses" / hashlib.sha256(witness.encode()).hexdigest()[:16]

    def put(self, path: str, content: bytes) -> None:
        """Write an immutable file; writing it again is nothing. Raises Damaged where it stands with other bytes."""
        where = self.public / path
        if where.exists():
            if where.read_bytes() == content:
                return
            raise Damaged(f"tlog/{path} stands with other bytes than the database gives; nothing was signed")
        _write(where, content)

    def drop_partials(self, path: str) -> None:
        """A full tile is there: its partial ones may go (C2SP tlog-tiles, “Partial Tiles”)."""
        shutil.rmtree(self.public / f"{path}.p", ignore_errors=True)

    def hashes(self, tile: Tile) -> Sequence[bytes]:
        """The hashes of one tile. Raises Damaged where it is missing or cut."""
        return parse_tile(self.content(tile), tile.width)

    def content(self, tile: Tile) -> bytes:
        """The bytes of one tile; a partial one may be read from the full one that took its place. Raises Damaged."""
        for path in (tile.path, Tile(tile.level, tile.number).path):
            where = self.public / path
            if where.is_file():
                return where.read_bytes()[: tile.width * 32]
        raise Damaged(f"tlog/{tile.path} is missing")

    def bundle(self, number: int, width: int) -> bytes:
        """The bytes of one bundle of entries, cut to `width`. Raises Damaged."""
        return print_entries(self.entries(number, width))

    def entries(self, number: int, width: int) -> list[bytes]:
        """The entries of one bundle. Raises Damaged."""
        for path in (entries_path(number, width), entries_path(number)):
            where = self.public / path
            if where.is_file():
                return parse_entries(where.read_bytes())[:width]
        raise Damaged(f"tlog/{entries_path(number, width)} is missing")


def _read_key(path: Path) -> tuple[str, Ed25519PrivateKey]:
    text = path.read_text().strip()
    parts = text.removeprefix(_PRIVATE).split("+", 2)
    content = base64.b64decode(parts[2]) if text.startswith(_PRIVATE) and len(parts) == 3 else b""
    if len(content) != 33 or content[0] != ED25519:
        raise Damaged("the log's key file reads PRIVATE+KEY+name+id+key; this one does not")
    return parts[0], Ed25519PrivateKey.from_private_bytes(content[1:])


def _write(path: Path, content: bytes, *, mode: int = 0o644, durable: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    mine = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with open(os.open(mine, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    os.replace(mine, path)
    if durable:
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
