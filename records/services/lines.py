"""Writing in a book by hand: add a line, change it from a day on, put it right, end it, take it back.

`values` are by field, as typed: they go through the same parsers as the cells of a workbook. `seen` is the uid of the
version that the person saw; where it stands no more, somebody else was faster.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.errors import Conflict, OutOfScope, Refused
from accounts.models import Division, User
from accounts.services.audit import record
from households.models import Household, Membership, Person
from households.services.register_lock import hold_persons
from records.books import Book
from records.models import Record
from records.permissions import require_book
from records.services.book_lock import hold_book
from records.services.book_store import Line, Pages, Writer, line_with, lines_about, new_line
from records.services.book_subjects import Subject
from records.values import NOTE_LIMIT, REASON_LIMIT, key_of, parser_of, with_blanks
from records.versions import Version, begun, changed, corrected, ended, in_force
from sheets.clean import CellFault

Given = Mapping[str, Any]


@transaction.atomic
def add_line(
    *,
    book: Book,
    values: Given,
    from_on: date,
    actor: User | None,
    at: datetime,
    to_on: date | None = None,
    household: Household | None = None,
    person: Person | None = None,
    division: Division | None = None,
    note: str = "",
) -> Record:
    """A line about a person, a household or a place; one that had ended goes on under the same line.

    Raises:
        OutOfScope, Forbidden: not his place, or not his book.
        Refused: a value that is none, a day in the future, days that overlap with those of the same line.
    """
    subject, code, helper = _subject(book, household, person, division)
    require_book(actor=actor, book=book, code=code, at=at, helper_id=helper)
    given = with_blanks(book, {**read_values(book, values), "note": _note(note)})
    _require_filled(book, given)
    _not_ahead(from_on, at, "from_on")
    hold_book(book)
    hold_persons()
    line = lines_about(book, [subject.key]).get(key_of(book, subject.key, given)) or new_line(subject)
    after = begun(line.versions, Version(from_on, to_on, given, home=subject.household))
    return _carry_out(book, line, after, Writer(actor, at), "added")


@transaction.atomic
def change_line(
    *, book: Book, line: UUID, values: Given, on: date, seen: UUID, actor: User | None, at: datetime, reason: str = ""
) -> Record:
    """What is different from a day on: a new version beside the old one cut short.

    Raises: see `add_line`. Conflict: somebody has changed the line meanwhile.
    """
    found = _held(book, line, seen, actor, at)
    _not_ahead(on, at, "on")
    there = in_force(found.versions, on)
    wanted = {**there.values, **read_values(book, values)}
    _require_filled(book, wanted)
    if wanted == there.values:
        raise Refused("没有改动任何内容。", code="unchanged")
    _same_line(book, found, wanted)
    after = changed(found.versions, wanted, on, found.subject.household)
    return _carry_out(book, found, after, Writer(actor, at, _reason(reason)), "changed")


@transaction.atomic
def correct_line(
    *,
    book: Book,
    line: UUID,
    values: Given,
    reason: str,
    seen: UUID,
    actor: User | None,
    at: datetime,
    from_on: date | None = None,
    to_on: date | None = None,
    lasting: bool = False,
) -> Record:
    """What was written wrong, withdrawn and written anew; its days too where they are given (`lasting`: no last day).

    Raises: see `change_line`. Refused: no reason given.
    """
    found = _held(book, line, seen, actor, at)
    wrong = _version(book, found, seen)
    if not reason.strip():
        raise Refused("请写明更正的理由。", field="reason", code="required")
    wanted = {**wrong.values, **read_values(book, values)}
    _require_filled(book, wanted)
    first, last = from_on or wrong.from_on, None if lasting else to_on or wrong.to_on
    _not_ahead(first, at, "from_on")
    right = replace(wrong, from_on=first, to_on=last, values=wanted)
    if right.same(wrong):
        raise Refused("没有改动任何内容。", code="unchanged")
    _same_line(book, found, wanted)
    after = corrected(found.versions, wrong, right)
    return _carry_out(book, found, after, Writer(actor, at, _reason(reason)), "corrected")


@transaction.atomic
def end_line(
    *, book: Book, line: UUID, on: date, seen: UUID, actor: User | None, at: datetime, reason: str = ""
) -> Record:
    """No longer so from a day on. Raises: see `change_line`."""
    found = _held(book, line, seen, actor, at)
    return _carry_out(book, found, ended(found.versions, on), Writer(actor, at, _reason(reason)), "ended")


@transaction.atomic
def withdraw_line(*, book: Book, line: UUID, reason: str, seen: UUID, actor: User | None, at: datetime) -> None:
    """The line should never have been: all its versions withdrawn. Raises: see `correct_line`."""
    found = _held(book, line, seen, actor, at)
    if not reason.strip():
        raise Refused("请写明撤回的理由。", field="reason", code="required")
    standing = book.model.objects.standing().filter(line=line)
    standing.update(withdrawn_at=at, withdrawn_by=actor)
    _tell(book, found, actor, at, "withdrawn", _reason(reason))


# --- whom it is about, and whether he may ---


def _subject(
    book: Book, household: Household | None, person: Person | None, division: Division | None
) -> tuple[Subject, str, int | None]:
    """The subject, the code of its place, its household's responsible helper."""
    if book.subject == "place":
        if division is None or division.level not in book.levels:
            wanted = "、".join(str(Division.Level(level).label) for level in sorted(book.levels))
            raise Refused(f"{book.title}只记到{wanted}，请选择单位。", field="division", code="invalid")
        return Subject(division.code, None), division.code, None
    if household is None:
        raise Refused("请指明农户。", field="household", code="required")
    if book.subject == "household":
        return Subject(household.pk, household.pk), household.village_id, household.helper_id
    if person is None or not Membership.objects.filter(person=person, household=household).exists():
        raise Refused("请从这户的成员里选人。", field="person", code="invalid")
    return Subject(person.pk, household.pk), household.village_id, household.helper_id


def _held(book: Book, line: UUID, seen: UUID, actor: User | None, at: datetime) -> Line:
    """The line as it stands, nobody else writing meanwhile. Raises: see `change_line`."""
    row: Any = book.model.objects.filter(line=line).order_by("-pk").first()
    if row is None:
        raise OutOfScope
    home = None if book.subject == "place" else row.household
    code = row.division_id if home is None else home.village_id
    require_book(actor=actor, book=book, code=code, at=at, helper_id=home.helper_id if home else None)
    hold_book(book)
    found = line_with(book, line)
    if found is None or not book.model.objects.standing().filter(line=line, uid=seen).exists():
        raise Conflict("这条记录刚被别人改过，请刷新后核对再办。")
    return found


def _version(book: Book, line: Line, seen: UUID) -> Version:
    key = book.model.objects.values_list("pk", flat=True).get(uid=seen)
    return next(version for version in line.versions if version.key == key)


def _same_line(book: Book, line: Line, values: dict[str, Any]) -> None:
    """Other words for what makes a line one must not make it a second of another."""
    key = key_of(book, line.subject.key, values)
    other = lines_about(book, [line.subject.key]).get(key)
    if other is not None and other.uid != line.uid:
        raise Refused("已有同样的一条记录，请改在那一条上。", field=book.key[0] if book.key else "", code="duplicate")


# --- what was typed ---


def read_values(book: Book, values: Given) -> dict[str, Any]:
    """Values by field as the parsers of the book's columns read them. Refused names the first that is none."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        column = book.by_field.get(name)
        if column is None:
            raise Refused(f"{book.title}没有“{name[:40]}”这一项。", field=name[:40], code="unknown")
        if column.shape == "household":
            found[name] = _household_key(value)
            continue
        if isinstance(value, bool) and column.shape == "flag":
            found[name] = value
            continue
        try:
            read = parser_of(column)(_plain(column.label_of, value))
        except CellFault as fault:
            raise Refused(f"{column.name}：{fault.message}", field=name, code=fault.code) from None
        found[name] = with_blanks(book, {})[name] if read is None else read
    return found


def _plain(labels: Mapping[Any, str], value: Any) -> Any:
    """A stored value may be given for the word that a list has for it."""
    if isinstance(value, dict | list | tuple):
        raise CellFault("invalid", "不是一个值")
    return labels.get(value, value)


def _household_key(value: Any) -> int | None:
    if not value:
        return None
    found = Household.objects.filter(number=str(value)).first() if isinstance(value, str) else None
    if found is None:
        raise Refused("没有这个户编号，请核对。", field="household", code="not_registered")
    return int(found.pk)


def _require_filled(book: Book, values: dict[str, Any]) -> None:
    for column in book.columns:
        if column.needed and values.get(column.field) in (None, ""):
            raise Refused(f"{column.name}不能为空。", field=column.field, code="required")


def _not_ahead(day: date, at: datetime, name: str) -> None:
    if day > timezone.localdate(at):
        raise Refused("日期不能晚于今天。", field=name, code="date_in_future")


def _note(note: str) -> str:
    if len(note) > NOTE_LIMIT:
        raise Refused(f"备注超过 {NOTE_LIMIT} 个字，请缩短。", field="note", code="text_too_long")
    return note


def _reason(reason: str) -> str:
    written = " ".join(reason.split())
    if len(written) > REASON_LIMIT:
        raise Refused(f"理由超过 {REASON_LIMIT} 个字，请缩短。", field="reason", code="text_too_long")
    return written


# --- writing ---


def _carry_out(book: Book, line: Line, after: list[Version], writer: Writer, verb: str) -> Record:
    """Write what is to stand, tell the audit; the newest version."""
    pages = Pages(book, writer)
    pages.turn(line, after)
    pages.write()
    _tell(book, line, writer.actor, writer.at, verb, writer.reason)
    return book.model.objects.standing().filter(line=line.uid).order_by("-from_on")[0]


def _tell(book: Book, line: Line, actor: User | None, at: datetime, verb: str, reason: str) -> None:
    row = book.model.objects.filter(line=line.uid).order_by("-pk").first()
    detail = {"book": book.code, "line": str(line.uid)}
    record(actor=actor, at=at, action=f"record.{verb}", target=row, purpose=reason, detail=detail)
