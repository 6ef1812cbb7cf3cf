"""Writes a take log: for tests, for the demo without a browser, and as the browser's form in Python."""

import json
from typing import BinaryIO

from yesif.media.takelog.form import KEY_FRAME, MAGIC, Kind, pack


class LogWriter:
    """Appends records to an open binary file and counts them; writes the magic unless `seq` continues a log."""

    def __init__(self, target: BinaryIO, *, seq: int = 0) -> None:
        self.target, self.seq = target, seq
        if seq == 0:
            target.write(MAGIC)

    def add(self, kind: int, payload: bytes, *, timestamp_us: int = 0, arrival_us: int = 0, key: bool = False) -> None:
        """One record with these bytes."""
        flags = KEY_FRAME if key else 0
        self.target.write(pack(kind, flags, self.seq, timestamp_us, arrival_us, payload))
        self.seq += 1

    def say(self, kind: Kind, value: object, *, arrival_us: int = 0) -> None:
        """One record with this value as JSON: header, frames, note, pings, config or end."""
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
        self.add(kind, text, timestamp_us=arrival_us, arrival_us=arrival_us)
