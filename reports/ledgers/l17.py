"""L17 丧失劳动能力人员监测台账: who has lost his ability to work, wholly or in part, and what secures him."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from records.models import LabourLoss
from reports.ledgers.books import PersonBookLedger
from reports.ledgers.column import Column
from reports.ledgers.persons import PERSON, person_cells
from reports.ledgers.places import PLACE
from sheets.text import Cell


class LabourLossLedger(PersonBookLedger):
    """Those whom the book names on the day."""

    code = "L17"
    title = "丧失劳动能力人员监测台账"
    unit = "人"
    paper = "A4"
    freeze = 6
    counter = ("姓名", "人")
    book = LabourLoss
    columns = (
        Column(("序号",), 5, "seq"),
        *PLACE,
        *PERSON,
        Column(("劳动能力",), 9),
        Column(("原因",), 14, secret="text"),
        Column(("残疾", "证号"), 22, secret="id"),
        Column(("残疾", "类别"), 8),
        Column(("残疾", "等级"), 6),
        Column(("现享受",), 12),
        Column(("核查日期",), 11, "date"),
        Column(("比对结果",), 14, secret="text"),
        Column(("拟纳入",), 10),
        Column(("纳入日期",), 11, "date"),
    )

    def cells(self, line: Any, monitored_type: str, relation: str, on: date) -> Iterable[Cell]:
        yield from person_cells(line.person, relation, on)
        yield from (line.get_degree_display(), line.cause)
        yield from (line.certificate, line.disability_class, line.disability_grade, line.benefits)
        yield from (line.checked_on, line.comparison, line.to_enter, line.entered_on)
