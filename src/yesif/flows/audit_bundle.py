"""The bundle an auditor replays: public files of the record, the bodies they may read, books, leases and manifests.

For a project's seat the books are reduced to the people in it: what others got stands as one sum, so that each entry
still balances. A seat that a performer gave for themselves comes with the key of their chain: giving it says so.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from yesif.apps.market import queries as market
from yesif.apps.money import queries as money
from yesif.apps.record import queries as record
from yesif.apps.record.shelf import Shelf
from yesif.base.errors import Conflict
from yesif.core.ledger.entry import Entry
from yesif.core.ledger.split import split
from yesif.core.policy.retold import Retold
from yesif.core.tlog.audit import Bundle, Outcome, Rules, replay
from yesif.core.tlog.leaf import milliseconds
from yesif.core.tlog.tile import WIDTH, entries_path, tiles_of


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose lines: everything (no subjects), those of some ids (a project and its licences), or one person's."""

    subjects: frozenset[str] = frozenset()
    person: str = ""

    @property
    def whole(self) -> bool:
        """Is it everything?"""
        return not self.subjects and not self.person


WHOLE = Scope()


def scope_of(subject: str) -> Scope:
    """The scope of a seat: a performer's own lines, or a project's with those of its licences."""
    if subject.startswith("per_"):
        return Scope(person=subject)
    return Scope(frozenset({subject, *market.licences_of_project(subject)}))


def write(path: Path, scope: Scope, *, now: datetime) -> Path:
    """Write the bundle as a `.zip`; returns its path. Raises Conflict where nothing is published yet."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files(scope, now=now):
            archive.writestr(name, content)
    return path


def replayed(scope: Scope, *, now: datetime) -> Outcome:
    """The same rules that `yesif audit` runs, on the same bundle, here. Raises Conflict where nothing is published."""
    return replay(Bundle.of(dict(files(scope, now=now))), Rules(Retold(), split), trusted=Shelf().trust())


def files(scope: Scope, *, now: datetime) -> Iterator[tuple[str, bytes]]:
    """Every file of the bundle."""
    shelf = Shelf()
    published = shelf.published()
    if published is None:
        raise Conflict("Nothing is on the record yet. Ask again in a minute.")
    note, checkpoint = published
    yield "about.json", json.dumps({"at_ms": milliseconds(now), "whole": scope.whole}).encode()
    yield "trust-policy", shelf.trust_text().encode()
    yield "tlog/checkpoint", str(note).encode()
    for tile in tiles_of(checkpoint.size):
        yield f"tlog/{tile.path}", shelf.content(tile)
    yield from _entries(shelf, checkpoint.size)
    yield "lines.jsonl", _jsonl(_lines(scope))
    yield from _books(scope)


def _entries(shelf: Shelf, size: int) -> Iterator[tuple[str, bytes]]:
    for number in range(-(-size // WIDTH)):
        width = min(WIDTH, size - number * WIDTH)
        yield f"tlog/{entries_path(number, width)}", shelf.bundle(number, width)


def _lines(scope: Scope) -> Iterator[dict[str, Any]]:
    if scope.whole:
        return record.every_line()
    return record.lines_of_person(scope.person) if scope.person else record.lines_of(scope.subjects)


def _books(scope: Scope) -> Iterator[tuple[str, bytes]]:
    people = {scope.person} if scope.person else record.people_in(scope.subjects)
    shown = None if scope.whole else people
    entries = (_entry(seq, at, entry, shown) for seq, at, entry in money.dated_journal())
    yield "journal.jsonl", _jsonl(one for one in entries if one["postings"])
    if scope.person:
        chain = record.chain_of(scope.person)
        told = [{"key": chain.key.hex(), "n": chain.n, "person": scope.person}] if chain else []
        yield "chains.jsonl", _jsonl(told)
        return
    licences = None if scope.whole else scope.subjects
    yield "leases.jsonl", _jsonl(market.leases_given(licences))
    yield "manifests.jsonl", _jsonl(market.manifests_delivered(licences))


def _entry(seq: int, at: datetime, entry: Entry, people: set[str] | None) -> dict[str, Any]:
    postings = [(one.account, one.micro, one.line) for one in entry.postings]
    if people is not None:
        postings = [one for one in postings if one[0].split(":")[1:2] and one[0].split(":")[1] in people]
        if rest := sum(one[1] for one in postings):
            postings.append(("others", -rest, None))
    return {
        "seq": seq, "key": entry.key, "currency": entry.currency, "memo": entry.memo, "reverses": entry.reverses,
        "postings": [[account, str(micro), line] for account, micro, line in postings], "at_ms": milliseconds(at),
    }  # fmt: skip


def _jsonl(objects: Iterable[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in objects)
