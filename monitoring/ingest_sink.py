"""Rows on their way into the database: spooled while the file is read, written in one go inside the transaction.

So no writer holds the database while a file is parsed, and a file that turns out bad half-way has written nothing.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

import numpy as np
from django.conf import settings
from django.db import connection

from monitoring.ingest_copy import PIECE_BYTES, as_binary, binary_pieces
from monitoring.ingest_rows import Accepted
from monitoring.models import FeedRow

_COLUMNS = (
    "id",
    "position",
    "row",
    "id_index",
    "digest",
    "person_id",
    "name_differs",
    "duplicate",
    "happened_on",
    "amount",
    "facts",
    "sheet",
    "asset",
    "batch_id",
)
_SHEET_LENGTH = FeedRow._meta.get_field("sheet").max_length or 0


class Sink(Protocol):
    """Where accepted rows wait for their batch."""

    def add(self, sheet: str, accepted: Accepted) -> None: ...

    def store(self, batch: int) -> None:
        """Write all rows under a batch; inside the caller's transaction."""
        ...

    def close(self) -> None: ...


def open_sink(*, asset: bool) -> Sink:
    """The sink for the configured database; `asset` says that the rows are looked up by person."""
    return CopySink(asset=asset) if connection.vendor == "postgresql" else InsertSink(asset=asset)


def scratch_file() -> IO[bytes]:
    """A file without a name under DATA_DIR: gone with the process, however that ends."""
    folder = Path(settings.DATA_DIR) / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    return TemporaryFile(dir=folder)


class CopySink:
    """PostgreSQL: the rows in COPY's binary form, all but the batch, which is known only at the end."""

    def __init__(self, *, asset: bool) -> None:
        self._file = scratch_file()
        self._asset = asset

    def add(self, sheet: str, accepted: Accepted) -> None:
        as_binary(self._file, accepted, sheet=sheet[:_SHEET_LENGTH], asset=self._asset)

    def store(self, batch: int) -> None:
        with connection.cursor() as cursor:
            statement = f"COPY {FeedRow._meta.db_table} ({', '.join(_COLUMNS)}) FROM STDIN WITH (FORMAT binary)"
            cursor.copy_expert(statement, _Pieces(binary_pieces(self._file, batch)), PIECE_BYTES)

    def close(self) -> None:
        self._file.close()


class _Pieces:
    """Pieces of bytes, read like a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def read(self, size: int) -> memoryview | bytes:
        if not self._left:
            self._left = memoryview(next(self._pieces, b""))
        piece, self._left = self._left[:size], self._left[size:]
        return bytes(piece)


class InsertSink:
    """Any other database: the rows as tuples, a block at a time."""

    def __init__(self, *, asset: bool) -> None:
        self._file = scratch_file()
        self._asset = asset

    def add(self, sheet: str, accepted: Accepted) -> None:
        facts = accepted.facts
        days = np.datetime_as_string(facts.days).tolist()
        amounts = facts.amounts.tolist()
        rows = zip(
            range(accepted.first, accepted.first + len(accepted.rows)),
            accepted.rows.tolist(),
            _keys(accepted.indexes),
            _keys(accepted.digests),
            [person or None for person in accepted.persons.tolist()],
            accepted.differs.tolist(),
            accepted.repeated.tolist(),
            [None if day == "NaT" else day for day in days],
            [amounts[i] if there else None for i, there in enumerate(facts.has_amount.tolist())],
            map(facts.texts.__getitem__, facts.codes.tolist()),
            strict=True,
        )
        marshal.dump((sheet[:_SHEET_LENGTH], list(rows)), self._file)

    def store(self, batch: int) -> None:
        marks = ", ".join(["%s"] * len(_COLUMNS))
        names = ", ".join(f'"{name}"' for name in _COLUMNS)
        statement = f'INSERT INTO "{FeedRow._meta.db_table}" ({names}) VALUES ({marks})'
        first = FeedRow.key_of(batch, 0)
        with connection.cursor() as cursor:
            for sheet, rows in self._blocks():
                cursor.executemany(statement, [(first + row[0], *row, sheet, self._asset, batch) for row in rows])

    def _blocks(self) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
        end = self._file.tell()
        self._file.seek(0)
        while self._file.tell() < end:
            yield marshal.load(self._file)

    def close(self) -> None:
        self._file.close()


def _keys(pairs: Any) -> list[bytes]:
    keys: list[bytes] = pairs.astype(">u8").view("V16").ravel().tolist()
    return keys
