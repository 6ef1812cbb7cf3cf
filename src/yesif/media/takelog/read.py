"""Reads a take log once, front to back: valid records into an index, everything odd into findings.

Memory: 41 bytes a record plus the JSON records, whatever the log weighs. Payloads stay in the file until asked for.
"""

import json
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from yesif.base.errors import BadInput, NotFound
from yesif.media.takelog.form import HEADER_BYTES, KEY_FRAME, MAGIC, TEXTS, Kind, Record, is_whole, unpack_head

_MOST_FINDINGS = 1000
_MOST_TEXT = 64 * 1024 * 1024
_WINDOW = 1 << 20
# A head as bytes: length below 2^24, a kind from 1 to 10, two bytes of zero.
_LIKELY = re.compile(rb"(?=[\x00-\xff]{3}\x00[\x01-\x0a][\x00-\xff]\x00\x00)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class LogFinding:
    """One odd thing at byte `at`: `check` names its kind, `sentence` says it, `count` is how many records or bytes."""

    check: str
    sentence: str
    at: int
    count: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """A JSON record: its kind, value, place in the order (`run`, `seq`), and when it was written (client, µs)."""

    kind: int
    value: Any
    run: int
    seq: int
    arrival_us: int


@dataclass(slots=True)
class Scan:
    """What a log holds. All arrays have one entry a media record, in the order of run and seq.

    `kind` uint8; `run` uint16, counted from 0, one more with every header; `seq` uint32; `timestamp_us`, `arrival_us`,
    `payload_at` int64; `length` int32; `key` bool. `valid_bytes` is where the last valid record ends; `tail_bytes` are
    the bytes behind it. `ended`: does an END record close the log?
    """

    path: Path
    size: int
    texts: list[Text] = field(default_factory=list)
    findings: list[LogFinding] = field(default_factory=list)
    records: int = 0
    valid_bytes: int = 0
    kind: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8))
    run: NDArray[np.uint16] = field(default_factory=lambda: np.zeros(0, np.uint16))
    seq: NDArray[np.uint32] = field(default_factory=lambda: np.zeros(0, np.uint32))
    timestamp_us: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    arrival_us: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    payload_at: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    length: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    key: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))

    @property
    def tail_bytes(self) -> int:
        return self.size - self.valid_bytes

    @property
    def ended(self) -> bool:
        return any(text.kind == Kind.END for text in self.texts)

    @property
    def header(self) -> dict[str, Any]:
        """The first header; empty where none is readable."""
        return next((text.value for text in self.said(Kind.HEADER)), {})

    def said(self, kind: Kind) -> list[Text]:
        """The JSON records of one kind whose value has that kind's shape, in order."""
        shape: type = list if kind in (Kind.FRAMES, Kind.PINGS) else dict
        return [text for text in self.texts if text.kind == kind and isinstance(text.value, shape)]

    def rows(self, kind: Kind) -> list[Any]:
        """All rows of FRAMES or PINGS, one list."""
        return [row for text in self.said(kind) for row in text.value]

    def of(self, *kinds: Kind) -> NDArray[np.int64]:
        """Indices of the media records of these kinds, in order."""
        return np.flatnonzero(np.isin(self.kind, kinds))

    def payloads(self, indices: NDArray[np.int64]) -> Iterator[bytes]:
        """The payloads at these indices, one at a time."""
        with self.path.open("rb") as source:
            for index in indices:
                source.seek(int(self.payload_at[index]))
                yield source.read(int(self.length[index]))


def scan(path: Path) -> Scan:
    """Walk a log. Raises NotFound where there is none and BadInput where the file is no take log at all.

    A cut tail, a wrong checksum, a repeated or missing seq, records out of order, a second header: each is a finding,
    and every valid record is kept. An empty file is a log of nothing.
    """
    try:
        with path.open("rb") as source:
            return _Walk(path, source).walk()
    except FileNotFoundError:
        raise NotFound from None


class _Walk:
    """One pass over a log. Owns the growing columns; lives for one call of `scan`."""

    def __init__(self, path: Path, source: BinaryIO) -> None:
        self.source = source
        self.scan = Scan(path, path.stat().st_size)
        self.rows: tuple[array[int], ...] = tuple(array(code) for code in "BHIqqqlB")
        self.run = -1
        self.expected = 0
        self.missing: list[range] = []
        self.text_bytes = 0
        self.patience = 4 * self.scan.size + _WINDOW
        self.unsaid = 0

    def walk(self) -> Scan:
        scan = self.scan
        magic = self.source.read(len(MAGIC))
        if magic != MAGIC[: len(magic)]:
            raise BadInput("This is not a take log: it does not begin with YIFLOG1.")
        scan.valid_bytes = at = len(magic)
        while at < scan.size:
            record, payload = self._record(at)
            if record is None:
                found = self._next(at)
                if found is None:
                    break
                self._find("damaged-bytes", f"{found - at} bytes are damaged and were left out.", at, found - at)
                at = found
                continue
            self._take(record, payload)
            scan.valid_bytes = at = record.end
        return self._finish()

    def _record(self, at: int) -> tuple[Record | None, bytes]:
        self.source.seek(at)
        head = self.source.read(HEADER_BYTES)
        record = unpack_head(head, at)
        if record is None or record.end > self.scan.size:
            return None, b""
        payload = self.source.read(record.length)
        return (record, payload) if is_whole(head, record, payload) else (None, b"")

    def _next(self, damaged_at: int) -> int | None:
        """Where the next valid record begins after damage, or None. Gives up after reading four times the file."""
        at = damaged_at + 1
        while at < self.scan.size and self.patience > 0:
            self.source.seek(at)
            window = self.source.read(_WINDOW + HEADER_BYTES)
            self.patience -= len(window)
            for likely in _LIKELY.finditer(window):
                if likely.start() >= _WINDOW:
                    break
                record, payload = self._record(at + likely.start())
                self.patience -= len(payload) + HEADER_BYTES
                if record is not None:
                    return at + likely.start()
                if self.patience <= 0:
                    return None
            at += _WINDOW
        return None

    def _take(self, record: Record, payload: bytes) -> None:
        self.scan.records += 1
        if record.kind == Kind.HEADER:
            self._restart(record)
        if not self._in_order(record):
            return
        if record.kind in TEXTS:
            self._text(record, payload)
            return
        key = record.flags & KEY_FRAME
        row = (record.kind, max(self.run, 0), record.seq, record.timestamp_us, record.arrival_us, record.payload_at)
        for column, value in zip(self.rows, (*row, record.length, key), strict=True):
            column.append(value)

    def _restart(self, record: Record) -> None:
        self.run += 1
        if self.run:
            self._find("second-header", "The recorder started again here.", record.payload_at)
        if record.seq < self.expected:
            self.expected, self.missing = record.seq, []

    def _in_order(self, record: Record) -> bool:
        """Keep account of the seq. False for a record that was there before."""
        if record.seq == self.expected:
            self.expected += 1
        elif record.seq > self.expected:
            gap = record.seq - self.expected
            self._find("missing-records", f"{gap} records are missing.", record.payload_at, gap)
            if len(self.missing) < _MOST_FINDINGS:
                self.missing.append(range(self.expected, record.seq))
            self.expected = record.seq + 1
        elif not self._was_missing(record.seq):
            self._find("repeated-record", "A record is there twice; the first one counts.", record.payload_at)
            return False
        else:
            self._find("out-of-order", "A record stands later than its place; it was put back.", record.payload_at)
        return True

    def _was_missing(self, seq: int) -> bool:
        for index, gap in enumerate(self.missing):
            if seq in gap:
                self.missing[index : index + 1] = [g for g in (range(gap.start, seq), range(seq + 1, gap.stop)) if g]
                return True
        return False

    def _text(self, record: Record, payload: bytes) -> None:
        self.text_bytes += len(payload)
        if self.text_bytes > _MOST_TEXT:
            self._find("too-much-text", "There are too many bytes of notes; the rest is left out.", record.payload_at)
            return
        try:
            value = json.loads(payload)
        except (ValueError, RecursionError):
            self._find("unreadable-note", "A record that should be JSON is not.", record.payload_at)
            return
        self.scan.texts.append(Text(record.kind, value, max(self.run, 0), record.seq, record.arrival_us))

    def _find(self, check: str, sentence: str, at: int, count: int = 1) -> None:
        if len(self.scan.findings) < _MOST_FINDINGS:
            self.scan.findings.append(LogFinding(check, sentence, at, count))
        else:
            self.unsaid += 1

    def _finish(self) -> Scan:
        scan = self.scan
        names = ("kind", "run", "seq", "timestamp_us", "arrival_us", "payload_at", "length", "key")
        kinds = (np.uint8, np.uint16, np.uint32, np.int64, np.int64, np.int64, np.int32, np.bool_)
        columns: list[NDArray[Any]] = [np.array(row, dtype=kind) for row, kind in zip(self.rows, kinds, strict=True)]
        order = np.lexsort((columns[2], columns[1]))
        for name, column in zip(names, columns, strict=True):
            setattr(scan, name, column[order])
        scan.texts.sort(key=lambda text: (text.run, text.seq))
        if scan.tail_bytes:
            sentence = f"The last {scan.tail_bytes} bytes hold no whole record; the log was cut there."
            scan.findings.append(LogFinding("cut", sentence, scan.valid_bytes, scan.tail_bytes))
        if self.unsaid:
            sentence = f"{self.unsaid} more findings like these are not listed."
            scan.findings.append(LogFinding("more", sentence, scan.valid_bytes, self.unsaid))
        return scan
