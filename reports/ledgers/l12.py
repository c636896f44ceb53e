"""L12 公益性岗位台账: who held a public-welfare post in the year of the day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from records.models import WelfarePost
from reports.ledgers.books import PersonBookLedger, last_day, months_touched
from reports.ledgers.column import Column
from reports.ledgers.persons import PERSON, person_cells
from reports.ledgers.places import PLACE
from sheets.text import Cell


class WelfarePostLedger(PersonBookLedger):
    """月数 counts the calendar months from the first day to the last, or to the day of the ledger."""

    code = "L12"
    title = "公益性岗位台账"
    unit = "人、元"
    paper = "A4"
    freeze = 6
    counter = ("姓名", "人次")
    book = WelfarePost
    of_the_year = True
    columns = (
        Column(("序号",), 5, "seq"),
        *PLACE,
        *PERSON,
        Column(("岗位名称",), 14),
        Column(("岗位类型",), 10),
        Column(("聘用单位",), 16),
        Column(("起",), 11, "date"),
        Column(("止",), 11, "date"),
        Column(("月数",), 6, "int"),
        Column(("月补贴",), 10, "money"),
        Column(("考勤",), 12),
        Column(("银行发放日期",), 11, "date"),
        Column(("退岗原因",), 12, secret="text"),
    )

    def cells(self, line: Any, monitored_type: str, relation: str, on: date) -> Iterable[Cell]:
        yield from person_cells(line.person, relation, on)
        ended = last_day(line)
        yield from (line.title, line.get_kind_display(), line.employer, line.began_on, ended)
        yield months_touched(line.began_on, min(ended or on, on))
        yield from (line.monthly_pay, line.attendance, line.paid_on, line.leaving_reason)
