"""Photos and signed papers of the made-up county: tiny pictures, each of its own, kept like real ones."""

from __future__ import annotations

import struct
import zlib
from datetime import datetime
from random import Random

from accounts.models import StoredFile, User
from accounts.services.files import keep_bytes

WIDTH, HEIGHT = 48, 32


def keep_photo(title: str, *, actor: User, at: datetime) -> StoredFile:
    """A picture whose colours follow from its title and moment, so that no two are the same file."""
    return keep_bytes(
        content=_picture(f"{title}{at.isoformat()}"),
        name=f"{title}（演示）.png",
        content_type="image/png",
        actor=actor,
        at=at,
    )


def _picture(seed: str) -> bytes:
    """A house before hills, as PNG."""
    random = Random(seed)
    sky, hill, wall, roof = (bytes(random.randint(60, 230) for _ in range(3)) for _ in range(4))
    slope = random.randint(14, 22)
    lines = b"".join(
        b"\x00" + b"".join(_colour(x, y, slope, sky, hill, wall, roof) for x in range(WIDTH)) for y in range(HEIGHT)
    )
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _colour(x: int, y: int, slope: int, sky: bytes, hill: bytes, wall: bytes, roof: bytes) -> bytes:
    if 18 <= x < 34 and y >= 18:
        return wall
    if 12 <= y < 18 and abs(x - 26) <= (y - 10) * 2:
        return roof
    return hill if y > slope + abs(x % 24 - 12) // 2 else sky


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
