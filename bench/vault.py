"""Encryption, and reading through a lease, beside the least it could cost: SHA-256, and plain reading of the same tars.

Processor time of one core counts, and the least of nine rounds in which all take turns: a busy machine then tells the
same. Aims: sealing and opening at 400 MB/s and more; a lease for 1,000 performers at most 50 kB; reading through a
lease at most 1.10 × plain reading of the same shards, by two peers:

    webdataset        what reads such tars in training, the same samples; once more with JSON and arrays decoded
    plain, checked    our Reader on plain shards: it checks each member's SHA-256, as sealed reading each chunk's tag

The standard library's tarfile, which checks nothing, stands beside them, and so does the floor under any reader of
encrypted shards: tarfile plus the cipher alone on as many chunks, in a buffer that never leaves the core's cache. Then
the same from the disk, in time by the clock, with the file in no cache (the slower the disk, the nearer the two).
"""

import hashlib
import io
import json
import os
import shutil
import statistics
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import _machine
import numpy as np
import webdataset as wds
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from yesif.core.corpus import Reader, manifest
from yesif.core.corpus.assemble import WrittenShard
from yesif.core.corpus.catalogue import KEYS, MANIFEST
from yesif.core.corpus.shard import Member, write_shard
from yesif.core.corpus.tables import write_parquet
from yesif.core.vault import chunks
from yesif.core.vault.envelope import nest, new_key
from yesif.core.vault.held import Held, Wrapped, clip_place, member_context
from yesif.core.vault.lease import Terms, grant, open_lease

ROUNDS, SAMPLES = 9, 24
SIZES = {"json": 20_000, "npz": 300_000, "wav": 2_900_000, "mp4": 6_000_000}
"""Twenty seconds of a performance, roughly."""
SHARD = "improvised/train/0000/0000.tar"
RELEASE = "rel_bench"


def best(act: Callable[[], object]) -> float:
    """Seconds of processor time, the least of some rounds."""
    return in_turn({"": act})[""]


def in_turn(acts: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Seconds of processor time of each, the least of some rounds in which they take turns."""
    least = dict.fromkeys(acts, float("inf"))
    for _ in range(ROUNDS):
        for name, act in acts.items():
            begun = time.process_time()
            act()
            least[name] = min(least[name], time.process_time() - begun)
    return least


def made(suffix: str, size: int) -> bytes:
    """A member of about that size: JSON and arrays that can be read, and noise for what is compressed."""
    if suffix == "json":
        return json.dumps({"metadata:vad": [[n / 10, n / 10 + 0.05] for n in range(size // 15)]}).encode()
    if suffix == "npz":
        into = io.BytesIO()
        np.savez(into, **{f"a{n}": np.random.default_rng(n).random((size // 40, 1), np.float32) for n in range(10)})
        return into.getvalue()
    return os.urandom(size)


def write(folder: Path, keys: dict[str, bytes] | None) -> None:
    """One shard with its manifest, plain or sealed."""

    def members() -> Iterable[Member]:
        for number in range(SAMPLES):
            sample = f"V00_S0001_I{number:08d}_P0001"
            for suffix, size in SIZES.items():
                content = made(suffix, size)
                if keys is not None:
                    context = member_context(RELEASE, sample, suffix)
                    content = bytes(chunks.seal_whole(keys[sample], content, context=context))
                yield Member(f"{sample}.{suffix}", content)

    tar = write_shard(folder / SHARD, members())
    shard = WrittenShard(SHARD, "solo-av", "train", tar.size, tar.sha256, tar.members, {})
    rows = [
        {"config": "solo-av", "split": "train", "key": one.name.partition(".")[0], "member": one.name.partition(".")[2],
         "shard": shard.path, "offset": one.offset, "size": one.size, "sha256": one.sha256}
        for one in shard.members
    ]  # fmt: skip
    write_parquet(folder / manifest.MANIFEST, MANIFEST, rows)


class Leased:
    """What a reader is given."""

    def __init__(self, held: Held) -> None:
        self.held = held

    def opens(self, sample: str) -> bool:
        return self.held.opens(sample)

    def open(self, sample: str, suffix: str, read: chunks.ReadInto, sealed: int) -> bytes:
        return self.held.open(sample, suffix, read, sealed, now=datetime.now(UTC))


def read(folder: Path, keys: Leased | None = None, *, verify: bool = True) -> int:
    """Every byte of it."""
    whole = 0
    for sample in Reader(folder, keys=keys, verify=verify):
        whole += sum(len(content) for content in sample.values() if isinstance(content, bytes))
    return whole


def read_tar(folder: Path) -> int:
    """The same with the standard library: a pass over the tar, nothing checked."""
    with tarfile.open(folder / SHARD, "r:") as tar:
        return sum(len(file.read()) for one in tar if (file := tar.extractfile(one)))


def cipher_alone(folder: Path) -> None:
    """As many chunks as the sealed shard has, from one buffer in the core's cache into another."""
    cipher, nonce, plain = AESGCM(bytes(16)), bytes(12), bytearray(chunks.CHUNK)
    sealed = cipher.encrypt(nonce, bytes(chunks.CHUNK), None)
    for _ in range((folder / SHARD).stat().st_size // len(sealed)):
        cipher.decrypt_into(nonce, sealed, None, plain)


def read_web(folder: Path) -> int:
    """The same with webdataset: samples of bytes."""
    samples = wds.WebDataset(str(folder / SHARD), shardshuffle=False)
    return sum(len(content) for sample in samples for content in sample.values() if isinstance(content, bytes))


def learn_web(folder: Path) -> int:
    """webdataset with what a training run adds first: JSON and arrays read."""
    samples = wds.WebDataset(str(folder / SHARD), shardshuffle=False).decode()
    return sum(len(sample["json"]) + sum(one.size for one in sample["npz"].values()) for sample in samples)


def learn(folder: Path, keys: Leased) -> int:
    """The same through a lease."""
    whole = 0
    for sample in Reader(folder, keys=keys):
        arrays = np.load(io.BytesIO(sample["npz"]))
        whole += len(json.loads(sample["json"])) + sum(one.size for one in arrays.values())
    return whole


def cold(acts: dict[Path, Callable[[], object]]) -> list[float]:
    """Seconds by the clock of each, in turn, its file in no cache before: the median of the rounds."""
    took: dict[Path, list[float]] = {file: [] for file in acts}
    for _ in range(ROUNDS):
        for file, act in acts.items():
            with file.open("rb") as opened:
                os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            begun = time.perf_counter()
            act()
            took[file].append(time.perf_counter() - begun)
    return [statistics.median(seconds) for seconds in took.values()]


def reading(place: Path) -> None:
    """Plain and sealed, the same samples."""
    performer, names = new_key(), [f"V00_S0001_I{number:08d}_P0001" for number in range(SAMPLES)]
    keys = {name: new_key() for name in names}
    write(place / "plain", None)
    write(place / "sealed", keys)
    wrapped = {
        name: Wrapped(("V00_P0001",), nest(key, under={"V00_P0001": performer}, place=clip_place(RELEASE, name)))
        for name, key in keys.items()
    }
    rows = [{"key": name, "under": "V00_P0001", "nested": one.nested.hex()} for name, one in wrapped.items()]
    write_parquet(place / "sealed" / manifest.KEYS, KEYS, rows)
    soon = datetime.now(UTC) + timedelta(hours=1)
    leased = Leased(Held({"V00_P0001": performer}, wrapped, release=RELEASE, expires=soon))
    megabytes = read(place / "plain") / 1e6
    plain, sealed = place / "plain", place / "sealed"
    took = in_turn(
        {
            "plain, checked": lambda: read(plain),
            "webdataset": lambda: read_web(plain),
            "tarfile": lambda: read_tar(plain),
            "the cipher alone": lambda: cipher_alone(sealed),
            "through a lease": lambda: read(sealed, leased),
            "webdataset, read": lambda: learn_web(plain),
            "through a lease, read": lambda: learn(sealed, leased),
        }
    )
    took["tarfile, from the disk"], took["lease, from the disk"] = cold(
        {plain / SHARD: lambda: read_tar(plain), sealed / SHARD: lambda: read(sealed, leased)}
    )
    for name, seconds in took.items():
        print(f"{name:<24}{seconds:7.3f} s {megabytes / seconds:7.0f} MB/s")
    lease, tar = took["through a lease"], took["tarfile"]
    print(
        f"through a lease takes {lease / took['webdataset']:.2f} x webdataset, "
        f"{took['through a lease, read'] / took['webdataset, read']:.2f} x with JSON and arrays decoded, "
        f"{lease / took['plain, checked']:.2f} x plain reading with its check (limit 1.10 each); "
        f"{lease / tar:.2f} x tarfile out of memory (floor {1 + took['the cipher alone'] / tar:.2f} x), "
        f"{took['lease, from the disk'] / took['tarfile, from the disk']:.2f} x tarfile from this disk"
    )


def leases() -> None:
    """How large a lease is, and how long it takes to make and open."""
    reader, now = X25519PrivateKey.generate(), datetime.now(UTC)
    starts = int(now.timestamp())
    terms = Terms("lic_" + "0" * 26, "run_" + "0" * 26, "understand-feeling", "research", starts, starts + 3600)
    for number in (10, 1000):
        keys = {f"V00_P{n:04d}": new_key() for n in range(number)}
        sealed = grant(keys, replace(terms, release="rel_" + "0" * 26), reader.public_key())
        made = best(lambda keys=keys: grant(keys, terms, reader.public_key()))  # type: ignore[misc]
        opened = open_lease(sealed, replace(terms, release="rel_" + "0" * 26), reader, now=now)
        took = f"made in {made * 1000:.1f} ms"
        print(f"lease for {number:>4} performers  {len(sealed):>6} bytes, {took}, {len(opened)} keys in it")


def main() -> None:
    """Print it all."""
    _machine.head("cryptography", "webdataset")
    key, message = new_key(), os.urandom(64 << 20)
    sealed = bytes(chunks.seal_whole(key, message))
    size = len(message) / 1e6
    pieces = [message[at : at + (4 << 20)] for at in range(0, len(message), 4 << 20)]
    for name, act in {
        "SHA-256 of the same": lambda: hashlib.sha256(message).digest(),
        "seal in memory": lambda: chunks.seal_whole(key, message),
        "seal as it is read": lambda: sum(map(len, chunks.seal(key, pieces))),
        "open in memory": lambda: chunks.open_whole(key, sealed),
    }.items():
        print(f"{name:<24}{size / best(act):7.0f} MB/s of one core")
    place = Path(tempfile.mkdtemp(dir=os.environ.get("YESIF_BENCH_DIR")))
    try:
        reading(place)
    finally:
        shutil.rmtree(place)
    leases()


if __name__ == "__main__":
    main()
