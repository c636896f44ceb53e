"""Rows of a book as versions of lines, and back: read by sets, written in bulk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from accounts.bulk import create
from accounts.models import User
from records.books import Book
from records.models import Record, RecordBatch
from records.services.book_subjects import Subject
from records.values import key_of
from records.versions import Version, difference

_CHUNK, _WRITTEN = 500, 1_000
_SUBJECT_OF = {"person": "person_id", "household": "household_id", "place": "division_id"}


@dataclass
class Line:
    """One line with its standing versions in the order of their days; `version_key` is the place of each row."""

    uid: UUID
    subject: Subject
    versions: list[Version] = field(default_factory=list)


@dataclass(frozen=True)
class Writer:
    """Who writes, when, for what reason, in which delivery: the same for all rows of one act."""

    actor: User | None
    at: datetime
    reason: str = ""
    batch: RecordBatch | None = None


def subject_field(book: Book) -> str:
    return _SUBJECT_OF[book.subject]


def subject_of(book: Book, row: Any) -> Subject:
    key = getattr(row, subject_field(book))
    return Subject(key, None if book.subject == "place" else row.household_id)


def version_of(book: Book, row: Any) -> Version:
    """A row as a version, its sealed values opened."""
    values = {column.field: _value(row, column.field, column.shape) for column in book.columns}
    home = None if book.subject == "place" else row.household_id
    return Version(row.from_on, row.to_on, {**values, "note": row.note, **_extra(row)}, key=row.pk, home=home)


def _value(row: Any, name: str, shape: str) -> Any:
    return getattr(row, f"{name}_id") if shape == "household" else getattr(row, name)


def _extra(row: Any) -> dict[str, Any]:
    """What no column gives but a version carries on: the clue that a case became."""
    return {"clue_id": row.clue_id} if hasattr(row, "clue_id") else {}


def lines_of(book: Book, rows: Iterable[Any]) -> dict[UUID, Line]:
    """Standing rows gathered into lines."""
    found: dict[UUID, Line] = {}
    for row in rows:
        line = found.setdefault(row.line, Line(row.line, subject_of(book, row)))
        line.versions.append(version_of(book, row))
    for line in found.values():
        line.versions.sort(key=lambda version: version.from_on)
    return found


def lines_about(book: Book, subjects: Iterable[Any]) -> dict[tuple[Any, ...], Line]:
    """The lines of these subjects by the key that makes two rows the same line."""
    wanted = sorted(set(subjects))
    found: dict[tuple[Any, ...], Line] = {}
    for start in range(0, len(wanted), _CHUNK):
        chunk = {f"{subject_field(book)}__in": wanted[start : start + _CHUNK]}
        for line in lines_of(book, book.model.objects.standing().filter(**chunk)).values():
            found[key_of(book, line.subject.key, line.versions[-1].values)] = line
    return found


def line_with(book: Book, uid: UUID) -> Line | None:
    return lines_of(book, book.model.objects.standing().filter(line=uid)).get(uid)


class Pages:
    """Collects what becomes of lines and writes it in bulk."""

    def __init__(self, book: Book, writer: Writer) -> None:
        self._book = book
        self._writer = writer
        self._gone: list[int] = []
        self._new: list[Record] = []

    def turn(self, line: Line, after: Sequence[Version]) -> bool:
        """Note that these are to stand from now on; whether anything changes."""
        gone, new = difference(line.versions, after)
        self._gone += [version.key for version in gone if version.key is not None]
        self._new += [self._row(line, version) for version in new]
        if len(self._new) + len(self._gone) > _WRITTEN:
            self.write()
        return bool(gone or new)

    def _row(self, line: Line, version: Version) -> Record:
        writer, book = self._writer, self._book
        row: Any = book.model(
            uid=uuid4(),
            line=line.uid,
            from_on=version.from_on,
            to_on=version.to_on,
            reason=writer.reason,
            recorded_by=writer.actor,
            recorded_at=writer.at,
            batch=writer.batch,
        )
        setattr(row, subject_field(book), line.subject.key)
        if book.subject == "person":
            row.household_id = version.home or line.subject.household
        for name, value in version.values.items():
            column = book.by_field.get(name)
            setattr(row, f"{name}_id" if column and column.shape == "household" else name, value)
        return row

    def write(self) -> None:
        """Withdraw first: a line has one lasting version, and one from a day."""
        writer = self._writer
        for start in range(0, len(self._gone), _CHUNK):
            self._book.model.objects.standing().filter(pk__in=self._gone[start : start + _CHUNK]).update(
                withdrawn_at=writer.at, withdrawn_by=writer.actor, withdrawn_in=writer.batch
            )
        create(self._book.model, self._new)
        self._gone, self._new = [], []


def new_line(subject: Subject) -> Line:
    return Line(uuid4(), subject)


def lasting_elsewhere(book: Book, touched: set[UUID], rows: Any, on: date) -> Iterable[Line]:
    """Lines of these rows, in force on a day, that a full list does not name."""
    waiting: dict[int, list[UUID]] = defaultdict(list)
    lines = rows.as_of(on).filter(to_on__isnull=True).order_by().values_list("line", flat=True)
    for number, uid in enumerate(uid for uid in lines.iterator(2_000) if uid not in touched):
        waiting[number // _CHUNK].append(uid)
    for uids in waiting.values():
        yield from lines_of(book, book.model.objects.standing().filter(line__in=uids)).values()
