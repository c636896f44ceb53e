"""A block of rows as received, as bytes: column by column, because that is how they come and how they pack.

A block begins with its form. In the present one there follows a head in JSON (how many rows; kind and length of each
column), then the columns: codes into the different cells where these are few, numbers as they lie in memory, texts with
a separator between, anything else as deflated JSON. What differs from cell to cell (numbers of persons, names,
sums) is left as it is: deflating it took a fifth of an import and saved little. Earlier forms held rows; they are still
read.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sheets.clean import Cell, text
from sheets.columns import Words

_COLUMNS: Final = b"C"
_PLAIN: Final = b"P"
_CELL_END, _ROW_END = "\x1f", "\x1e"
_HEAD_BYTES = 4
# What fits into 32 bits as hundredths.
_HUNDREDTHS = 2e7
# Rows in one piece of JSON of an earlier form.
_PIECE_ROWS = 20
_SURROGATES: Final = "surrogatepass"


# --- writing ---


def pack(columns: Sequence[Words | list[Cell]], rows: int) -> bytes:
    """The columns of a block of `rows` rows."""
    packed = [_packed(column) for column in columns]
    head = json.dumps([rows, [(kind, len(content)) for kind, content in packed]]).encode()
    return b"".join([_COLUMNS, len(head).to_bytes(_HEAD_BYTES, "big"), head, *(content for _, content in packed)])


def _packed(column: Words | list[Cell]) -> tuple[str, bytes]:
    """Kind and content of a column."""
    if isinstance(column, Words):
        return _packed_words(column)
    try:
        joined = _CELL_END.join(column)  # type: ignore[arg-type]  # all texts, as a rule
    except TypeError:
        if set(map(type, column)) == {float}:
            return _packed_floats(np.array(column, dtype="<f8"))
    else:
        if joined.count(_CELL_END) == len(column) - 1:
            return "texts", joined.encode(errors=_SURROGATES)
    return "json", zlib.compress(_json(column), 1)


def _packed_floats(numbers: NDArray[np.float64]) -> tuple[str, bytes]:
    """Numbers of two decimals at most, which nearly all are, as hundredths in half the room."""
    if np.abs(numbers).max() < _HUNDREDTHS:
        hundredths = np.rint(numbers * 100)
        if (hundredths / 100 == numbers).all():
            return "hundredths", hundredths.astype("<i4").tobytes()
    return "floats", numbers.tobytes()


def _packed_words(column: Words) -> tuple[str, bytes]:
    used = np.flatnonzero(np.bincount(column.codes, minlength=1))
    places = np.zeros(int(used[-1]) + 1 if len(used) else 1, dtype=np.int64)
    places[used] = np.arange(len(used))
    width = next(width for width in (1, 2, 4) if len(used) <= 256**width)
    words = _json([column.cells[code] for code in used.tolist()])
    return f"u{width}", len(words).to_bytes(_HEAD_BYTES, "big") + words + places[column.codes].astype(
        f"<u{width}"
    ).tobytes()


def _json(cells: Sequence[Cell]) -> bytes:
    return json.dumps(cells, ensure_ascii=False, separators=(",", ":"), default=text).encode(errors=_SURROGATES)


# --- reading ---


def unpack(packed: bytes, places: Sequence[int]) -> dict[int, list[Cell]]:
    """The rows at these places of a block; KeyError for a place behind the last."""
    if packed[:1] != _COLUMNS:
        return _unpacked_rows(zlib.decompress(packed), places)
    content = memoryview(packed)[1:]
    start = _HEAD_BYTES + int.from_bytes(content[:_HEAD_BYTES], "big")
    rows, columns = json.loads(bytes(content[_HEAD_BYTES:start]))
    if max(places, default=0) >= rows:
        raise KeyError(max(places))
    found: list[list[Cell]] = []
    for kind, length in columns:
        found.append(_READERS[kind](content[start : start + length], places))
        start += length
    return {place: list(cells) for place, cells in zip(places, zip(*found, strict=True), strict=True)}


def _texts(content: memoryview, places: Sequence[int]) -> list[Cell]:
    # Only the cells that are wanted are made into texts. In UTF-8 the separator's byte stands for nothing else.
    marks = np.flatnonzero(np.frombuffer(content, dtype=np.uint8) == ord(_CELL_END))
    bounds = np.concatenate([[-1], marks, [len(content)]])
    wanted = np.array(places, dtype=np.int64)
    spans = zip((bounds[wanted] + 1).tolist(), bounds[wanted + 1].tolist(), strict=True)
    return [str(content[start:end], "utf-8", _SURROGATES) for start, end in spans]


def _floats(content: memoryview, places: Sequence[int]) -> list[Cell]:
    return list(np.frombuffer(content, dtype="<f8")[list(places)].tolist())


def _hundredths(content: memoryview, places: Sequence[int]) -> list[Cell]:
    return list((np.frombuffer(content, dtype="<i4")[list(places)] / 100).tolist())


def _listed(content: memoryview, places: Sequence[int]) -> list[Cell]:
    cells = json.loads(zlib.decompress(content).decode(errors=_SURROGATES))
    return [cells[place] for place in places]


def _words(width: int) -> Callable[[memoryview, Sequence[int]], list[Cell]]:
    def read(content: memoryview, places: Sequence[int]) -> list[Cell]:
        end = _HEAD_BYTES + int.from_bytes(content[:_HEAD_BYTES], "big")
        words = json.loads(bytes(content[_HEAD_BYTES:end]).decode(errors=_SURROGATES))
        codes: NDArray[Any] = np.frombuffer(content[end:], dtype=f"<u{width}")
        return [words[code] for code in codes[list(places)].tolist()]

    return read


_READERS: Final[dict[str, Callable[[memoryview, Sequence[int]], list[Cell]]]] = {
    "texts": _texts,
    "floats": _floats,
    "hundredths": _hundredths,
    "json": _listed,
    "u1": _words(1),
    "u2": _words(2),
    "u4": _words(4),
}


def _unpacked_rows(content: bytes, places: Sequence[int]) -> dict[int, list[Cell]]:
    """The same of an earlier form: rows with separators, or pieces of JSON."""
    packed = content[1:].decode(errors=_SURROGATES)
    try:
        if content[:1] == _PLAIN:
            rows = packed.split(_ROW_END)
            return {place: list(rows[place].split(_CELL_END)) for place in places}
        pieces = packed.split("\n")
        parsed = {number: json.loads(pieces[number]) for number in {place // _PIECE_ROWS for place in places}}
        return {place: parsed[place // _PIECE_ROWS][place % _PIECE_ROWS] for place in places}
    except IndexError as error:
        raise KeyError(places[-1]) from error
