"""All ledgers of a place as one archive: what a place prints, signs and files at the end of a month."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import connection

from accounts.errors import Refused
from accounts.models import Division
from reports.ledgers import LEDGERS, Ledger
from reports.ledgers.base import Level, Reading, file_name
from reports.models import ExportRun
from reports.services.ledgers import (
    LedgerOrder,
    choose_ledger,
    gone_on_failure,
    record_export,
    writable,
    write_sheets,
)
from sheets.garbage import seldom_collected
from sheets.layout import SheetColumn, SheetLayout
from sheets.write import whole_archive, write_sheet

# How the set is asked for where a ledger's code would stand, and what people call it.
CODE, TITLE = ExportRun.SET, "整套台账"
_CONTENTS = "00 目录.xlsx"
SIDE_BY_SIDE = 2
# Told as it goes: rows so far, ledgers that are done, of how many.
Progress = Callable[[int, int, int], None]


@dataclass(frozen=True)
class SetResult:
    """What was written: the ledgers with the rows of each, in the order of the registry."""

    division: Division
    as_of: date
    rows: dict[str, int]
    path: Path

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def ledgers_at(level: Level | int) -> list[Ledger]:
    """The ledgers of a set: all that are printed for a place of a level, but those that are sheets of another's workbook.
    Workbooks that go up into the national system hold whole numbers and are asked for one by one."""
    inside = {more.code for one in LEDGERS.values() for more in one.further}
    wanted = (one for one in LEDGERS.values() if one.printed and one.group != "national" and one.code not in inside)
    return [one for one in wanted if level in one.levels]


def choose_set(order: LedgerOrder) -> tuple[list[Ledger], Reading]:
    """The ledgers of a set and the place and day that they are ordered for, where the actor may have them so.

    What is not as of an edition or a moment is as of the order's: the sheets of a set agree with each other however long
    they take.

    Raises: as `write_set`.
    """
    ledgers = ledgers_at(order.division.level)
    if not ledgers:
        raise Refused(f"{order.division.name}没有台账，请选县、乡镇或村。", field="division", code="level")
    # What may be had of one may be had of all: they are printed, and of this level.
    _, reading = choose_ledger(name=ledgers[0].code, order=order)
    return ledgers, reading if reading.known_at else Reading(order.division, reading.on, order.at)


def write_set(*, order: LedgerOrder, path: Path, progress: Progress | None = None) -> SetResult:
    """Write every ledger of a place as it is ordered into one .zip, with a table of contents; record that once. The file
    appears when it is whole.

    Raises:
        Refused: a day to come, whole numbers without purpose, no place to write, or what one of the ledgers refuses.
        OutOfScope, Forbidden: the place is not the actor's to see, or its ledgers not his to take.
    """
    ledgers, reading = choose_set(order)
    with tempfile.TemporaryDirectory(prefix="shouwang-") as made, seldom_collected():
        folder = Path(made)
        named = {one.code: one.filename(order.division, reading.on, masked=order.masked) for one in ledgers}
        files = {code: folder / f"{code} {name}" for code, name in named.items()}
        rows = _write_each(ledgers, reading, files, masked=order.masked, progress=progress)
        _write_contents(ledgers, reading, files, rows, folder / _CONTENTS)
        _pack(path, [folder / _CONTENTS, *files.values()])
    with gone_on_failure(path):
        record_export(order, reading, {"ledger": CODE, "rows": sum(rows.values()), "ledgers": rows})
    return SetResult(order.division, reading.on, rows, path)


def filename_of_set(division: Division, on: date, *, masked: bool) -> str:
    """'石桥镇整套台账（20261031）.zip'; whole numbers are said in the name."""
    return file_name(division, TITLE, on, masked=masked, ending="zip")


def _write_each(
    ledgers: Sequence[Ledger], reading: Reading, files: Mapping[str, Path], *, masked: bool, progress: Progress | None
) -> dict[str, int]:
    """Write the ledgers and say how many rows each has."""
    rows: dict[str, int] = {}

    def write(ledger: Ledger) -> tuple[str, int]:
        return ledger.code, write_sheets(ledger, reading, files[ledger.code], masked=masked)

    with closing(_done(write, ledgers)) as done:
        for code, count in done:
            rows[code] = count
            if progress is not None:
                progress(sum(rows.values()), len(rows), len(ledgers))
    return {code: rows[code] for code in files}


def _done(
    write: Callable[[Ledger], tuple[str, int]], ledgers: Sequence[Ledger]
) -> Generator[tuple[str, int], None, None]:
    """What comes of each ledger, as it comes; where nobody listens any more, nothing further is begun."""
    if not _may_work_beside():
        yield from map(write, ledgers)
        return

    def write_alone(ledger: Ledger) -> tuple[str, int]:
        try:
            return write(ledger)
        finally:
            connection.close()

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        try:
            for one in as_completed([pool.submit(write_alone, ledger) for ledger in ledgers]):
                yield one.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _may_work_beside() -> bool:
    """Whether two ledgers may be written at a time: a database server finds the rows of one while Python lays out those of
    the other. Inside a transaction only its own connection sees what was written."""
    return connection.vendor == "postgresql" and not connection.in_atomic_block


def _write_contents(
    ledgers: Sequence[Ledger], reading: Reading, files: Mapping[str, Path], rows: Mapping[str, int], path: Path
) -> None:
    """What lies in the archive."""
    layout = SheetLayout(
        title=f"{reading.division.name}{TITLE}目录",
        columns=(
            SheetColumn(("序号",), 6, "seq"),
            SheetColumn(("编号",), 8),
            SheetColumn(("台账",), 34),
            SheetColumn(("行数",), 10, "int"),
            SheetColumn(("文件",), 60),
        ),
        name="目录",
        info=(f"数到 {reading.on:%Y年%m月%d日}", f"共 {len(ledgers)} 本"),
        footer=(),
        paper="A4",
        landscape=False,
        freeze=0,
    )
    lines = ([None, one.code, one.title, rows[one.code], files[one.code].name] for one in ledgers)
    write_sheet(path, layout, lines)


def _pack(path: Path, files: Sequence[Path]) -> None:
    """The files as one archive. Workbooks are packed already."""
    with writable(path), whole_archive(path) as archive:
        for file in files:
            archive.write(file, file.name, zipfile.ZIP_STORED)
