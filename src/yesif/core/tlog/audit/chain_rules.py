"""The chains of performers who gave the auditor their keys: none of their lines left out, put in or moved."""

from collections.abc import Iterator
from typing import Any

from yesif.core.tlog import leaf as leaves
from yesif.core.tlog.audit.finding import Finding
from yesif.core.tlog.audit.line_rules import Gathering


def chain_findings(gathered: Gathering, told: Iterator[dict[str, Any]]) -> Iterator[Finding]:
    """For each {"key", "n", "person"}: tags 1…n are there in order, each linked to the one before."""
    for one in told:
        try:
            key, n = bytes.fromhex(str(one["key"])), int(one["n"])
        except (KeyError, ValueError):
            yield Finding(-1, "chain", "a chain that was given cannot be read")
            continue
        yield from _walk(gathered, key, n)


def _walk(gathered: Gathering, key: bytes, n: int) -> Iterator[Finding]:
    before, last = b"", -1
    for number in range(1, n + 1):
        tag = leaves.tag(key, number)
        index = gathered.leaf_of_tag.get(tag)
        if index is None:
            yield Finding(-1, "chain", f"line {number} of {n} of a performer's chain is not on the record")
            return
        tags, links, digest = gathered.leaves[index]
        if index <= last or links[tags.index(tag)] != leaves.link(key, number, before):
            yield Finding(index, "chain", f"line {number} of a performer's chain does not follow their line before it")
            return
        before, last = digest, index
    if leaves.tag(key, n + 1) in gathered.leaf_of_tag:
        yield Finding(-1, "chain", f"a performer was told of {n} lines, and the record holds more of theirs")
