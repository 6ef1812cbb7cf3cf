"""H.264 as browsers send it: the parameter sets out of an avcC box, and frames with lengths or with start codes.

ITU-T H.264 Annex B (start codes) and 7.4.1 (NAL unit types); ISO/IEC 14496-15 §5.3.3 (avcC).
"""

import base64
import binascii
import re
from dataclasses import dataclass

from yesif.base.errors import Damaged

_START = b"\x00\x00\x00\x01"
_CODES = re.compile(rb"\x00\x00\x01")
_IDR, _SPS, _PPS = 5, 7, 8


@dataclass(frozen=True, slots=True)
class Avcc:
    """A decoder configuration record: the box itself, its parameter sets, and how many bytes a length takes."""

    box: bytes
    sets: tuple[bytes, ...]
    length_bytes: int

    def prefix(self) -> bytes:
        """The parameter sets with start codes."""
        return b"".join(_START + unit for unit in self.sets)


def avcc(description: object) -> Avcc | None:
    """The avcC in a decoder config's `description` (base64), or None without one. Raises Damaged where it is broken."""
    if not isinstance(description, str) or not description:
        return None
    try:
        box = base64.b64decode(description, validate=True)
        sets, at = [], 5
        for mask in (0x1F, 0xFF):
            count = box[at] & mask
            at += 1
            for _ in range(count):
                length = int.from_bytes(box[at : at + 2])
                sets.append(box[at + 2 : at + 2 + length])
                at += 2 + length
                if at > len(box):
                    raise Damaged(f"The camera's avcC names {at} bytes and has {len(box)}.")
    except (binascii.Error, IndexError) as broken:
        raise Damaged("The camera's avcC cannot be read.") from broken
    if box[0] != 1 or not sets or not all(sets):
        raise Damaged("The camera's avcC holds no parameter sets.")
    return Avcc(box, tuple(sets), (box[4] & 3) + 1)


def units_with_lengths(frame: bytes, length_bytes: int) -> list[bytes]:
    """NAL units of a length-prefixed frame. Raises Damaged where the lengths do not add up."""
    units, at = [], 0
    while at < len(frame):
        length = int.from_bytes(frame[at : at + length_bytes])
        at += length_bytes
        if not length or at + length > len(frame):
            raise Damaged(f"A frame names a unit of {length} bytes and has {len(frame) - at}.")
        units.append(frame[at : at + length])
        at += length
    return units


def units_with_codes(frame: bytes) -> list[bytes]:
    """NAL units of an Annex B frame."""
    starts = [match.end() for match in _CODES.finditer(frame)]
    ends = [start - 3 for start in starts[1:]] + [len(frame)]
    return [unit for start, end in zip(starts, ends, strict=True) if (unit := frame[start:end].rstrip(b"\x00"))]


def with_codes(units: list[bytes]) -> bytes:
    """NAL units as Annex B."""
    return b"".join(_START + unit for unit in units)


def has_key(units: list[bytes]) -> bool:
    """Can decoding begin here? Only at an IDR picture."""
    return any(unit[0] & 0x1F == _IDR for unit in units)


def sets_in(units: list[bytes]) -> list[bytes]:
    """The parameter sets among these units."""
    return [unit for unit in units if unit[0] & 0x1F in (_SPS, _PPS)]
