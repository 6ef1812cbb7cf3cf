"""A frame number painted as black and white cells along the top of a picture, and the reader that finds it again.

Layout, left to right, 32 equal cells over the middle 80 % of the width, from 1/48 to 5/96 of the height:

    black white | 20 bits of number, high bit first | 8 bits of check | white black

The cells are fractions of the picture, so the code survives scaling; they are wide, so it survives a codec.
"""

import numpy as np
from numpy.typing import NDArray

BITS = 20
LIMIT = 1 << BITS
"""Frame numbers are counted modulo this: 9.7 hours at 30 frames a second."""
_CHECK = 8
_CELLS = 2 + BITS + _CHECK + 2
_POLYNOMIAL = 0x07  # CRC-8/SMBUS: x^8 + x^2 + x + 1

BLACK, WHITE = 16, 235
"""Luma of the cells, in the studio range of ITU-R BT.601/709."""


def paint_barcode(luma: NDArray[np.uint8], number: int) -> None:
    """Paint `number` (modulo LIMIT) into a luma plane [height, width] uint8, in place."""
    top, bottom, edges = _layout(luma.shape)
    for cell, bit in enumerate(_cells(number % LIMIT)):
        luma[top:bottom, edges[cell] : edges[cell + 1]] = WHITE if bit else BLACK


def read_barcode(gray: NDArray[np.uint8]) -> int | None:
    """The number in a luma plane or grey picture [height, width] uint8 of any size, or None where none is sure."""
    top, bottom, edges = _layout(gray.shape)
    inset = max((bottom - top) // 4, 0)
    strip = gray[top + inset : max(bottom - inset, top + inset + 1)].mean(axis=0)
    levels = np.array([strip[_middle(edges[i], edges[i + 1])].mean() for i in range(_CELLS)])
    black, white = (levels[0] + levels[-1]) / 2, (levels[1] + levels[-2]) / 2
    if white - black < 40:
        return None
    bits = (levels > (black + white) / 2).astype(int)
    number = int("".join(map(str, bits[2 : 2 + BITS])), 2)
    return number if list(bits) == _cells(number) else None


def _cells(number: int) -> list[int]:
    body = [(number >> shift) & 1 for shift in range(BITS - 1, -1, -1)]
    check = _crc8(number.to_bytes(3, "big"))
    return [0, 1, *body, *((check >> shift) & 1 for shift in range(_CHECK - 1, -1, -1)), 1, 0]


def _crc8(content: bytes) -> int:
    crc = 0
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = ((crc << 1) ^ _POLYNOMIAL if crc & 0x80 else crc << 1) & 0xFF
    return crc


def _layout(shape: tuple[int, ...]) -> tuple[int, int, list[int]]:
    height, width = shape[:2]
    edges = [round(width * (0.1 + 0.8 * cell / _CELLS)) for cell in range(_CELLS + 1)]
    return round(height / 48), max(round(height * 5 / 96), round(height / 48) + 1), edges


def _middle(left: int, right: int) -> slice:
    quarter = (right - left) // 4
    return slice(left + quarter, max(right - quarter, left + quarter + 1))
