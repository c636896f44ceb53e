"""Rows on their way into the database: spooled while the file is read, written in one go inside the transaction.

So no writer holds the database while a file is parsed, and a file that turns out bad half-way has written nothing.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Protocol

from django.conf import settings
from django.db import connection

from monitoring.ingest_rows import Accepted
from monitoring.models import FeedRow

_COLUMNS = (
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
    "batch_id",
)
_SHEET_LENGTH = FeedRow._meta.get_field("sheet").max_length or 0
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_PIECE = 1 << 18


class Sink(Protocol):
    """Where accepted rows wait for their batch."""

    def add(self, sheet: str, accepted: Accepted) -> None: ...

    def store(self, batch: int) -> None:
        """Write all rows under a batch; inside the caller's transaction."""
        ...

    def close(self) -> None: ...


def open_sink() -> Sink:
    """The sink for the configured database."""
    return CopySink() if connection.vendor == "postgresql" else InsertSink()


def scratch_file() -> IO[bytes]:
    """A file without a name under DATA_DIR: gone with the process, however that ends."""
    folder = Path(settings.DATA_DIR) / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    return TemporaryFile(dir=folder)


class CopySink:
    """PostgreSQL: the rows as text for COPY, all but the batch, which is known only at the end."""

    def __init__(self) -> None:
        self._file = scratch_file()

    def add(self, sheet: str, accepted: Accepted) -> None:
        tail = "\t" + sheet[:_SHEET_LENGTH].translate(_ESCAPES)
        lines = map("\t".join, zip(*_copy_columns(accepted), strict=True))
        text = (tail + "\n").join(lines)
        if text:
            self._file.write((text + tail + "\n").encode())

    def store(self, batch: int) -> None:
        self._file.seek(0)
        with connection.cursor() as cursor:
            statement = f"COPY {FeedRow._meta.db_table} ({', '.join(_COLUMNS)}) FROM STDIN"
            cursor.copy_expert(statement, _WithBatch(self._file, batch), _PIECE)

    def close(self) -> None:
        self._file.close()


def _copy_columns(accepted: Accepted) -> list[list[str]]:
    """The columns in COPY's text format, whose NULL is \\N."""
    rows = len(accepted.rows)
    return [
        list(map(str, range(accepted.first, accepted.first + rows))),
        list(map(str, accepted.rows)),
        ["\\\\x" + key.hex() for key in accepted.indexes],
        ["\\\\x" + key.hex() for key in accepted.digests],
        ["\\N" if person is None else str(person) for person in accepted.persons],
        ["t" if differs else "f" for differs in accepted.differs],
        ["t" if repeated else "f" for repeated in accepted.repeated],
        [day or "\\N" for day in accepted.days],
        [amount or "\\N" for amount in accepted.amounts],
        [facts.translate(_ESCAPES) if facts else "" for facts in accepted.facts],
    ]


class _WithBatch:
    """A reader that appends the batch to every line as it goes by."""

    def __init__(self, file: IO[bytes], batch: int) -> None:
        self._file = file
        self._ending = b"\t%d\n" % batch
        self._left = memoryview(b"")

    def read(self, size: int = _PIECE) -> bytes:
        if not self._left:
            self._left = memoryview(self._file.read(_PIECE).replace(b"\n", self._ending))
        piece, self._left = self._left[:size], self._left[size:]
        return bytes(piece)


class InsertSink:
    """Any other database: the rows as tuples, a block at a time."""

    def __init__(self) -> None:
        self._file = scratch_file()

    def add(self, sheet: str, accepted: Accepted) -> None:
        rows = zip(
            range(accepted.first, accepted.first + len(accepted.rows)),
            accepted.rows,
            accepted.indexes,
            accepted.digests,
            accepted.persons,
            accepted.differs,
            accepted.repeated,
            [day or None for day in accepted.days],
            [int(amount) if amount else None for amount in accepted.amounts],
            accepted.facts,
            strict=True,
        )
        marshal.dump((sheet[:_SHEET_LENGTH], list(rows)), self._file)

    def store(self, batch: int) -> None:
        marks = ", ".join(["%s"] * len(_COLUMNS))
        names = ", ".join(f'"{name}"' for name in _COLUMNS)
        statement = f'INSERT INTO "{FeedRow._meta.db_table}" ({names}) VALUES ({marks})'
        with connection.cursor() as cursor:
            for sheet, rows in self._blocks():
                cursor.executemany(statement, [(*row, sheet, batch) for row in rows])

    def _blocks(self) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
        end = self._file.tell()
        self._file.seek(0)
        while self._file.tell() < end:
            yield marshal.load(self._file)

    def close(self) -> None:
        self._file.close()
