"""Who a licensee's program is: the studio's address, the organisation's token, and the key it signs with."""

import base64
import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from yesif.base.errors import BadInput, Conflict, Damaged, LimitReached, NotConsented, NotFound, Refused, YesIfError
from yesif.cli.licensee.run import OpenRun
from yesif.core.tlog import signed

_ERRORS: dict[str, type[YesIfError]] = {
    one.__name__: one for one in (BadInput, Conflict, Damaged, LimitReached, NotConsented, NotFound, Refused)
}
_LARGEST = 64 << 20
_LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Account:
    """`studio`: the studio's address. Its secrets never show in a repr."""

    studio: str
    token: str
    key: Ed25519PrivateKey

    def __repr__(self) -> str:
        return f"Account({self.studio!r})"

    @classmethod
    def read(cls, path: str | Path) -> "Account":
        """From a file `{"studio": …, "token": …, "key": base64 of 32 bytes}` that only its owner may read.

        Raises BadInput, Refused where others may read it.
        """
        file = Path(path)
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
            key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(told["key"], validate=True))
            studio, token = str(told["studio"]).rstrip("/"), str(told["token"])
        except (OSError, ValueError, KeyError, TypeError):
            raise BadInput(
                f"{file.name} is no account: it holds studio, token and key, as `yesif open` says."
            ) from None
        if os.name == "posix" and file.stat().st_mode & 0o077:
            raise Refused(f"Others on this machine may read {file.name}: make it yours alone (chmod 600).")
        parts = urlsplit(studio)
        if parts.scheme != "https" and parts.hostname not in _LOCAL:
            raise Refused("A studio elsewhere is asked over https only.")
        return cls(studio, token, key)

    @property
    def public(self) -> str:
        """The public key, as it is added on the organisation's page."""
        return base64.b64encode(self.key.public_key().public_bytes_raw()).decode()

    def run(
        self,
        *,
        licence: str,
        release: str,
        what: str,
        where: str,
        model: str,
        environment: str,
        hours: int | None = None,
    ) -> OpenRun:
        """Open a run; leaving the `with` closes it and reports what was read."""
        declared = {"licence": licence, "what": what, "where": where, "model": model, "environment": environment}
        return OpenRun.open(self, declared, release=release, hours=hours)

    def sign(self, kind: str, body: dict[str, object]) -> dict[str, object]:
        """The body with this moment and our signature."""
        whole = {**body, "at_ms": int(datetime.now(UTC).timestamp() * 1000)}
        return {**whole, "signed": signed.sign(kind, whole, self.key)}

    def ask(self, path: str, said: dict[str, object] | None = None) -> dict[str, Any]:
        """GET, or POST what is said. Raises the studio's own refusal, LimitReached where it cannot be reached."""
        request = urllib.request.Request(  # noqa: S310  the scheme was checked when the account was read
            f"{self.studio}/api/v1/{path}",
            data=None if said is None else json.dumps(said).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                whole: dict[str, Any] = json.loads(answer.read(_LARGEST))
        except urllib.error.HTTPError as refusal:
            raise _refusal(refusal.read(1 << 16)) from None
        except (OSError, ValueError) as lost:
            raise LimitReached("The studio does not answer, or not in its own form; nothing was changed.") from lost
        return whole


def _refusal(content: bytes) -> YesIfError:
    try:
        told = json.loads(content)["error"]
        return _ERRORS.get(str(told["kind"]), YesIfError)(str(told["sentence"]))
    except (ValueError, KeyError, TypeError):
        return YesIfError("The studio refused, in no form of ours.")
