"""Blobs in a bucket that speaks S3: the same keys as on a disk, and a folder of copies for whoever needs a file.

Address: `s3://bucket/prefix?endpoint=https://…&region=…&cache=/folder&retries=5`. Keys of access come from the
environment (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, …), never from the address. A copy is checked against its
digest when it comes, and goes when its blob is deleted here, or a day after it was last asked for: that bounds how long
another machine's copy can outlive an erasure.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store as Bucket

from yesif.base.errors import BadInput, Damaged, LimitReached, NotFound
from yesif.media.store import Blob, is_digest

KEEP_COPIES_S = 24 * 3600
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class S3Store:
    """Blobs as objects of `bucket`; `copies` is the folder of local copies."""

    bucket: Any
    copies: Path

    def put_file(self, path: Path) -> Blob:
        """Send a file, unless it is there. Raises LimitReached where the bucket does not answer."""
        hasher = hashlib.sha256()
        with path.open("rb") as source:
            while block := source.read(_BLOCK):
                hasher.update(block)
        blob = Blob(hasher.hexdigest(), path.stat().st_size)
        if not self._has(blob):
            with _answering():
                obstore.put(self.bucket, _key(blob.sha256), path)
        return blob

    def put_bytes(self, content: bytes) -> Blob:
        """Send bytes already in memory, unless they are there."""
        blob = Blob(hashlib.sha256(content).hexdigest(), len(content))
        if not self._has(blob):
            with _answering():
                obstore.put(self.bucket, _key(blob.sha256), content)
        return blob

    def put_named(self, name: str, portions: Iterable[bytes]) -> None:
        """Send bytes that are not named by their own digest (sealed ones: `strongbox`), in the place of older ones."""
        with tempfile.NamedTemporaryFile(dir=self.copies) as beside:
            beside.writelines(portions)
            beside.flush()
            with _answering():
                obstore.put(self.bucket, _key(name), Path(beside.name))

    def local_path(self, sha256: str) -> Path:
        """A copy of the blob on this machine. Raises NotFound, and Damaged where what came is not what was asked."""
        copy = self.copies / _key(sha256)
        if copy.is_file():
            os.utime(copy)  # asked for again: it may stay another day
            return copy
        self._forget_old_copies()
        copy.parent.mkdir(parents=True, exist_ok=True)
        hasher, size = hashlib.sha256(), 0
        with tempfile.NamedTemporaryFile(dir=self.copies, delete=False) as beside:
            try:
                with _answering():
                    for piece in obstore.get(self.bucket, _key(sha256)).stream(min_chunk_size=_BLOCK):
                        hasher.update(piece)
                        beside.write(piece)
                        size += len(piece)
                if hasher.hexdigest() != sha256:
                    got = f"{hasher.hexdigest()[:12]}…"
                    raise Damaged(f"a blob of {size} bytes named {sha256[:12]}… reads as {got} in the bucket")
                os.replace(beside.name, copy)
            finally:
                Path(beside.name).unlink(missing_ok=True)
        return copy

    def read_range(self, sha256: str, start: int, length: int) -> bytes:
        """Up to `length` bytes from `start`. Raises NotFound."""
        end = min(start + length, self.size(sha256))
        if end <= start:
            return b""
        with _answering():
            return bytes(obstore.get_range(self.bucket, _key(sha256), start=start, end=end))

    def exists(self, sha256: str) -> bool:
        try:
            self.size(sha256)
        except NotFound:
            return False
        return True

    def size(self, sha256: str) -> int:
        with _answering():
            return int(obstore.head(self.bucket, _key(sha256))["size"])

    def delete(self, sha256: str) -> None:
        """Forget the blob and this machine's copy; deleting what is not there is no error."""
        (self.copies / _key(sha256)).unlink(missing_ok=True)
        try:
            with _answering():
                obstore.delete(self.bucket, _key(sha256))
        except NotFound:
            pass

    def _has(self, blob: Blob) -> bool:
        try:
            return self.size(blob.sha256) == blob.size
        except NotFound:
            return False

    def _forget_old_copies(self) -> None:
        before = time.time() - KEEP_COPIES_S
        for copy in self.copies.rglob("*"):
            try:
                if copy.is_file() and copy.stat().st_mtime < before:
                    copy.unlink()
            except FileNotFoundError:
                continue  # another process was first


def open_s3(address: str) -> S3Store:
    """The bucket at `address`. Raises BadInput."""
    parts = urlsplit(address)
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    unknown = sorted(set(asked) - {"endpoint", "region", "cache", "retries"})
    if not parts.netloc or unknown or not asked.get("retries", "5").isdigit():
        raise BadInput("YESIF_STORAGE reads s3://bucket/prefix?endpoint=…&region=…&cache=/folder&retries=….")
    told: dict[str, Any] = {"region": asked.get("region", os.environ.get("AWS_REGION", "us-east-1"))}
    if "endpoint" in asked:
        told |= {"endpoint": asked["endpoint"], "virtual_hosted_style_request": False}
    if asked.get("endpoint", "").startswith("http://"):
        told["client_options"] = {"allow_http": True}  # a server of one's own, beside the studio
    bucket = Bucket(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        retry_config={"max_retries": int(asked.get("retries", "5"))},
        **told,
    )
    copies = Path(asked.get("cache") or Path(tempfile.gettempdir()) / f"yesif-copies-{os.getuid()}")
    copies.mkdir(parents=True, exist_ok=True, mode=0o700)
    return S3Store(bucket, copies)


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as absent:
        raise NotFound from absent
    except BaseError as fault:
        raise LimitReached("The bucket does not answer as it should; try again in a moment.") from fault


def _key(sha256: str) -> str:
    if not is_digest(sha256):
        raise NotFound  # never a key made of what a stranger typed
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"
