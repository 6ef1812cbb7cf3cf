"""NumPy archives with the same bytes every time: arrays stored, not squeezed, with no date in them.

Format: numpy.lib.format version 1.0 inside a ZIP of stored entries. Stored, because a squeezed archive must be inflated
whole to read one feature (corpora.md §6: 10 ms against 0.9 ms for a 30-second window).
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from yesif.base.errors import BadInput

ITEM_BYTES = {"<f2": 2, "<f4": 4, "<f8": 8, "|b1": 1, "<i2": 2, "<i4": 4, "<i8": 8}
"""The dtypes we write, little-endian, and the bytes of one item."""

_ALIGN = 64  # numpy.lib.format: the header ends on a multiple of 64 bytes


@dataclass(frozen=True, slots=True)
class Array:
    """One array as bytes, C order. `descr` is NumPy's dtype string, e.g. `<f4`."""

    descr: str
    shape: tuple[int, ...]
    content: bytes

    def __post_init__(self) -> None:
        if self.descr not in ITEM_BYTES:
            raise BadInput(f"an array in a release is one of {', '.join(ITEM_BYTES)}, not {self.descr}")
        expected = prod(self.shape) * ITEM_BYTES[self.descr]
        if len(self.content) != expected:
            raise BadInput(f"an array of shape {self.shape} holds {expected} bytes, not {len(self.content)}")


def write_npz(arrays: Mapping[str, Array]) -> bytes:
    """The archive's bytes; entries stand in the order of their names. `numpy.load` reads it."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(arrays):
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # Unix on every machine, or the bytes tell which one built it
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, _header(arrays[name]) + arrays[name].content)
    return kept.getvalue()


def _header(array: Array) -> bytes:
    text = f"{{'descr': '{array.descr}', 'fortran_order': False, 'shape': {array.shape!r}, }}"
    used = 10 + len(text) + 1
    text += " " * (-used % _ALIGN) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode("latin-1")
