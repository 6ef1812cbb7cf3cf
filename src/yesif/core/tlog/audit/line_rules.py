"""Leaves put together into lines, bodies held against their commitments: what the later rules replay."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from yesif.base.errors import Damaged
from yesif.core.tlog import rows as row_rules
from yesif.core.tlog import signed
from yesif.core.tlog.audit.finding import Finding
from yesif.core.tlog.leaf import Leaf, commitment
from yesif.core.tlog.lines import check
from yesif.core.tlog.rows import Row
from yesif.core.tlog.tree import leaf_hash

SKEW_MS = 600_000
"""A line may stand this far behind a later one: long transactions, and a sequencer that was down for a while."""


@dataclass(slots=True)
class Line:
    """One line as it is replayed: its first leaf, and its body and rows where the auditor was given them."""

    index: int
    kind: str
    at_ms: int
    commitment: str
    tags: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    body: Mapping[str, Any] = field(default_factory=dict)
    rows: list[Mapping[str, Any]] = field(default_factory=list)
    read: bool = False
    missing: int = 0  # rows whose digest alone was given, or nothing

    @property
    def whole(self) -> bool:
        """Was it read with all its rows? A row may be another person's, or of someone who was erased."""
        return self.read and not self.missing


class Gathering:
    """Takes leaves in order; gives lines, and what is wrong with the leaves."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.lines: list[Line] = []
        self.tags_before: list[int] = [0]  # how many tags stand in the leaves before each index
        self.leaf_of_tag: dict[str, int] = {}
        self.leaves: list[tuple[tuple[str, ...], tuple[str, ...], bytes]] = []
        self._by_commitment: dict[str, Line] = {}
        self._issuer = ""
        self._latest_ms = 0

    def take(self, index: int, entry: bytes) -> None:
        """One leaf, in order."""
        try:
            leaf = Leaf.parse(entry)
        except Damaged as wrong:
            self._find(index, "leaf", f"this is not a leaf: {wrong}")
            self.tags_before.append(self.tags_before[-1])
            self.leaves.append(((), (), b""))
            return
        self._check_place(index, leaf)
        self._check_tags(index, leaf)
        self.leaves.append((leaf.tags, leaf.links, leaf_hash(entry)))
        self._add(index, leaf)

    def _check_place(self, index: int, leaf: Leaf) -> None:
        if index == 0:
            self._issuer = leaf.by
        if (leaf.kind == "genesis") != (index == 0):
            self._find(index, "leaf", "a record begins with its genesis, once")
        if leaf.by != self._issuer:
            self._find(index, "leaf", f"this leaf was issued by key {leaf.by}, the record by {self._issuer}")
        if leaf.at_ms < self._latest_ms - SKEW_MS:
            late = (self._latest_ms - leaf.at_ms) // 60_000
            self._find(
                index, "leaf", f"this {leaf.kind} line is back-dated: {late} minutes before lines that precede it"
            )
        if index:  # the genesis is written when sequencing begins, which may be after the first lines
            self._latest_ms = max(self._latest_ms, leaf.at_ms)

    def _check_tags(self, index: int, leaf: Leaf) -> None:
        self.tags_before.append(self.tags_before[-1] + len(leaf.tags))
        for tag in leaf.tags:
            if tag in self.leaf_of_tag:
                self._find(index, "chain", f"the tag of leaf {self.leaf_of_tag[tag]} stands here a second time")
            self.leaf_of_tag[tag] = index

    def _add(self, index: int, leaf: Leaf) -> None:
        number, _, whole = leaf.part.partition("/")
        line = self._by_commitment.get(leaf.commitment)
        if line is None:
            line = Line(index, leaf.kind, leaf.at_ms, leaf.commitment)
            self._by_commitment[leaf.commitment] = line
            self.lines.append(line)
            expected = "1" if leaf.part else ""
        else:
            last, _, of = (line.parts[-1] if line.parts else "").partition("/")
            expected = str(int(last) + 1) if last and of == whole and int(last) < int(of) else "none"
        if number != expected:
            self._find(index, "leaf", f"this {leaf.kind} line was replayed: it is the line of leaf {line.index} again")
        line.tags += leaf.tags
        line.parts.append(leaf.part)

    def end(self) -> None:
        """After the last leaf: lines whose parts are not all there."""
        for line in self.lines:
            last, _, whole = line.parts[-1].partition("/")
            if last != whole:
                self._find(line.index, "leaf", f"a {line.kind} line has {len(line.parts)} of its {whole} leaves")

    def give(self, told: Mapping[str, Any]) -> None:
        """One object of lines.jsonl: the body of a line."""
        line = self._by_commitment.get(str(told.get("c")))
        if line is None:
            self._find(-1, "unlogged", f"a body was shown whose line is not on the record: {str(told.get('c'))[:16]}…")
            return
        try:
            self._read(line, told)
        except (Damaged, ValueError, TypeError, KeyError, AttributeError) as wrong:
            said = str(wrong) if isinstance(wrong, Damaged) else "it cannot be read"
            self._find(line.index, "body", f"the body of this {line.kind} line is not the one it committed to: {said}")

    def _read(self, line: Line, told: Mapping[str, Any]) -> None:
        body, salt = told["body"], bytes.fromhex(told["salt"])
        if commitment(salt, body) != line.commitment:
            raise Damaged("body and salt do not make the commitment")
        given = told.get("rows", [])
        rows = [Row("", one["row"], bytes.fromhex(one["salt"])) for one in given if "row" in one]
        if given:
            contents = iter(rows)
            made = [next(contents).content if "row" in one else bytes.fromhex(one["digest"]) for one in given]
            row_rules.check_all(made, body.get("rows"))
        line.body, line.rows, line.read = body, [one.body for one in rows], True
        line.missing = int(body["rows"]["count"]) - len(rows) if "rows" in body else 0
        check(line.kind, body, line.rows)

    def _find(self, index: int, check_name: str, sentence: str) -> None:
        self.findings.append(Finding(index, check_name, sentence))


def body_findings(lines: list[Line], *, whole: bool) -> Iterator[Finding]:
    """Bodies that were withheld, people without a tag, signatures that do not hold."""
    keys: dict[str, set[str]] = {}
    forgotten = any(line.kind == "erasure" for line in lines)
    for line in lines:
        if not line.read:
            if whole and not forgotten and line.kind != "genesis":
                yield Finding(line.index, "body", f"the body of this {line.kind} line was withheld")
            continue
        if whole and not forgotten and line.missing:
            yield Finding(line.index, "body", f"{line.missing} rows of this {line.kind} line were withheld")
        people = {str(row["performer"]) for row in line.rows if "performer" in row}
        people |= {str(line.body["performer"])} if str(line.body.get("performer", "")).startswith("per_") else set()
        if line.kind != "day-close" and len(line.tags) < len(people) and not forgotten:
            text = (
                f"a performer was skipped: this {line.kind} line is about {len(people)} and tagged for {len(line.tags)}"
            )
            yield Finding(line.index, "chain", text)
        yield from _signature_findings(line, keys)


def _signature_findings(line: Line, keys: dict[str, set[str]]) -> Iterator[Finding]:
    """A key counts from its key line on. Where an owner has a key, their lines must carry its signature."""
    body = line.body
    if line.kind == "key":
        keys.setdefault(str(body.get("owner")), set()).add(str(body.get("key")))
        return
    owner = str(body.get("by") or (body.get("performer") if line.kind in ("grant", "revoke") else "") or "")
    if "signed" not in body:
        # A program declares runs, so it signs once any licensee has registered a key; a purge may be said on a page.
        by_program = line.kind in ("run-open", "run-close") and not owner and any(keys.values())
        if by_program or (line.kind in ("run-open", "run-close", "purge") and keys.get(owner)):
            yield Finding(line.index, "signed", f"this {line.kind} line should carry the licensee's signature")
        return
    try:
        key = signed.verify(line.kind, body)
    except Damaged as wrong:
        yield Finding(line.index, "signed", str(wrong))
        return
    known = keys.get(owner, set()) if owner else {one for some in keys.values() for one in some}
    if key not in known:
        yield Finding(
            line.index, "signed", f"this {line.kind} line is signed with a key that nobody registered before it"
        )


def day_findings(gathered: Gathering) -> Iterator[Finding]:
    """A day-close counts every tag before it, and names each chain's latest."""
    for line in gathered.lines:
        if line.kind != "day-close" or not line.whole:
            continue
        size = line.body.get("size")
        if type(size) is not int or not 0 <= size <= line.index:
            yield Finding(line.index, "chain", "this day-close counts leaves that come after it")
            continue
        counted = sum(int(row["n"]) for row in line.rows)
        standing = gathered.tags_before[size] - int(line.body.get("forgotten", 0))
        if not counted == line.body.get("tags") == standing or len(line.rows) != line.body.get("chains"):
            text = (
                f"this day-close counts {counted} lines of people, and {standing} stand before it: somebody was skipped"
            )
            yield Finding(line.index, "chain", text)
        for row in line.rows:
            if not 0 <= gathered.leaf_of_tag.get(str(row["tag"]), size) < size:
                yield Finding(line.index, "chain", "this day-close names a latest line that is not on the record")
