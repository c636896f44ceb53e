"""Writing a ledger as the workbook that a place prints and signs."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from django.utils import timezone

from accounts.errors import Refused
from accounts.models import Division, User
from accounts.permissions import require
from accounts.services import audit
from reports.ledgers import LEDGERS, Ledger
from reports.ledgers.base import Reading
from reports.ledgers.column import Column
from reports.permissions import EXPORT, EXPORT_WHOLE
from reports.services.closed import NOW, body_of, reading_as, stamped
from reports.services.layouts import shape_in_force
from sheets.clean import mask_id, mask_phone, scrub
from sheets.garbage import seldom_collected
from sheets.text import Cell
from sheets.write import Sheet, write_book

EARLIEST = date(1950, 1, 1)
# Rows between two words about how far it is.
STRIDE = 500
Progress = Callable[[int, int], None]
_MASKS: dict[str, Callable[[str], str]] = {"id": mask_id, "phone": mask_phone, "text": scrub}


@dataclass(frozen=True, kw_only=True)
class LedgerOrder:
    """What somebody wants of a ledger or of the set: whose, as of which day (today in China where none is given), with
    which knowledge (services/closed.py; a closed month as it was closed where none is given), and whether numbers of
    persons and phones go out masked; whole only for a stated purpose."""

    division: Division
    as_of: date | None
    actor: User | None
    at: datetime
    masked: bool = True
    purpose: str = ""
    known: str = ""


@dataclass(frozen=True)
class LedgerResult:
    """What was written: the ledger, its data rows (without headings and 合计), the file."""

    ledger: Ledger
    division: Division
    as_of: date
    rows: int
    path: Path


def write_ledger(*, name: str, order: LedgerOrder, path: Path, progress: Progress | None = None) -> LedgerResult:
    """Write one ledger as it is ordered, and record that. The file appears when it is whole. `progress` is told now and
    then how many rows are made, of about how many.

    Raises:
        Refused: unknown ledger, level not offered, a day to come, whole numbers without purpose, no place to write.
        OutOfScope, Forbidden: the place is not the actor's to see, or its ledgers not his to take.
    """
    ledger, reading = choose_ledger(name=name, order=order)
    with seldom_collected():
        rows = write_sheets(ledger, reading, path, masked=order.masked, progress=progress)
    # Not one transaction with the reading: on SQLite that would keep every writer out for as long as the ledger takes.
    with gone_on_failure(path):
        record_export(order, reading, {"ledger": ledger.code, "rows": rows})
    return LedgerResult(ledger, order.division, reading.on, rows, path)


def record_export(order: LedgerOrder, reading: Reading, what: dict[str, Any]) -> None:
    """Note what left: which ledgers, of which day, known when, by whom and what for."""
    detail = {**what, "masked": order.masked, "as_of": reading.on.isoformat()}
    if reading.known_at is not None:
        detail["known_at"] = reading.known_at.isoformat()
    audit.record(
        actor=order.actor,
        at=order.at,
        action="ledger.exported",
        target=reading.division,
        purpose=order.purpose.strip(),
        detail=detail,
    )


@contextmanager
def gone_on_failure(path: Path) -> Iterator[None]:
    """No file stays of what was not recorded."""
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def choose_ledger(*, name: str, order: LedgerOrder, among: Mapping[str, Ledger] = LEDGERS) -> tuple[Ledger, Reading]:
    """The ledger of a name and the place and day that it is ordered for, where the actor may have it so.

    Raises: as `write_ledger`.
    """
    ledger = find_ledger(name, among)
    right = EXPORT if order.masked else EXPORT_WHOLE
    require(actor=order.actor, right=right, code=order.division.code, at=order.at)
    today = timezone.localdate(order.at)
    on = order.as_of or today
    _check(ledger, order, on, today)
    return ledger, reading_as(order.known if ledger.printed else NOW, order.division, on, order.at)


def find_ledger(name: str, among: Mapping[str, Ledger] = LEDGERS) -> Ledger:
    """The ledger of a code in any case. Refused names those that there are."""
    ledger = among.get(name.strip().upper())
    if ledger is None:
        raise Refused(
            f"没有“{name[:20]}”这本台账，可用的有：{'、'.join(LEDGERS)}。", field="name", code="unknown_ledger"
        )
    return ledger


def _check(ledger: Ledger, order: LedgerOrder, on: date, today: date) -> None:
    division = order.division
    if division.level not in ledger.levels:
        offered = "、".join(level.label for level in ledger.levels)
        level = division.get_level_display()
        raise Refused(f"{ledger.code} 只出{offered}级，{division.name}是{level}级。", field="division", code="level")
    if on > today:
        raise Refused(f"截至日期 {on:%Y-%m-%d} 还没有到，只能选今天或以前。", field="as_of", code="date_in_future")
    if on < EARLIEST:
        raise Refused(f"截至日期 {on} 太早，请从 {EARLIEST:%Y} 年起选。", field="as_of", code="date_too_early")
    if not order.masked and not order.purpose.strip():
        raise Refused("导出完整证件号码和电话须写明用途。", field="purpose", code="purpose_missing")


def write_sheets(
    ledger: Ledger, reading: Reading, path: Path, *, masked: bool, progress: Progress | None = None
) -> int:
    """Write the workbook of a ledger as it is read, and say how many rows it has; nothing is checked or recorded.

    Raises: Refused where there is no place to write.
    """
    first = _sheet(ledger, reading, masked=masked)
    if progress is not None:
        first = replace(first, rows=_watched(first.rows, ledger.size(reading), progress))
    with writable(path):
        return write_book(path, [first, *(_sheet(more, reading, masked=masked) for more in ledger.further)])[0]


_DISK_WORDS: Final = {
    errno.ENOENT: "没有这个文件夹",
    errno.ENOTDIR: "没有这个文件夹",
    errno.EISDIR: "这是一个文件夹，没有写文件名",
    errno.EACCES: "没有写入的权限",
    errno.EROFS: "这个磁盘只读",
    errno.ENOSPC: "磁盘已满",
}


@contextmanager
def writable(path: Path) -> Iterator[None]:
    """What the disk does not take is refused in words."""
    try:
        yield
    except OSError as error:
        why = _DISK_WORDS.get(error.errno or 0, "磁盘不接受")
        said = f"写不了 {path}：{why}，请换一个可写的位置。"
        raise Refused(said, field="output", code="unwritable") from error


def _sheet(ledger: Ledger, reading: Reading, *, masked: bool) -> Sheet:
    body = body_of(ledger, reading)
    rows = mask_rows(ledger.columns, body.rows) if masked else body.rows
    if (fixed := ledger.fixed_layout(reading)) is not None:
        return Sheet(fixed, rows, body.totals or None)
    shape = shape_in_force(ledger, reading)
    return Sheet(stamped(shape.layout(reading), ledger, reading), shape.rows(rows), shape.totals(body.totals) or None)


def _watched(rows: Iterable[Sequence[Cell]], size: int, progress: Progress) -> Iterator[Sequence[Cell]]:
    """The rows, with a word to `progress` before the first and after every STRIDE of them."""
    progress(0, size)
    for number, row in enumerate(rows, 1):
        yield row
        if not number % STRIDE:
            progress(number, size)


def mask_rows(columns: Iterable[Column], rows: Iterable[list[Cell]]) -> Iterator[list[Cell]]:
    """The rows with numbers of persons and phones masked, also in what people wrote."""
    secrets = [(i, _MASKS[column.secret]) for i, column in enumerate(columns) if column.secret]
    for row in rows:
        for i, mask in secrets:
            if row[i]:
                row[i] = mask(str(row[i]))
        yield row
