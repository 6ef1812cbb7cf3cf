"""The record: a long log verified in full, random single-bit changes found, kills survived, the size of proofs.

python bench/tlog.py                                    1,000,000 entries, 10,000 changes, 200 kills
python bench/tlog.py --entries 20000 --changes 500 --kills 5
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import _machine
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.core.audit_world import KEY, LOG
from tests.core.tlog_changes import changes, entry, verify
from tests.flows import killed_record

from yesif.core.tlog import tree
from yesif.core.tlog.audit.bundle import Bundle
from yesif.core.tlog.checkpoint import Checkpoint
from yesif.core.tlog.grow import grow
from yesif.core.tlog.note import Note, cosign_ml_dsa, sign
from yesif.core.tlog.proof import Proof
from yesif.core.tlog.tile import WIDTH, Tile, TileReader, parse_tile


def write(folder: Path, size: int) -> None:
    """A log of `size` entries on disk, grown as the sequencer grows it."""
    old, step = 0, 64 * WIDTH

    def read(tile: Tile) -> list[bytes]:
        return parse_tile((folder / "tlog" / tile.path).read_bytes(), tile.width)

    while old < size:
        first, end = old // WIDTH * WIDTH, min(size, old // WIDTH * WIDTH + step)
        for path, content in grow(old, [entry(number) for number in range(first, end)], first, read):
            where = folder / "tlog" / path
            where.parent.mkdir(parents=True, exist_ok=True)
            where.write_bytes(content)
        old = end
    reader = TileReader(size, lambda tile: (folder / "tlog" / tile.path).read_bytes())
    text = str(Checkpoint(LOG.name, size, tree.root(size, reader)))
    (folder / "tlog/checkpoint").write_text(str(Note(text, (sign(text, LOG.name, KEY),))))


def in_full(size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        write(Path(folder), size)
        written = time.perf_counter() - start
        start, cpu = time.perf_counter(), time.process_time()
        found = verify(Bundle.at(Path(folder)))
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        print(
            f"{size:,} entries: written in {written:.1f} s, verified in full in {seconds:.1f} s"
            f" ({cpu:.1f} s of CPU; limit 120), {found} findings"
        )
        proof_sizes(Path(folder), size)


def proof_sizes(folder: Path, size: int) -> None:
    reader = TileReader(size, lambda tile: (folder / "tlog" / tile.path).read_bytes())
    note = Note.parse((folder / "tlog/checkpoint").read_text())
    second = cosign_ml_dsa(note.text, LOG.name, MLDSA44PrivateKey.generate(), at_seconds=1_763_982_000)
    path = tuple(tree.inclusion_proof(size // 3, size, reader))
    for words, one in (("Ed25519", note), ("Ed25519 and ML-DSA-44", Note(note.text, (*note.signatures, second)))):
        print(f"  a proof in {size:,} entries, {words}: {len(str(Proof(size // 3, path, one)))} bytes")


def kills(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        story = killed_record.kill_often(Path(folder), count)
        size = killed_record.check(Path(folder), story)
        seconds = time.perf_counter() - start
        print(
            f"{story.kills} kills (-9) while sequencing: {len(story.acked):,} lines acknowledged, 0 lost;"
            f" {len(story.published):,} checkpoints, 0 forks; {size:,} leaves; {seconds:.0f} s"
        )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--entries", type=int, default=1_000_000)
    asked.add_argument("--changes", type=int, default=10_000)
    asked.add_argument("--kills", type=int, default=200)
    given = asked.parse_args()
    _machine.head("cryptography")
    if given.entries:
        in_full(given.entries)
    if given.changes:
        start = time.perf_counter()
        told = changes(given.changes)
        kinds = ", ".join(f"{tried:,} of {kind}: {missed} not found" for kind, (tried, missed) in told.items())
        print(f"{given.changes:,} single-bit changes ({kinds}), {time.perf_counter() - start:.0f} s")
    if given.kills:
        kills(given.kills)


if __name__ == "__main__":
    main()
