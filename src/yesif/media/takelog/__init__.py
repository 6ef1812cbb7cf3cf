"""The take log: the append-only file a browser writes while it records, and how it is written, read and proved here.

    8 bytes "YIFLOG1\\n", then records, little-endian:
    u32 payload bytes | u8 type | u8 flags (bit 0: key frame) | u16 zero | u32 seq | i64 timestamp_us | i64 arrival_us
    | u32 CRC-32 (zlib) over those 28 bytes and the payload | payload

`scan` walks a log once and gives an index of every valid record; a log cut or damaged anywhere gives all the rest.
"""

from yesif.media.takelog.form import HEADER_BYTES, LARGEST_PAYLOAD, MAGIC, Kind, Record
from yesif.media.takelog.prove import Chain, chain, verify
from yesif.media.takelog.read import LogFinding, Scan, Text, scan
from yesif.media.takelog.write import LogWriter

__all__ = [
    "HEADER_BYTES",
    "LARGEST_PAYLOAD",
    "MAGIC",
    "Chain",
    "Kind",
    "LogFinding",
    "LogWriter",
    "Record",
    "Scan",
    "Text",
    "chain",
    "scan",
    "verify",
]
