"""PNG pictures whose one colour says whose they are, made and read with nothing but zlib."""

from __future__ import annotations

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SIDE = 4


def picture(place: int) -> bytes:
    """Return a picture of village number `place`: all pixels (200, 100 + place, 50)."""
    line = b"\0" + bytes((200, 100 + place, 50)) * SIDE
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    body = (("IHDR", head), ("IDAT", zlib.compress(line * SIDE)), ("IEND", b""))
    return SIGNATURE + b"".join(_chunk(name.encode(), data) for name, data in body)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def places_in(content: bytes) -> set[int]:
    """Return the villages whose colour is in any PNG that `content` holds or is."""
    found = set()
    start = content.find(SIGNATURE)
    while start >= 0:
        for red, green, blue in _pixels(content[start + len(SIGNATURE) :]):
            if (red, blue) == (200, 50) and 100 <= green < 106:
                found.add(green - 100)
        start = content.find(SIGNATURE, start + 1)
    return found


def _pixels(chunks: bytes) -> list[tuple[int, int, int]]:
    """Return the first pixel of each line of an unfiltered RGB picture."""
    data, width = b"", 0
    while len(chunks) >= 12:
        size, name = struct.unpack(">I4s", chunks[:8])
        body = chunks[8 : 8 + size]
        if name == b"IHDR":
            width = struct.unpack(">I", body[:4])[0]
        elif name == b"IDAT":
            data += body
        elif name == b"IEND":
            break
        chunks = chunks[12 + size :]
    lines = zlib.decompress(data) if data else b""
    step = 1 + width * 3
    return [
        (lines[at + 1], lines[at + 2], lines[at + 3])
        for at in range(0, len(lines) - 3, step)
        if step > 3
    ]
