"""The working-day calendar: holidays and make-up workdays that an office enters when the State Council's notice is out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import chinese_calendar
from django.db import transaction

from accounts.errors import Refused
from accounts.models import Role, User
from accounts.permissions import add_rights, require_somewhere
from accounts.services.audit import record
from monitoring.models import CalendarDay
from sheets.clean import CellFault, fold_code, parse_date, text
from sheets.read import open_book
from sheets.table import Column

SET_CALENDAR = "monitoring.set_calendar"
MOST_DAYS = 400
_WORK = frozenset(map(fold_code, ("上班", "班", "调休上班", "工作日", "补班")))
_REST = frozenset(map(fold_code, ("放假", "休", "休息", "节假日", "假日")))

add_rights({SET_CALENDAR: frozenset({Role.COUNTY_BUREAU, Role.ADMINISTRATOR})})


@dataclass(frozen=True)
class Day:
    on: date
    is_workday: bool
    note: str = ""


def published(year: int) -> bool:
    """Whether the shipped calendar holds the State Council's notice for the year."""
    try:
        chinese_calendar.is_workday(date(year, 1, 2))
    except NotImplementedError:
        return False
    return True


def holidays_known(year: int) -> bool:
    """Whether the year's holidays are shipped or have been entered."""
    return published(year) or CalendarDay.objects.filter(on__year=year).exists()


def require_calendar(*, actor: User, at: datetime) -> None:
    """The calendar is one for the whole installation, so the right is asked without a place. Forbidden otherwise."""
    words = "工作日历由系统管理员或县级主管部门维护，你的岗位没有这项权限。"
    require_somewhere(actor=actor, right=SET_CALENDAR, at=at, words=words)


def span(first: date, last: date, *, is_workday: bool, note: str = "") -> list[Day]:
    """The days from `first` to `last`, both included. Refused where they are turned round or too many."""
    if last < first:
        raise Refused("最后一天不能早于第一天。", field="last")
    if (last - first).days >= MOST_DAYS:
        raise Refused(f"一次至多 {MOST_DAYS} 天。", field="last")
    return [Day(first + timedelta(days=n), is_workday, note) for n in range((last - first).days + 1)]


def read_days(path: Path) -> list[Day]:
    """The days of a workbook with the columns 日期, 类型 (放假 or 上班) and 说明.

    Raises:
        SheetError: no such workbook. Refused: a row that makes no sense; `details` names every one by its row.
    """
    columns = (
        Column("日期", ("放假日期", "日子"), needed=True),
        Column("类型", ("安排", "是否上班", "性质"), needed=True),
        Column("说明", ("节日", "备注", "名称")),
    )
    days: list[Day] = []
    faults: list[str] = []
    for table in open_book(path).tables(columns):
        for block in table.blocks():
            for place, number in enumerate(block.rows):
                cells = [block.cells[name][place] for name in ("日期", "类型", "说明")]
                try:
                    days.append(_day(*cells))
                except ValueError as error:
                    faults.append(f"第 {number} 行：{error}")
    if faults:
        raise Refused("表里有写不对的行，改好再传，没有写进任何一天。", field="file", details=faults[:20])
    return days


def _day(written: object, kind: object, note: object) -> Day:
    try:
        on = parse_date(written)  # type: ignore[arg-type]
    except CellFault as fault:
        raise ValueError(fault.message) from None
    if on is None:
        raise ValueError("没有日期")
    word = fold_code(text(kind))  # type: ignore[arg-type]
    if word not in _WORK | _REST:
        raise ValueError("类型只能写“放假”或“上班”")
    return Day(on, word in _WORK, text(note)[:60])  # type: ignore[arg-type]


@transaction.atomic
def set_days(*, days: Iterable[Day], actor: User, at: datetime) -> int:
    """Enter days; one that is there already takes the new kind. How many were entered.

    Terms that stand keep their last day; those that are set from now on count by the new calendar.

    Raises: Refused without a day or with more than MOST_DAYS; Forbidden.
    """
    require_calendar(actor=actor, at=at)
    wanted = {day.on: day for day in days}
    if not wanted:
        raise Refused("没有一天可以写。", code="empty")
    if len(wanted) > MOST_DAYS:
        raise Refused(f"一次至多 {MOST_DAYS} 天。", code="too_many")
    rows = [CalendarDay(on=day.on, is_workday=day.is_workday, note=day.note[:60]) for day in wanted.values()]
    CalendarDay.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["on"], update_fields=["is_workday", "note"]
    )
    detail = {"days": {day.on.isoformat(): day.is_workday for day in wanted.values()}}
    record(actor=actor, at=at, action="calendar.set", detail=detail)
    return len(wanted)


@transaction.atomic
def clear_day(*, on: date, actor: User, at: datetime) -> None:
    """Take back what was entered for a day: the shipped calendar, else the week, holds again. Refused, Forbidden."""
    require_calendar(actor=actor, at=at)
    deleted, _ = CalendarDay.objects.filter(on=on).delete()
    if not deleted:
        raise Refused("这一天没有另外定过。", code="unknown")
    record(actor=actor, at=at, action="calendar.cleared", detail={"day": on.isoformat()})
