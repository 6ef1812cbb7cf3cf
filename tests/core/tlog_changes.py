"""A log, single-bit changes to everything that is public of it, and whether each was found."""

import random
from collections.abc import Iterator
from contextlib import suppress

from tests.core.audit_world import LOG, tlog_files
from yesif.base.errors import Damaged, YesIfError
from yesif.core.tlog import tree
from yesif.core.tlog.audit import log_rules
from yesif.core.tlog.audit.bundle import Bundle
from yesif.core.tlog.audit.line_rules import Gathering
from yesif.core.tlog.leaf import Leaf
from yesif.core.tlog.note import Note
from yesif.core.tlog.proof import Proof
from yesif.core.tlog.tile import TileReader
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


KINDS = ("proof", "checkpoint", "entries", "tile")


def mutated(files: dict[str, bytes], proof: str, content: bytes, chance: random.Random) -> Iterator[tuple[str, bool]]:
    """Endless: one random bit of a proof, the checkpoint, an entry or a tile is changed, each kind as often as any
    other; which kind it was, and was it found?"""
    named = {kind: sorted(name for name in files if _kind(name) == kind) for kind in KINDS}
    while True:
        kind = chance.choice(KINDS)
        if kind == "proof":
            yield kind, _proof_found(proof, content, chance)
            continue
        (name,) = chance.choices(named[kind], [len(files[one]) for one in named[kind]])
        changed = bytearray(files[name])
        at = chance.randrange(len(changed) * 8)
        changed[at // 8] ^= 1 << (at % 8)
        try:
            yield kind, verify(Bundle.of({**files, name: bytes(changed)})) > 0
        except YesIfError:
            yield kind, True


def _kind(name: str) -> str:
    return next(kind for kind in ("checkpoint", "entries", "tile") if kind in name)


def _proof_found(proof: str, content: bytes, chance: random.Random) -> bool:
    changed = bytearray(proof.encode())
    at = chance.randrange(len(changed) * 8)
    changed[at // 8] ^= 1 << (at % 8)
    with suppress(YesIfError, UnicodeDecodeError):
        Proof.parse(changed.decode()).verify(content, LOG)
        return False
    return True


def changes(count: int, *, size: int = 600, seed: int = 1) -> dict[str, tuple[int, int]]:
    """Kind → how many of `count` changes were of it, and how many of these were not found."""
    entries = [entry(number) for number in range(size)]
    files = tlog_files(entries)
    reader = TileReader(size, lambda tile: files[f"tlog/{tile.path}"])
    path = tuple(tree.inclusion_proof(200, size, reader))
    proof = str(Proof(200, path, Note.parse(files["tlog/checkpoint"].decode())))
    if verify(Bundle.of(files)):
        raise Damaged("the log is not sound before it is changed")
    Proof.parse(proof).verify(entries[200], LOG)  # nor would a change be found in a proof that never held
    attempts = mutated(files, proof, entries[200], random.Random(seed))
    told = [next(attempts) for _ in range(count)]
    return {
        kind: (sum(one == kind for one, _ in told), sum(one == kind and not found for one, found in told))
        for kind in KINDS
    }
