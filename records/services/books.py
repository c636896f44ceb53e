"""Taking in a book's workbook: read whole, judged row by row, written in one transaction.

The same file again changes nothing. A row is the same line as one that is held where subject and key are the same;
what differs holds from the day of the list on. Lines that a list does not name stay, unless whoever brings it says
that it is the full list of the place: then they end on its day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import Division, User
from accounts.services.audit import record
from accounts.services.files import keep_file
from households.services.register_lock import hold_persons
from records.books import BOOKS, Book
from records.models import RecordBatch
from records.permissions import require_book
from records.services.book_lock import hold_book
from records.services.book_rows import ROW_DUPLICATE, Candidate, RowReader
from records.services.book_store import Pages, Writer, lasting_elsewhere, lines_about, new_line
from records.services.book_subjects import NOT_REGISTERED, Finder
from records.values import key_of, with_blanks
from records.versions import Row, ended, merged
from sheets.judge import Fault
from sheets.read import Table, opened_book
from sheets.rejected import Rejected, rejected_sheets
from sheets.write import write_errors as write_workbook

# As many as a batch keeps word for word; the workbook of returned rows is made anew from the original.
MOST_KEPT = 5_000


@dataclass
class Tally:
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    ended: int = 0


@dataclass(frozen=True)
class BookReport:
    """What became of a file. `stored` is false where the same file was in already and nothing has changed since."""

    book: str
    division: str
    listed_on: date
    rows: int
    tally: Tally
    warnings: list[str]
    errors: list[dict[str, Any]]
    sheets: list[tuple[str, list[str]]]
    rejected: list[Rejected]
    batch: RecordBatch
    stored: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "book": self.book,
            "division": self.division,
            "listed_on": self.listed_on.isoformat(),
            "rows": self.rows,
            **vars(self.tally),
            "rejected": len(self.rejected),
            "stored": self.stored,
            "errors": self.errors,
        }


def declared_book(code: str) -> Book:
    """The book of that code; Refused with the list of codes for any other."""
    if code not in BOOKS:
        raise Refused(f"没有名为“{code}”的底册，可用的有：{'、'.join(BOOKS)}。", field="book")
    return BOOKS[code]


def import_book(
    *,
    book: str,
    path: Path,
    name: str,
    division: Division,
    actor: User | None,
    at: datetime,
    listed_on: date | None = None,
    full: bool = False,
    guarded: bool = False,
) -> BookReport:
    """Take in the file at `path`, which its sender calls `name`, as lines of `book` within `division`.

    `listed_on` (today when not given) is the day that the list speaks of. `full` says that it is the full list of the
    place, which ends the lines that it does not name. `actor` None is a person at the shell. `guarded`, for files that
    come over the network, has a child process with limits on memory and time parse the file.

    Raises:
        SheetError: no such file as the book needs; says what is wrong.
        Refused: unknown book, a day in the future.
        Forbidden, OutOfScope: the actor may not write in this book of this place.
    """
    declared, today = declared_book(book), timezone.localdate(at)
    require_book(actor=actor, book=declared, code=division.code, at=at)
    on = listed_on or today
    if on > today:
        raise Refused("数据日期不能晚于今天。", field="listed_on", code="date_in_future")
    reader = RowReader(declared, today)
    with opened_book(path, guarded=guarded) as opened, transaction.atomic():
        tables = opened.tables(declared.layout())
        hold_book(declared)
        hold_persons()
        batch = _begin(declared, division, path, name, actor, at, on, full)
        taking = _Taking(declared, division, reader, Writer(actor, at, batch=batch), on)
        taking.take_all(tables, full=full)
        report = _report(batch, taking, tables, path, name)
        return _finish(report, actor, at)


@dataclass
class _Taking:
    """One file being taken in, a block at a time."""

    book: Book
    division: Division
    reader: RowReader
    writer: Writer
    on: date
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self.pages = Pages(self.book, self.writer)
        self.finder = Finder(self.book, self.division)
        self.seen: dict[tuple[Any, ...], int] = {}
        self.touched: set[UUID] = set()
        self.warnings: list[str] = []
        self.households = [column.field for column in self.book.columns if column.shape == "household"]

    def take_all(self, tables: Sequence[Table], *, full: bool) -> None:
        """Every block of the file; a full list then ends what it does not name."""
        for block in self.reader.blocks(tables):
            self.take(block)
        if full:
            self.end_the_others()
        self.pages.write()

    def take(self, block: list[Candidate]) -> None:
        rows = self._with_households(block)
        found = list(zip(rows, self.finder.find([row.about for row in rows]), strict=True))
        lines = lines_about(self.book, (subject.key for _, subject in found if not isinstance(subject, Fault)))
        for row, subject in found:
            if isinstance(subject, Fault):
                self.reader.reject(row, subject.column, subject.fault.code, subject.fault.message)
                continue
            key = key_of(self.book, subject.key, row.given)
            if key in self.seen:
                message = f"与本文件第 {self.seen[key]} 行说的是同一条，请核对后删去一行"
                self.reader.reject(row, self.book.about[-1].name, ROW_DUPLICATE, message)
                continue
            self.seen[key] = row.row
            line = lines.get(key)
            self._merge(row, line or new_line(subject), subject.household, is_new=line is None)

    def _with_households(self, block: list[Candidate]) -> list[Candidate]:
        """Household numbers in value columns as households; rows that name none of the place are sent back."""
        for name in self.households:
            known = self.finder.households(row.given[name] for row in block if name in row.given)
            kept = []
            for row in block:
                if name in row.given and row.given[name] not in known:
                    message = f"{self.division.name}的档案里没有这个户编号，请核对"
                    self.reader.reject(row, self.book.by_field[name].name, NOT_REGISTERED, message)
                    continue
                row.given.update({name: known[row.given[name]]} if name in row.given else {})
                kept.append(row)
            block = kept
        return block

    def _merge(self, row: Candidate, line: Any, home: int | None, *, is_new: bool) -> None:
        given = with_blanks(self.book, row.given) if is_new else row.given
        said = Row(given, row.starts, row.ends, home)
        self.touched.add(line.uid)
        try:
            after = merged(line.versions, said, on=self.on, dated=self.book.dates_version)
        except Refused as refusal:
            column = self.book.ends if refusal.field == "to_on" and self.book.ends else self.book.starts
            self.reader.reject(row, column.name, refusal.code, refusal.message)
            return
        if not self.pages.turn(line, after):
            self.tally.unchanged += 1
        elif is_new:
            self.tally.created += 1
        else:
            self.tally.changed += 1

    def end_the_others(self) -> None:
        """A full list ends what it does not name; one with rows sent back is not full, and ends nothing."""
        if self.reader.rejected:
            self.warnings.append(
                f"有 {len(self.reader.rejected)} 行退回，名册外的记录没有截止；改好这些行后，把全量名册再导入一次。"
            )
            return
        self.pages.write()
        rows = self.book.model.objects.within(self.division)
        for line in lasting_elsewhere(self.book, self.touched, rows, self.on):
            if line.versions[0].from_on < self.on:
                self.pages.turn(line, ended(line.versions, self.on))
                self.tally.ended += 1


def _begin(
    book: Book, division: Division, path: Path, name: str, actor: User | None, at: datetime, on: date, full: bool
) -> RecordBatch:
    return RecordBatch.objects.create(
        book=book.code,
        department=book.department,
        division=division,
        file=keep_file(path=path, name=name, actor=actor, at=at),
        imported_by=actor,
        imported_at=at,
        listed_on=on,
        full=full,
        **dict.fromkeys(("rows", "created", "changed", "unchanged", "rejected"), 0),
    )


def _report(batch: RecordBatch, taking: _Taking, tables: Sequence[Table], path: Path, name: str) -> BookReport:
    reader = taking.reader
    sheets = [(sheet_name(table, path, name), list(table.headings)) for table in tables]
    reader.rejected.sort(key=lambda one: (one.sheet, one.row))
    return BookReport(
        book=batch.book,
        division=batch.division_id,
        listed_on=taking.on,
        rows=reader.rows,
        tally=taking.tally,
        warnings=taking.warnings,
        errors=[one.as_json(sheets[one.sheet][0]) for one in reader.rejected],
        sheets=sheets,
        rejected=reader.rejected,
        batch=batch,
        stored=True,
    )


def sheet_name(table: Table, path: Path, name: str) -> str:
    """A CSV's one sheet is called after the file as its sender calls it."""
    return Path(name).stem if table.sheet == path.stem else table.sheet


def _finish(report: BookReport, actor: User | None, at: datetime) -> BookReport:
    """Complete the delivery, or take it back where the same file is in already and changed nothing."""
    batch, tally = report.batch, report.tally
    if not (tally.created or tally.changed or tally.ended):
        same = RecordBatch.objects.filter(
            book=batch.book, division=batch.division_id, file=batch.file_id, state=RecordBatch.State.DONE
        )
        earlier = same.exclude(pk=batch.pk).order_by("-pk").first()
        if earlier is not None:
            transaction.set_rollback(True)
            return BookReport(**{**vars(report), "batch": earlier, "stored": False})
    figures = {"rows": report.rows, **vars(tally), "rejected": len(report.rejected)}
    batch.full = batch.full and not report.warnings
    for name, value in {**figures, "errors": report.errors[:MOST_KEPT]}.items():
        setattr(batch, name, value)
    batch.save()
    record(actor=actor, at=at, action="record.imported", target=batch, detail={"book": batch.book, **figures})
    return report


def write_errors(report: BookReport, output: Path) -> int:
    """Write the rejected rows as they came, with the reason beside them, to an .xlsx; returns how many."""
    return write_workbook(output, rejected_sheets(report.sheets, report.rejected))
