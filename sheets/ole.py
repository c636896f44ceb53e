"""The skeleton of an OLE compound file (.xls), as far as needed to tell what is inside.

Chains of sectors that run in circles keep the parser allocating until the process is killed; so all
chains are walked here first.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .faults import SheetError

_ENTRY_BYTES = 128
_HEADER_FAT_ENTRIES = 109
_SPECIAL: Final = 0xFFFFFFFA
_ROOT, _STREAM = 5, 2


@dataclass(frozen=True)
class _Entry:
    """One line of the directory."""

    name: str
    kind: int
    start: int
    size: int


def stream_names(path: Path) -> set[str]:
    """Names of all streams and storages in the file, after all its chains were found to end.

    Raises:
        SheetError: the file is damaged.
    """
    data = path.read_bytes()
    try:
        return _Compound(data).names()
    except (struct.error, IndexError, UnicodeDecodeError):
        raise SheetError("文件已损坏或不完整，请重新导出，或另存为 .xlsx 后再导入") from None


class _Compound:
    """A compound file in memory; IndexError or struct.error wherever it does not hold together."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        shift = int(struct.unpack_from("<H", data, 30)[0])
        if shift not in (9, 12):
            raise IndexError("sector size")
        self._size = 1 << shift
        (self._directory, _, self._cutoff, self._mini, _, difat) = struct.unpack_from("<6I", data, 48)
        self._fat = self._allocation(difat)

    def names(self) -> set[str]:
        """Walk everything; the names in the directory."""
        entries = [entry for sector in _chain(self._fat, self._directory) for entry in self._entries(sector)]
        mini: list[int] = []
        for sector in _chain(self._fat, self._mini):
            mini.extend(self._words(sector))
        for entry in entries:
            if entry.kind == _ROOT or (entry.kind == _STREAM and entry.size >= self._cutoff):
                _chain(self._fat, entry.start)
            elif entry.kind == _STREAM and entry.size:
                _chain(mini, entry.start)
        return {entry.name for entry in entries if entry.name}

    def _allocation(self, difat: int) -> list[int]:
        """The whole allocation table: its first sectors stand in the header, the rest in a chain."""
        sectors = list(struct.unpack_from(f"<{_HEADER_FAT_ENTRIES}I", self._data, 76))
        seen: set[int] = set()
        while difat < _SPECIAL:
            if difat in seen:
                raise IndexError("circle")
            seen.add(difat)
            *more, difat = self._words(difat)
            sectors.extend(more)
        used = [sector for sector in sectors if sector < _SPECIAL]
        if len(set(used)) != len(used):
            raise IndexError("shared sector")
        return [word for sector in used for word in self._words(sector)]

    def _words(self, sector: int) -> tuple[int, ...]:
        return struct.unpack_from(f"<{self._size // 4}I", self._data, (sector + 1) * self._size)

    def _entries(self, sector: int) -> list[_Entry]:
        start = (sector + 1) * self._size
        return [self._entry(place) for place in range(start, start + self._size, _ENTRY_BYTES)]

    def _entry(self, place: int) -> _Entry:
        length, kind = struct.unpack_from("<HB", self._data, place + 64)
        start, size = struct.unpack_from("<II", self._data, place + 116)
        words = self._data[place : place + max(0, min(length, 64) - 2)]
        return _Entry(words.decode("utf-16-le"), kind, start, size)


def _chain(table: Sequence[int], start: int) -> list[int]:
    """The sectors from `start` to the end of its chain; IndexError where it circles or leaves."""
    sectors: list[int] = []
    seen: set[int] = set()
    sector = start
    while sector < _SPECIAL:
        if sector in seen:
            raise IndexError("circle")
        seen.add(sector)
        sectors.append(sector)
        sector = table[sector]
    return sectors
