"""
Pictures as browsers write them: PNG with eight bits a channel, not interlaced.

Source: the PNG specification (W3C, third edition), sections 7 and 9.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Final

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_CHANNELS: Final = {2: 3, 6: 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Pixels, row by row, three or four bytes each."""

    width: int
    height: int
    channels: int
    rows: list[bytes]

    def ink(self) -> float:
        """Return the share of pixels that are neither the page's ground nor that of a panel."""
        grounds = self._grounds()
        marked = sum(
            all(abs(pixel[n] - ground[n]) <= 6 for n in range(3)) is False
            for row in self.rows[::2]
            for pixel in self._pixels(row)[::2]
            for ground in (min(grounds, key=lambda g: abs(g[0] - pixel[0])),)
        )
        return marked / sum(len(self._pixels(row)[::2]) for row in self.rows[::2])

    def _pixels(self, row: bytes) -> list[bytes]:
        return [row[n : n + 3] for n in range(0, len(row), self.channels)]

    def _grounds(self) -> list[bytes]:
        counts: dict[bytes, int] = {}
        for row in self.rows[::8]:
            for pixel in self._pixels(row)[::4]:
                counts[pixel] = counts.get(pixel, 0) + 1
        return sorted(counts, key=lambda pixel: -counts[pixel])[:2]


def read(data: bytes) -> Picture:
    """Return the pixels of a picture."""
    assert data.startswith(_SIGNATURE)
    at, packed, head = len(_SIGNATURE), b"", b""
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        head = body if kind == b"IHDR" else head
        packed += body if kind == b"IDAT" else b""
        at += length + 12
    width, height, depth, color, _, _, interlaced = struct.unpack(">IIBBBBB", head)
    assert (8, 0) == (depth, interlaced)
    channels = _CHANNELS[color]
    rows = _rows(zlib.decompress(packed), width * channels, channels)
    return Picture(width=width, height=height, channels=channels, rows=rows)


def write(picture: Picture) -> bytes:
    """Return a picture without its transparency, packed as well as can be."""
    lines = []
    for row in picture.rows:
        opaque = b"".join(picture._pixels(row))
        # Each byte less the one of the pixel before (filter 1): smooth areas pack best so.
        lines.append(
            b"\x01" + bytes((b - a) & 255 for a, b in zip(b"\0\0\0" + opaque, opaque, strict=False))
        )
    head = struct.pack(">IIBBBBB", picture.width, picture.height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(lines), 9)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _rows(data: bytes, length: int, channels: int) -> list[bytes]:
    rows, above = [], bytes(length)
    for start in range(0, len(data), length + 1):
        row = bytearray(data[start + 1 : start + 1 + length])
        _unfilter(data[start], row, above, channels)
        above = bytes(row)
        rows.append(above)
    return rows


def _unfilter(kind: int, row: bytearray, above: bytes, channels: int) -> None:
    for n in range(len(row)):
        left = row[n - channels] if n >= channels else 0
        corner = above[n - channels] if n >= channels else 0
        guess = (0, left, above[n], (left + above[n]) // 2, _paeth(left, above[n], corner))[kind]
        row[n] = (row[n] + guess) & 255


def _paeth(left: int, up: int, corner: int) -> int:
    best = left + up - corner
    return min((left, up, corner), key=lambda each: abs(best - each))
