"""The rows of a batch as received, encrypted in blocks, so that a clue can show its evidence without the original.

A kept file lies under DATA_DIR/evidence and is named by a keyed hash of its content, so one that a rolled-back import
left behind is harmless and the next import of the same file takes it over. Layout: sealed blocks one after another
(`monitoring.evidence_blocks`), a sealed index, and the index's length in the last 8 bytes. Each seal is bound to the
original file, feed, period and block number. `monitoring.services.feed_originals.rebuild_evidence` makes a lost one anew.
"""

from __future__ import annotations

import json
import os
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO, NamedTuple

from django.conf import settings

from accounts.crypto import Unreadable, blind_index, seal, unseal
from accounts.errors import Refused
from monitoring.evidence_blocks import pack, unpack
from monitoring.models import FeedBatch
from sheets.clean import Cell, text
from sheets.columns import Words

_TRAILER_BYTES = 8
# Younger scratch files may belong to an import that is still running.
_SCRATCH_AGE = timedelta(days=1)


class Sheet(NamedTuple):
    """A source sheet: its headings as written, and which of them are which declared column."""

    name: str
    headings: list[str]
    found: dict[str, int]


class _Block(NamedTuple):
    first: int
    sheet: int
    offset: int
    length: int


class EvidenceWriter:
    """Takes rows in the order of their positions; `finish` puts the file in its place, `discard` forgets it."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        self._file = NamedTemporaryFile(dir=folder, prefix=".new-", delete=False)  # noqa: SIM115
        self._content = sha256()
        self._sheets: list[Sheet] = []
        self._blocks: list[_Block] = []
        self.positions = 0

    def begin_sheet(self, sheet: Sheet) -> None:
        self._sheets.append(sheet)

    def add(self, columns: Sequence[Words | list[Cell]], rows: int) -> None:
        """The next rows of the sheet, as columns."""
        if not rows:
            return
        packed = pack(columns, rows)
        self._content.update(packed)
        sealed = seal(packed, _place(self._origin, str(len(self._blocks))))
        self._blocks.append(_Block(self.positions, len(self._sheets) - 1, self._file.tell(), len(sealed)))
        self._file.write(sealed)
        self.positions += rows

    def finish(self) -> str:
        """Write the index, flush to the disk, rename; returns the name under which the rows are kept."""
        index = json.dumps({"sheets": self._sheets, "blocks": self._blocks, "rows": self.positions}).encode()
        self._content.update(index)
        sealed = seal(zlib.compress(index), _place(self._origin, "index"))
        self._file.write(sealed + len(sealed).to_bytes(_TRAILER_BYTES, "big"))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        name = blind_index("evidence", self._origin + self._content.hexdigest()).hex()
        target = path_of(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        Path(self._file.name).replace(target)
        return name

    def discard(self) -> None:
        self._file.close()
        Path(self._file.name).unlink(missing_ok=True)


class EvidenceReader:
    """Random access to the kept rows of one batch by position."""

    def __init__(self, batch: FeedBatch) -> None:
        self._origin = origin_of(batch)
        try:
            self._file: BinaryIO = path_of(batch.evidence).open("rb")
        except (FileNotFoundError, IsADirectoryError) as error:
            raise Refused(
                f"“{batch.file.name}”的留存数据行不在数据目录中，请从备份恢复，或由原始文件重建。",
                code="evidence_missing",
            ) from error
        self._file.seek(-_TRAILER_BYTES, os.SEEK_END)
        length = int.from_bytes(self._file.read(_TRAILER_BYTES), "big")
        self._file.seek(-_TRAILER_BYTES - length, os.SEEK_END)
        index = self._open(self._file.read(length), "index", lambda packed: json.loads(zlib.decompress(packed)))
        self.sheets = [Sheet(*sheet) for sheet in index["sheets"]]
        self._blocks = [_Block(*block) for block in index["blocks"]]
        self._firsts = [block.first for block in self._blocks]

    def __enter__(self) -> EvidenceReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def rows(self, positions: Iterable[int]) -> dict[int, tuple[Sheet, list[Cell]]]:
        """The rows at these positions with the sheet that each stood in; KeyError for a position never kept."""
        wanted: dict[int, list[int]] = {}
        for position in sorted(set(positions)):
            wanted.setdefault(bisect_right(self._firsts, position) - 1, []).append(position)
        found: dict[int, tuple[Sheet, list[Cell]]] = {}
        for number, places in wanted.items():
            if number < 0:
                raise KeyError(places[0])
            block = self._blocks[number]
            rows = self._rows_of(number, [position - block.first for position in places])
            found |= {block.first + place: (self.sheets[block.sheet], row) for place, row in rows.items()}
        return found

    def _rows_of(self, number: int, places: Sequence[int]) -> dict[int, list[Cell]]:
        block = self._blocks[number]
        self._file.seek(block.offset)
        found: dict[int, list[Cell]] = self._open(
            self._file.read(block.length), str(number), lambda packed: unpack(packed, places)
        )
        return found

    def _open(self, sealed: bytes, part: str, read: Callable[[bytes], Any]) -> Any:
        try:
            return read(unseal(sealed, _place(self._origin, part)))
        except (Unreadable, IndexError, zlib.error) as error:
            raise Refused(
                "留存的数据行已损坏或密钥不对，请核对 FIELD_KEYS，或从备份恢复。", code="evidence_damaged"
            ) from error


def rows_as_received(batch: FeedBatch, positions: Iterable[int]) -> dict[int, dict[str, str]]:
    """The rows of a batch at `positions`, each as {heading as written: text of the cell}, in the file's order.

    Columns without a heading are called by their place (列5), a heading that comes twice gets its place added.

    Raises:
        Refused: the kept rows are missing or damaged, or sealed with a key that is no longer configured.
    """
    with EvidenceReader(batch) as reader:
        return {place: _named(sheet, cells) for place, (sheet, cells) in reader.rows(positions).items()}


def _named(sheet: Sheet, cells: Sequence[Cell]) -> dict[str, str]:
    row: dict[str, str] = {}
    for number, cell in enumerate(cells, 1):
        heading = sheet.headings[number - 1] if number <= len(sheet.headings) else ""
        if not heading:
            heading = f"列{number}"
            if not text(cell):
                continue
        row[f"{heading}（列{number}）" if heading in row else heading] = text(cell)
    return row


def origin_of(batch: FeedBatch) -> str:
    """What the kept rows of a batch are sealed for."""
    return origin(batch.file.sha256, batch.feed, batch.period)


def origin(sha256_of_file: str, feed: str, period: date) -> str:
    return f"{sha256_of_file}|{feed}|{period:%Y-%m}"


def path_of(name: str) -> Path:
    return _folder() / name[:2] / name


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "evidence"


def _place(of: str, part: str) -> str:
    return f"monitoring.evidence|{part}|{of}"


def remove_orphans(*, at: datetime) -> int:
    """Delete kept rows that no batch names, and scratch files; returns how many.

    Only files older than a day are looked at, so that no running import loses what it has just put in place.
    """
    named = set(FeedBatch.objects.exclude(evidence="").values_list("evidence", flat=True))
    unused = [path for path in _old_files(_folder(), at) if path.name not in named]
    # Plain copies that a reader of an original left when it was killed.
    unused += _old_files(_folder().parent / "scratch", at)
    for path in unused:
        path.unlink(missing_ok=True)
    return len(unused)


def _old_files(folder: Path, at: datetime) -> Iterator[Path]:
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            if path.is_file() and path.stat().st_mtime < (at - _SCRATCH_AGE).timestamp():
                yield path


def sheet_of(table: Any) -> Sheet:
    """The sheet that a `sheets.Table` was found in."""
    return Sheet(table.sheet, list(table.headings), dict(table.found))
