"""Whom to believe: a C2SP tlog-policy file (https://c2sp.org/tlog-policy). Logs, witnesses, groups, one quorum line.

log studio.example/tlog+7a0e…+AQ…  https://studio.example/tlog
witness union union.example/witness+93bc…+BJ…  https://witness.union.example
group enough 1 union
quorum enough
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from yesif.base.errors import BadInput, Damaged
from yesif.core.tlog.checkpoint import Checkpoint
from yesif.core.tlog.note import COSIGNATURE, ED25519, ML_DSA_44, Note, Verifier

_GAP = re.compile(r"[ \t]+")
_MOST_LINES = 512


@dataclass(frozen=True, slots=True)
class Peer:
    """A log or witness: its key, and where it answers (may be empty)."""

    verifier: Verifier
    url: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """So many of these (witnesses or groups) must have signed."""

    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trust:
    """A policy. `quorum` names a witness or a group; "none" asks for no witness."""

    logs: tuple[Peer, ...] = ()
    witnesses: Mapping[str, Peer] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str = "none"

    def check(self, note: Note) -> Checkpoint:
        """The checkpoint, if one of the logs signed it and the quorum of witnesses did. Raises Damaged."""
        checkpoint = Checkpoint.parse(note.text)
        logs = [peer.verifier for peer in self.logs if peer.verifier.name == checkpoint.origin]
        if not note.verified_by(logs):
            raise Damaged("none of the logs you trust has signed this checkpoint")
        signed = {name for name, peer in self.witnesses.items() if note.verified_by([peer.verifier])}
        if not self._met(self.quorum, signed):
            raise Damaged(f"the quorum “{self.quorum}” has not signed this checkpoint: {len(signed)} witnesses did")
        return checkpoint

    def _met(self, name: str, signed: Collection[str]) -> bool:
        if name == "none" or name in signed:
            return True
        group = self.groups.get(name)
        return group is not None and sum(self._met(one, signed) for one in group.members) >= group.least


def parse(text: str) -> Trust:
    """Read a policy file. Raises BadInput, naming the line."""
    reading = _Reading()
    lines = text.split("\n")
    if len(lines) > _MOST_LINES:
        raise BadInput(f"a policy has at most {_MOST_LINES} lines, not {len(lines)}")
    for number, line in enumerate(lines, 1):
        if any(ord(c) < 0x20 and c != "\t" for c in line) or "\x7f" in line:
            raise BadInput(f"line {number} of the policy holds a control character")
        words = [word for word in _GAP.split(line.strip(" \t")) if word]
        if words and not words[0].startswith("#"):
            reading.take(number, words)
    if reading.quorum is None:
        raise BadInput("a policy has one quorum line; this one has none")
    return Trust(tuple(reading.logs), reading.witnesses, reading.groups, reading.quorum)


class _Reading:
    """What was read so far."""

    def __init__(self) -> None:
        self.logs: list[Peer] = []
        self.witnesses: dict[str, Peer] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self._members: set[str] = set()

    def take(self, number: int, words: list[str]) -> None:
        match words:
            case ["log", key, *url] if len(url) < 2:
                self._add_log(number, _peer(number, key, url, (ED25519, ML_DSA_44)))
            case ["witness", name, key, *url] if len(url) < 2:
                self._add_witness(number, name, _peer(number, key, url, (COSIGNATURE, ML_DSA_44)))
            case ["group", name, least, *members] if members:
                self._add_group(number, name, least, members)
            case ["quorum", name] if self.quorum is None and (name == "none" or self._knows(name)):
                self.quorum = name
            case _:
                raise BadInput(f"line {number} of the policy cannot be understood: “{' '.join(words)[:60]}”")

    def _add_log(self, number: int, peer: Peer) -> None:
        if any(peer.verifier.public_key == other.verifier.public_key for other in self.logs):
            raise BadInput(f"line {number} of the policy names a log twice")
        self.logs.append(peer)

    def _add_witness(self, number: int, name: str, peer: Peer) -> None:
        known = any(peer.verifier.public_key == other.verifier.public_key for other in self.witnesses.values())
        if known or name == "none" or self._knows(name):
            raise BadInput(f"line {number} of the policy names a witness twice")
        self.witnesses[name] = peer

    def _add_group(self, number: int, name: str, least: str, members: list[str]) -> None:
        counted = {"any": 1, "all": len(members)}.get(least) or (
            int(least) if re.fullmatch("[1-9][0-9]*", least) else 0
        )
        if name == "none" or self._knows(name) or not 1 <= counted <= len(members):
            raise BadInput(f"line {number} of the policy defines no group")
        if len(set(members)) != len(members) or not all(self._knows(one) for one in members):
            raise BadInput(f"line {number} of the policy groups a name twice, or one not defined before it")
        if self._members & set(members):
            raise BadInput(f"line {number} of the policy puts a name into a second group")
        self._members |= set(members)
        self.groups[name] = Group(counted, tuple(members))

    def _knows(self, name: str) -> bool:
        return name in self.witnesses or name in self.groups


def _peer(number: int, key: str, url: list[str], kinds: tuple[int, ...]) -> Peer:
    try:
        verifier = Verifier.parse(key)
    except (BadInput, Damaged) as wrong:
        raise BadInput(f"line {number} of the policy: {wrong}") from None
    if verifier.kind not in kinds:
        raise BadInput(f"line {number} of the policy has a key of the wrong type")
    return Peer(verifier, url[0].rstrip("/") if url else "")
