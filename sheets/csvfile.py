"""CSV files as streams: encoding and delimiter found by themselves, damage told in plain words."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, cast

from .faults import SheetError
from .table import Row

DELIMITERS: Final = (",", "\t", ";")
_PROBE_BYTES = 1 << 20
_BUFFER_BYTES = 1 << 18
# Fewer characters of more than one byte than this may be valid UTF-8 by accident.
_ENOUGH_UTF8 = 8
# A line put behind the last one. If a quote was never closed the csv module swallows it, and so
# the damage shows, which otherwise would hide all rows after the quote in one cell.
_END = "\ue000END"
_FIELD_LIMIT = 131_072
# Records wider than this lose the empty cells at their end.
_WIDE = 256
# Characters, of which a rare Chinese one takes four of the 255 bytes that a name on the disk may have.
_LONGEST_STEM, _LONGEST_ENDING = 50, 10


class _TextFile(io.FileIO):
    """A file that refuses to be read on when a NUL comes: what holds one is no text."""

    def readinto(self, buffer: Any, /) -> int:
        count = super().readinto(buffer)
        if count and 0 in memoryview(buffer)[:count].tobytes():
            raise SheetError("文件内容损坏（含有空字符），不是正常的CSV，请重新导出或另存为 .xlsx")
        return count or 0


def find_encoding(path: Path) -> str:
    """The encoding of a CSV file, told from its first megabyte.

    UTF-8 if it is valid there, UTF-16 by its mark, otherwise GB18030. What comes later is decoded
    strictly, so that a wrong guess is an error and not a wrong character.
    """
    with path.open("rb") as file:
        head = file.read(_PROBE_BYTES)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig" if _is_utf8(head) else "gb18030"


def _is_utf8(head: bytes) -> bool:
    """Valid UTF-8, or so much of it before the first fault that it can be nothing else."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError as error:
        valid = head[: error.start].decode("utf-8")
        return sum(character > "\x7f" for character in valid) >= _ENOUGH_UTF8
    return True


def scratch_name(name: str) -> str:
    """What a sent file is called on the disk, so that the one sheet of a CSV bears the name that its sender gave it."""
    given = Path(name)
    return f"{given.stem[:_LONGEST_STEM] or 'upload'}{given.suffix.lower()[:_LONGEST_ENDING]}"


class CsvSource:
    """The one sheet of a CSV file, read with one delimiter."""

    only_text = True

    def __init__(self, path: Path, encoding: str, delimiter: str) -> None:
        self.name = path.stem
        self._path = path
        self._encoding = encoding
        self._delimiter = delimiter

    def chunks(self, size: int) -> Iterator[list[Row]]:
        """Records from the first on, at most `size` at a time; memory does not grow with the file."""
        with self._open() as lines:
            records = csv.reader(chain(lines, [_END]), delimiter=self._delimiter)
            before = 0
            while True:
                chunk = self._take(records, size, before)
                ended = bool(chunk) and chunk[-1] == [_END]
                if ended:
                    chunk.pop()
                if chunk:
                    yield cast(list[Row], chunk)
                if ended:
                    return
                before += len(chunk)

    def _open(self) -> io.TextIOWrapper:
        raw: Any = _TextFile(self._path) if self._encoding != "utf-16" else io.FileIO(self._path)
        buffered = io.BufferedReader(raw, _BUFFER_BYTES)
        return io.TextIOWrapper(buffered, self._encoding, errors="strict", newline="")

    def _take(self, records: Iterator[list[str]], size: int, before: int) -> list[list[str]]:
        chunk: list[list[str]] = []
        try:
            chunk.extend(islice(records, size))
        except UnicodeDecodeError:
            place = before + len(chunk) + 1
            message = f"第{place}行之后有无法识别的字符，文件可能损坏或混用了编码，请另存为 UTF-8 或 .xlsx"
            raise SheetError(message) from None
        except csv.Error:
            raise _open_quote(before + len(chunk) + 1) from None
        for record in chunk:
            if len(record) > _WIDE:
                _cut_tail(record)
        if not chunk or (chunk[-1] != [_END] and len(chunk) < size):
            raise _open_quote(before + max(1, len(chunk)))
        return chunk


def _cut_tail(record: list[str]) -> None:
    """Take the empty cells off the end: sheets are saved with thousands of commas after what they hold."""
    while record and not record[-1].strip():
        record.pop()


def _open_quote(record: int) -> SheetError:
    return SheetError(f"第{record}行起有一个引号没有配对，请检查该行的双引号，或另存为 .xlsx 后再导入")
