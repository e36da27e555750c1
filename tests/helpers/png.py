"""A reader of the pictures that a browser takes: 8-bit RGB or RGBA, without interlacing."""

from __future__ import annotations

import struct
import zlib


def pixels(data: bytes) -> list[list[tuple[int, int, int]]]:
    """The rows of a picture, each a list of red, green and blue."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    place, packed, head = 8, b"", b""
    while place < len(data):
        (size,) = struct.unpack(">I", data[place : place + 4])
        name, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        head = body if name == b"IHDR" else head
        packed += body if name == b"IDAT" else b""
        place += size + 12
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", head)
    assert (depth, interlaced) == (8, 0)
    step = {2: 3, 6: 4}[colour]
    raw, before, found = zlib.decompress(packed), bytearray(width * step), []
    for row in range(height):
        start = row * (width * step + 1)
        line = _unfiltered(
            raw[start], bytearray(raw[start + 1 : start + 1 + width * step]), before, step
        )
        found.append(list(zip(line[0::step], line[1::step], line[2::step], strict=True)))
        before = line
    return found


def _unfiltered(kind: int, line: bytearray, above: bytearray, step: int) -> bytearray:
    if kind == 0:
        return line
    for place in range(len(line)):
        left = line[place - step] if place >= step else 0
        up = above[place]
        corner = above[place - step] if place >= step else 0
        guess = (0, left, up, (left + up) // 2, _paeth(left, up, corner))[kind]
        line[place] = (line[place] + guess) & 255
    return line


def _paeth(left: int, up: int, corner: int) -> int:
    middle = left + up - corner
    near = (abs(middle - left), abs(middle - up), abs(middle - corner))
    return (left, up, corner)[near.index(min(near))]
