"""T6 月度会商台账: what the departments settled at the monthly consultations of the year, and how it went."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from accounts.models import Division
from records.models import Consultation
from reports.ledgers.books import PlaceBookLedger
from reports.ledgers.column import Column
from reports.ledgers.places import Places
from sheets.text import Cell


class ConsultationLedger(PlaceBookLedger):
    """A row a settled point, of the year or not done yet; 会议日期 is the line's first day."""

    code = "T6"
    title = "月度会商台账"
    unit = "项"
    levels = (Division.Level.COUNTY,)
    paper = "A4"
    counter = ("议题", "项")
    book = Consultation
    ended_by = "done_on"
    order = ("from_on", "id")
    columns = (
        Column(("序号",), 5, "seq"),
        Column(("会议日期",), 11, "date"),
        Column(("主持人",), 9),
        Column(("参会部门",), 24),
        Column(("议题",), 18, secret="text"),
        Column(("议定事项",), 36, secret="text"),
        Column(("责任单位",), 12),
        Column(("时限",), 11, "date"),
        Column(("完成情况",), 20, secret="text"),
        Column(("纪要文号",), 14),
    )

    def cells(self, line: Any, places: Places) -> Iterable[Cell]:
        yield from (line.began_on, line.chair, line.departments, line.topic, line.settled, line.unit, line.due_on)
        done = f"{line.done_on:%Y-%m-%d} 完成" if line.done_on else ""
        yield "；".join(filter(None, (done, line.progress)))
        yield line.minutes_number
