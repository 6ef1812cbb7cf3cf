"""How fast a release's shards are written, beside copying the same files and webdataset's own writer.

Ours also gives the SHA-256 of each shard and of every member, and where each lies; the others give bytes alone, so they
are measured with `sha256sum` over the same as well. All take turns, so that the page cache treats them alike, and each
ends with its bytes on the disk; the least of five counts. Aim: at most 1.5 × cp.
"""

import contextlib
import gc
import io
import os
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import _machine

from yesif.core.corpus.shard import Member, write_shard

SAMPLES, PER_SHARD, ROUNDS = 120, 20, 5
SIZES = {"json": 20_000, "npz": 300_000, "wav": 960_000, "mp4": 3_000_000}
"""About ten seconds of a performance each."""


def files(folder: Path) -> list[tuple[str, dict[str, Path]]]:
    """Samples with random bytes, so that nothing can be squeezed or shared."""
    made = []
    for number in range(SAMPLES):
        key = f"V00_S0001_I{number // 2:08d}_P{number % 2:04d}"
        paths = {suffix: folder / f"{key}.{suffix}" for suffix in SIZES}
        for suffix, size in SIZES.items():
            paths[suffix].write_bytes(os.urandom(size))
        made.append((key, paths))
    return made


def ours(samples: list[tuple[str, dict[str, Path]]], out: Path) -> None:
    for start in range(0, len(samples), PER_SHARD):
        members = [
            Member(path.name, path) for _, paths in samples[start : start + PER_SHARD] for path in paths.values()
        ]
        write_shard(out / f"{start:04d}.tar", members)


def copy(samples: list[tuple[str, dict[str, Path]]], out: Path) -> None:
    subprocess.run(["cp", "-r", str(samples[0][1]["json"].parent), str(out / "copy")], check=True)
    subprocess.run(["sync", "-f", str(out)], check=True)


def webdataset(samples: list[tuple[str, dict[str, Path]]], out: Path) -> None:
    import webdataset as wds

    with contextlib.redirect_stdout(io.StringIO()), wds.ShardWriter(f"{out}/%06d.tar", maxcount=PER_SHARD) as sink:
        for key, paths in samples:
            sink.write({"__key__": key} | {suffix: path.read_bytes() for suffix, path in paths.items()})
    subprocess.run(["sync", "-f", str(out)], check=True)


def digests(*folders: Path) -> None:
    """What the others need on top to say what ours says."""
    for folder in folders:
        paths = [str(path) for path in sorted(folder.rglob("*")) if path.is_file()]
        subprocess.run(["sha256sum", *paths], check=True, stdout=subprocess.DEVNULL)


def copy_and_digests(samples: list[tuple[str, dict[str, Path]]], out: Path) -> None:
    copy(samples, out)
    digests(out)


def webdataset_and_digests(samples: list[tuple[str, dict[str, Path]]], out: Path) -> None:
    webdataset(samples, out)
    digests(out, samples[0][1]["json"].parent)


def main() -> None:
    """Take turns and print the ratios."""
    warnings.simplefilter("ignore")
    _machine.head("webdataset")
    writers: dict[str, Callable[[list[tuple[str, dict[str, Path]]], Path], None]] = {
        "cp -r": copy,
        "ours": ours,
        "webdataset.ShardWriter": webdataset,
        "cp -r, sha256sum": copy_and_digests,
        "webdataset, sha256sum": webdataset_and_digests,
    }
    with tempfile.TemporaryDirectory(dir=os.environ.get("YESIF_BENCH_DIR")) as folder:
        (Path(folder) / "in").mkdir()
        samples = files(Path(folder) / "in")
        best = dict.fromkeys(writers, float("inf"))
        for _ in range(ROUNDS):
            for name, write in writers.items():
                out = Path(folder) / "out"
                out.mkdir()
                gc.collect()
                begun = time.perf_counter()
                write(samples, out)
                best[name] = min(best[name], time.perf_counter() - begun)
                shutil.rmtree(out)
    megabytes = SAMPLES * sum(SIZES.values()) / 1e6
    for name, seconds in best.items():
        print(f"{name:<24}{seconds:7.2f} s {megabytes / seconds:7.0f} MB/s")
    for name, seconds in best.items():
        if name != "ours":
            print(f"ours takes {best['ours'] / seconds:.2f} x the time of {name}")


if __name__ == "__main__":
    main()
