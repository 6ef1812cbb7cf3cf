"""The studio's root key: 16 random bytes in a file of their own, never in the database.

The file lies in the data folder unless `YESIF_ROOT_KEY` names another place. Who has the disk but not this file can
read no media; who loses it has lost every recording.
"""

import os
from pathlib import Path

from django.conf import settings

from yesif.base.errors import Damaged
from yesif.core.vault.chunks import KEY_BYTES
from yesif.core.vault.envelope import new_key


def root_key() -> bytes:
    """The key, made at its first use. Raises Damaged where the file holds something else."""
    path = Path(settings.ROOT_KEY_FILE)
    if not path.exists():
        _make(path)
    try:
        key = bytes.fromhex(path.read_text("ascii"))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise Damaged("the root key's file holds 32 hexadecimal digits, and this one does not")
    return key


def _make(path: Path) -> None:
    """Written beside and linked: of two processes that begin at once, one key wins and neither reads half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(new_key().hex())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(beside, path)
    except FileExistsError:
        pass  # the other process was first
    finally:
        beside.unlink()
