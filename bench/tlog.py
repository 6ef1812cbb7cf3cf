"""The record: a long log verified in full, random single-bit changes found, kills survived, the size of proofs.

python bench/tlog.py                                    1,000,000 entries, 10,000 changes, 200 kills
python bench/tlog.py --entries 20000 --changes 500 --kills 5
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import _machine
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.core.audit_world import KEY, LOG, tlog_files
from tests.flows import killed_record

from yesif.base.errors import Damaged, YesIfError
from yesif.core.tlog import tree
from yesif.core.tlog.audit import log_rules
from yesif.core.tlog.audit.bundle import Bundle
from yesif.core.tlog.audit.line_rules import Gathering
from yesif.core.tlog.checkpoint import Checkpoint
from yesif.core.tlog.grow import grow
from yesif.core.tlog.leaf import Leaf
from yesif.core.tlog.note import Note, cosign_ml_dsa, sign
from yesif.core.tlog.proof import Proof
from yesif.core.tlog.tile import WIDTH, Tile, TileReader, parse_tile
from yesif.core.tlog.trust import Peer, Trust

TRUSTED = Trust(logs=(Peer(LOG),))


def entry(number: int) -> bytes:
    """A lease line about one person, as the studio writes it."""
    mark = f"{number:032x}"
    return bytes(
        Leaf(
            "lease" if number else "genesis", 1_763_982_000_000 + number, LOG.key_id.hex(), f"{number:064x}", (),
            (mark,), (mark,),
        )
    )  # fmt: skip


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


def verify(bundle: Bundle) -> int:
    """Everything that can be verified of a log without its bodies; the number of findings. Raises YesIfError."""
    checkpoint = log_rules.signed_checkpoint(bundle, TRUSTED)
    findings = list(log_rules.tree_findings(bundle, checkpoint))
    gathered = Gathering()
    for index, content, wrong in log_rules.entries(bundle, checkpoint.size):
        findings += [wrong] if wrong else []
        gathered.take(index, content)
    gathered.end()
    return len(findings) + len(gathered.findings)


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


def mutated(files: dict[str, bytes], proof: str, content: bytes, chance: random.Random) -> Iterator[bool]:
    """Endless: one random bit of tiles, entries, checkpoint or a proof is changed; was it found?"""
    names = sorted(files)
    weights = [len(files[name]) for name in names]
    while True:
        if chance.random() < 0.25:
            yield _proof_found(proof, content, chance)
            continue
        (name,) = chance.choices(names, weights)
        changed = bytearray(files[name])
        at = chance.randrange(len(changed) * 8)
        changed[at // 8] ^= 1 << (at % 8)
        try:
            yield verify(Bundle.of({**files, name: bytes(changed)})) > 0
        except YesIfError:
            yield True


def _proof_found(proof: str, content: bytes, chance: random.Random) -> bool:
    changed = bytearray(proof.encode())
    at = chance.randrange(len(changed) * 8)
    changed[at // 8] ^= 1 << (at % 8)
    with suppress(YesIfError, UnicodeDecodeError):
        Proof.parse(changed.decode()).verify(content, LOG)
        return False
    return True


def changes(count: int, *, size: int = 600, seed: int = 1) -> int:
    """How many of `count` changes were not found."""
    entries = [entry(number) for number in range(size)]
    files = tlog_files(entries)
    if verify(Bundle.of(files)):
        raise Damaged("the log is not sound before it is changed")
    reader = TileReader(size, lambda tile: files[f"tlog/{tile.path}"])
    path = tuple(tree.inclusion_proof(400, size, reader))
    proof = str(Proof(400, path, Note.parse(files["tlog/checkpoint"].decode())))
    attempts = mutated(files, proof, entries[400], random.Random(seed))
    return sum(not next(attempts) for _ in range(count))


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
        missed = changes(given.changes)
        print(f"{given.changes:,} single-bit changes: {missed} not found, {time.perf_counter() - start:.0f} s")
    if given.kills:
        kills(given.kills)


if __name__ == "__main__":
    main()
