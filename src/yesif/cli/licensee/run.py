"""A run and its keys: declared, leased, renewed at half-life, reported at its end. Keys stay in memory."""

import base64
import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

import pyarrow.parquet as pq
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from yesif.base import ids
from yesif.base.errors import Damaged, LimitReached, Refused
from yesif.core.corpus import manifest
from yesif.core.vault.chunks import ReadInto
from yesif.core.vault.held import Held, Wrapped
from yesif.core.vault.lease import Terms, open_lease

Now = Callable[[], datetime]


class Asks(Protocol):
    """What a run needs of an account."""

    def ask(self, path: str, said: dict[str, object] | None = None) -> dict[str, Any]: ...

    def sign(self, kind: str, body: dict[str, object]) -> dict[str, object]: ...


def wall() -> datetime:
    """This machine's clock."""
    return datetime.now(UTC)


class OpenRun:
    """One declared use of keys. Its reader's key is made here, for this run alone, and never written."""

    def __init__(
        self, account: Asks, declared: Mapping[str, object], *, release: str, hours: int | None, now: Now = wall
    ) -> None:
        self.id, self.release, self.hours = ids.new("run"), release, hours
        self.read: set[str] = set()
        self.now = now
        self._account, self._declared = account, dict(declared)
        self._reader = X25519PrivateKey.generate()

    @classmethod
    def open(
        cls, account: Asks, declared: Mapping[str, object], *, release: str, hours: int | None, now: Now = wall
    ) -> "OpenRun":
        """Declare it to the studio. Raises the studio's refusal."""
        one = cls(account, declared, release=release, hours=hours, now=now)
        public = base64.b64encode(one._reader.public_key().public_bytes_raw()).decode()
        account.ask("runs", account.sign("run-open", {"run": one.id, "reader": public, **declared}))
        return one

    def keys(self, folder: str | Path) -> "LeasedKeys":
        """The keys of the release in `folder`, for a Reader; the first lease is asked for now."""
        return LeasedKeys(self, _wrapped(Path(folder)))

    def lease(self, wrapped: Mapping[str, Wrapped]) -> tuple[Held, datetime]:
        """One lease, opened, and the moment of its half-life. Raises the studio's refusal, Damaged."""
        asked: dict[str, object] = {"run": self.id, "release": self.release}
        if self.hours is not None:
            asked["hours"] = self.hours
        told = self._account.ask("leases", asked)
        try:
            terms, sealed = Terms(**told["terms"]), base64.b64decode(told["sealed"], validate=True)
        except (KeyError, TypeError, ValueError):
            raise Damaged("the studio's lease is not in its own form") from None
        if (terms.run, terms.release, terms.what, terms.where) != (
            self.id, self.release, self._declared["what"], self._declared["where"],
        ):  # fmt: skip
            raise Damaged("the studio's lease is for another run or another use")
        keys = open_lease(sealed, terms, self._reader, now=self.now())
        expires = datetime.fromtimestamp(terms.expires, UTC)
        half = datetime.fromtimestamp(terms.starts, UTC) + (expires - datetime.fromtimestamp(terms.starts, UTC)) / 2
        return Held(keys, wrapped, release=terms.release, expires=expires), half

    def close(self) -> None:
        """Report what was read: how many clips, and a root that commits to which. Raises the studio's refusal."""
        body: dict[str, object] = {
            "run": self.id,
            "licence": str(self._declared["licence"]),
            "root": read_root(self.read),
            "clips": len(self.read),
        }
        self._account.ask(f"runs/{self.id}/close", self._account.sign("run-close", body))

    def __enter__(self) -> "OpenRun":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class LeasedKeys:
    """Keys of one release for a Reader: renewed at half-life, gone when they expire."""

    RETRY = timedelta(minutes=1)

    def __init__(self, run: OpenRun, wrapped: Mapping[str, Wrapped]) -> None:
        self._run, self._wrapped = run, wrapped
        self._lock = threading.Lock()
        self._held, self._renew_at = run.lease(wrapped)

    def __reduce__(self) -> tuple[type["NotHere"], tuple[str, str]]:
        """Keys do not travel: pickled (for a fingerprint, say), only the names of run and release go along."""
        return NotHere, (self._run.id, self._run.release)

    def opens(self, sample: str) -> bool:
        """May this sample be read now? False for what was revoked."""
        return self._living().opens(sample)

    def open(self, sample: str, suffix: str, read: ReadInto, sealed: int) -> bytes:
        """One member, in the clear, in memory. Raises Refused, Damaged."""
        content = self._living().open(sample, suffix, read, sealed, now=self._run.now())
        self._run.read.add(sample)
        return content

    def _living(self) -> Held:
        with self._lock:
            now = self._run.now()
            if now >= self._renew_at:
                self._renew(now)
            return self._held

    def _renew(self, now: datetime) -> None:
        try:
            self._held, self._renew_at = self._run.lease(self._wrapped)
        except LimitReached:
            if now >= self._held.expires:
                raise
            self._renew_at = now + self.RETRY  # the studio is not there just now: what is held goes on until it ends
        except Refused:
            self._held = Held({}, self._wrapped, release=self._held.release, expires=now)
            raise


@dataclass(frozen=True, slots=True)
class NotHere:
    """What arrives of keys that were sent to another process or to a file: nothing that opens anything."""

    run: str
    release: str

    def opens(self, sample: str) -> bool:
        raise Refused("Keys do not travel between processes: lease them where they are used.")

    def open(self, sample: str, suffix: str, read: ReadInto, sealed: int) -> bytes:
        raise Refused("Keys do not travel between processes: lease them where they are used.")


def read_root(samples: set[str]) -> str:
    """What commits to the samples that were read: SHA-256 of their names, in order, each on a line."""
    return hashlib.sha256("".join(f"{one}\n" for one in sorted(samples)).encode()).hexdigest()


def _wrapped(folder: Path) -> dict[str, Wrapped]:
    path = folder / manifest.KEYS
    if not path.is_file():
        raise Damaged(f"this release is not encrypted, or lacks its {manifest.KEYS}")
    try:
        rows = pq.read_table(path, columns=["key", "under", "nested"]).to_pylist()
        return {row["key"]: Wrapped(tuple(row["under"].split(",")), bytes.fromhex(row["nested"])) for row in rows}
    except (OSError, ValueError, KeyError) as error:
        raise Damaged(f"{manifest.KEYS} of this release cannot be read") from error
