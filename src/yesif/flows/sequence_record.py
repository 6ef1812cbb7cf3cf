"""Lines of the record into the tree, tiles onto the shelf, a signed checkpoint on top. Kill it anywhere; run it again.

    1  waiting lines get their index, in one transaction          (apps.record.actions.sequence)
    2  the tiles and bundles that grew are written                 an index never changes, so neither do full tiles
    3  the new root is shown to continue the one signed before     in doubt nothing is signed
    4  the checkpoint is signed and put in the place of the old    from here on everyone may hold us to it
    5  witnesses are asked to cosign; the checkpoint gains their lines

A crash after 1, 2 or 3 leaves the old checkpoint standing; the next run does 2 to 4 from it, byte for byte the same.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.db import Error as DatabaseError
from django.db import connections, transaction

from yesif.apps.record import actions, queries
from yesif.apps.record.shelf import Shelf
from yesif.base.clock import Clock
from yesif.base.errors import Damaged, YesIfError
from yesif.core.tlog import tree
from yesif.core.tlog.checkpoint import Checkpoint
from yesif.core.tlog.grow import grow
from yesif.core.tlog.leaf import Leaf
from yesif.core.tlog.tile import WIDTH, Tile, TileReader, entries_path
from yesif.flows.cosign import ask_witnesses

logger = logging.getLogger(__name__)

EVERY_S = 2.0
_STEP = 64 * WIDTH
"""Leaves whose tiles are made at once: bounds memory, and the loss of a crash to seconds."""


def now(*, at: datetime | None = None) -> int:
    """Sequence everything that waits and publish; returns the size that is published. Safe to call from anywhere, at
    once from many places: they come one after the other. Raises Damaged where database and shelf contradict each other:
    then nothing is signed until somebody has looked."""
    at = at or datetime.now(UTC)
    shelf = Shelf()
    with shelf.locked():
        _begin(shelf, at)
        by = shelf.verifier().key_id.hex()
        before = -1
        while (size := actions.sequence(by=by)) != before:
            before = size
        # An index stands in the database: whoever comes after a crash here goes on from it.
        _publish(shelf, size, at)
        return size


def _begin(shelf: Shelf, at: datetime) -> None:
    """The first leaf says whose record this is. A shelf with another key than the one that began it is another's."""
    if queries.size() == 0:
        if shelf.published() is not None:
            raise Damaged("this shelf holds a published record and the database holds none: one of them is another's")
        if queries.count("genesis") == 0:
            verifier = shelf.verifier()
            with transaction.atomic():
                body = {"origin": verifier.name, "key": str(verifier)}
                actions.append(kind="genesis", body=body, about=[], now=at)
        return
    issuer = Leaf.parse(queries.leaf_bytes(0, 1)[0]).by
    if issuer != shelf.verifier().key_id.hex():
        raise Damaged(f"the record was begun with key {issuer}, and the key on this shelf is another")


def _publish(shelf: Shelf, size: int, at: datetime) -> None:
    standing = shelf.published()
    old = standing[1] if standing else Checkpoint(shelf.verifier().name, 0, tree.EMPTY_ROOT)
    if old.size > size:
        raise Damaged(f"the published record has {old.size} leaves and the database {size}: leaf {size} is missing")
    if old.size < size:
        _write_tiles(shelf, old.size, size)
        reader = TileReader(size, shelf.content)
        if tree.root(old.size, reader) != old.root:
            raise Damaged(f"the tree of {size} leaves does not continue the published {old.size}; nothing was signed")
        text = str(Checkpoint(old.origin, size, tree.root(size, reader)))
        shelf.publish(shelf.sign(text, at_seconds=int(at.timestamp())))
        # From here on the checkpoint stands; witnesses may be asked again at any time.
        _drop_partials(shelf, old.size, size)
    if size:
        ask_witnesses(shelf)


def _write_tiles(shelf: Shelf, old: int, size: int) -> None:
    while old < size:
        first = old // WIDTH * WIDTH
        end = min(size, first + _STEP)
        for path, content in grow(old, queries.leaf_bytes(first, end), first, shelf.hashes):
            shelf.put(path, content)
        old = end


def _drop_partials(shelf: Shelf, old: int, size: int) -> None:
    for number in range(old // WIDTH, size // WIDTH):
        shelf.drop_partials(entries_path(number))
    level = 0
    while size >= WIDTH:
        for number in range(old // WIDTH, size // WIDTH):
            shelf.drop_partials(Tile(level, number).path)
        old, size, level = old // WIDTH, size // WIDTH, level + 1


class Sequencer(threading.Thread):
    """Sequences every two seconds while something waits, and closes each day, beside a worker."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(name="record", daemon=True)
        self._clock, self._leaving, self._day = clock, threading.Event(), ""

    def run(self) -> None:
        while True:
            self._turn()
            if self._leaving.wait(EVERY_S):
                self._turn()
                connections.close_all()
                return

    def leave(self) -> None:
        """Sequence once more, then end."""
        self._leaving.set()
        self.join(20)

    def _turn(self) -> None:
        at = self._clock.now()
        try:
            self._close_day(at)
            if queries.waiting():
                now(at=at)
        except DatabaseError:
            logger.warning("the database does not answer; the record is sequenced later")
            connections.close_all()
        except YesIfError as wrong:
            logger.error("the record was not sequenced: %s", wrong)  # noqa: TRY400  the sentence says it all
        except OSError:
            logger.error("the shelf of the record cannot be written; it is sequenced later")  # noqa: TRY400

    def _close_day(self, at: datetime) -> None:
        """At the first turn of a new day (UTC), every chain's length is committed to for the day before; also where
        nothing ran at midnight, from the record's second day on."""
        day = at.date().isoformat()
        if self._day != day:
            before = self._day or (at.date() - timedelta(days=1)).isoformat()
            if self._day or _began_before(day):
                actions.close_day(day=before, now=at)
        self._day = day


def _began_before(day: str) -> bool:
    if queries.size() == 0:
        return False
    first = Leaf.parse(queries.leaf_bytes(0, 1)[0]).at_ms
    return datetime.fromtimestamp(first / 1000, UTC).date().isoformat() < day


@contextmanager
def running(clock: Clock) -> Iterator[None]:
    """The sequencer, for as long as the block runs."""
    sequencer = Sequencer(clock)
    sequencer.start()
    try:
        yield
    finally:
        sequencer.leave()
