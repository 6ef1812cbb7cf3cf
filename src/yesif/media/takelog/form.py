"""The form of one record of a take log: its 32-byte head, its kinds, and the check that it is whole."""

import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum

MAGIC = b"YIFLOG1\n"
HEADER_BYTES = 32
LARGEST_PAYLOAD = 8 * 1024 * 1024
KEY_FRAME = 1

_HEAD = struct.Struct("<IBBHIqq")
_CRC = struct.Struct("<I")


class Kind(IntEnum):
    """What a record holds."""

    HEADER = 1  # JSON: whose take, which track, which codec; again where the recorder restarted
    VIDEO = 2  # one encoded frame
    PCM = 3  # s16le interleaved samples
    OPUS = 4  # one packet
    CONTAINER = 5  # bytes of a MediaRecorder's file, in order
    FRAMES = 6  # JSON [[media_time_us, capture_us, presented_frames], …]
    NOTE = 7  # JSON {"what": …}
    PINGS = 8  # JSON [[way, t0_us, t1_ns, t2_ns, t3_us], …]
    CONFIG = 9  # JSON {"codec", "width", "height", "description"}
    END = 10  # JSON: the recorder's own ledger


TEXTS = frozenset({Kind.HEADER, Kind.FRAMES, Kind.NOTE, Kind.PINGS, Kind.CONFIG, Kind.END})


@dataclass(frozen=True, slots=True)
class Record:
    """The head of one record, and where its payload begins in the file. Times in microseconds of the client's clock."""

    kind: int
    flags: int
    seq: int
    timestamp_us: int
    arrival_us: int
    crc: int
    length: int
    payload_at: int

    @property
    def end(self) -> int:
        """The byte after the record."""
        return self.payload_at + self.length


def pack(kind: int, flags: int, seq: int, timestamp_us: int, arrival_us: int, payload: bytes) -> bytes:
    """One record, whole."""
    head = _HEAD.pack(len(payload), kind, flags, 0, seq, timestamp_us, arrival_us)
    return head + _CRC.pack(zlib.crc32(payload, zlib.crc32(head))) + payload


def unpack_head(head: bytes, at: int) -> Record | None:
    """The head at byte `at` of a file, or None where these 32 bytes cannot be one."""
    if len(head) < HEADER_BYTES:
        return None
    length, kind, flags, zero, seq, timestamp_us, arrival_us = _HEAD.unpack_from(head)
    if zero or not Kind.HEADER <= kind <= Kind.END or length > LARGEST_PAYLOAD:
        return None
    (crc,) = _CRC.unpack_from(head, _HEAD.size)
    return Record(kind, flags, seq, timestamp_us, arrival_us, crc, length, at + HEADER_BYTES)


def is_whole(head: bytes, record: Record, payload: bytes) -> bool:
    """Are head and payload the ones that the checksum was made of?"""
    return len(payload) == record.length and zlib.crc32(payload, zlib.crc32(head[: _HEAD.size])) == record.crc
