"""Accepted rows in the binary form of PostgreSQL's COPY, written by arrays and not by rows.

In this form a row is a sequence of lengths and values. Rows that lack the same values and have texts of the same length
are of one size, so all of them are made at once as an array of records; a block of a file falls into a few such groups.
The batch, which is known only when everything has been read, is put in when the groups go to the database.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import IO, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitoring.ingest_rows import Accepted
from monitoring.models import FeedRow

PIECE_BYTES: Final = 1 << 18
_HEAD: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TAIL: Final = b"\xff\xff"
_NULL = -1
_DAY_ZERO: Final = np.datetime64("2000-01-01")


class _Shape(NamedTuple):
    """What rows of one size have in common; texts by their length in bytes."""

    person: bool
    day: bool
    amount: bool
    facts: int
    sheet: int


# A shape and the number of its rows.
_SHAPE: Final = struct.Struct("=???III")


@lru_cache(maxsize=4_096)
def _blank(shape: _Shape) -> NDArray[Any]:
    """One record of this shape with all lengths filled in."""
    fields = [
        ("id", ">i8", True),
        ("position", ">i4", True),
        ("row", ">i4", True),
        ("id_index", "V16", True),
        ("digest", "V16", True),
        ("person_id", ">i8", shape.person),
        ("name_differs", "u1", True),
        ("duplicate", "u1", True),
        ("happened_on", ">i4", shape.day),
        ("amount", ">i8", shape.amount),
        ("facts", f"S{shape.facts}", True),
        ("sheet", f"S{shape.sheet}", True),
        ("asset", "u1", True),
        ("batch_id", ">i8", True),
    ]
    parts: list[tuple[str, str]] = [("fields", ">i2")]
    lengths: dict[str, int] = {}
    for name, kind, there in fields:
        parts.append((f"{name}_length", ">i4"))
        # numpy has no texts without length; an empty one is only its length.
        size = int(kind[1:]) if kind[0] == "S" else np.dtype(kind).itemsize
        lengths[f"{name}_length"] = size if there else _NULL
        if there and size:
            parts.append((name, kind))
    record = np.zeros((), dtype=parts)
    record["fields"] = len(fields)
    for name, length in lengths.items():
        record[name] = length
    return record


def as_binary(file: IO[bytes], accepted: Accepted, *, sheet: str, asset: bool) -> None:
    """Write the rows to `file`, group by group."""
    facts, sheet_bytes = accepted.facts, sheet.encode()
    texts = np.array([text.encode() for text in facts.texts], dtype=object)
    sizes = np.array(list(map(len, texts)), dtype=np.int64)[facts.codes]
    has_person, has_day = accepted.persons > 0, ~np.isnat(facts.days)
    kinds = ((sizes * 2 + has_person) * 2 + has_day) * 2 + facts.has_amount
    order = np.argsort(kinds, kind="stable")
    bounds = np.flatnonzero(np.diff(kinds[order], prepend=-1))
    for places in np.split(order, bounds[1:]) if len(order) else []:
        one = int(places[0])
        shape = _Shape(
            bool(has_person[one]), bool(has_day[one]), bool(facts.has_amount[one]), int(sizes[one]), len(sheet_bytes)
        )
        blank = _blank(shape)
        records = np.full(len(places), blank, dtype=blank.dtype)
        _fill(records, accepted, places, shape, texts)
        records["asset"] = asset
        if shape.sheet:
            records["sheet"] = sheet_bytes
        file.write(_SHAPE.pack(*shape, len(places)))
        file.write(records.tobytes())


def _fill(
    records: NDArray[Any], accepted: Accepted, places: NDArray[np.int64], shape: _Shape, texts: NDArray[Any]
) -> None:
    facts = accepted.facts
    records["position"] = places + accepted.first
    records["row"] = accepted.rows[places]
    records["id_index"] = accepted.indexes[places].astype(">u8").view("V16").ravel()
    records["digest"] = accepted.digests[places].astype(">u8").view("V16").ravel()
    records["name_differs"] = accepted.differs[places]
    records["duplicate"] = accepted.repeated[places]
    if shape.person:
        records["person_id"] = accepted.persons[places]
    if shape.day:
        records["happened_on"] = (facts.days[places] - _DAY_ZERO).astype(np.int64)
    if shape.amount:
        records["amount"] = facts.amounts[places]
    if shape.facts:
        records["facts"] = texts[facts.codes[places]].astype(f"S{shape.facts}")


def binary_pieces(file: IO[bytes], batch: int) -> Iterator[bytes]:
    """What `as_binary` wrote, as a whole COPY of rows of this batch."""
    file.seek(0)
    first = FeedRow.key_of(batch, 0)
    yield _HEAD
    while head := file.read(_SHAPE.size):
        *shape, count = _SHAPE.unpack(head)
        record = _blank(_Shape._make(shape))
        records = np.frombuffer(bytearray(file.read(count * record.itemsize)), dtype=record.dtype)
        records["id"] = records["position"].astype(np.int64) + first
        records["batch_id"] = batch
        yield records.tobytes()
    yield _TAIL
