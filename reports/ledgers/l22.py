"""L22 信访/12317 台账: petitions and calls about a place, and which of them became clues."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from records.models import HotlineCase
from reports.ledgers.books import PlaceBookLedger
from reports.ledgers.column import Column
from reports.ledgers.places import Places
from sheets.text import Cell


class HotlineLedger(PlaceBookLedger):
    """Those received in the year of the day, and older ones without an answer; 日期 is the day of receipt, the line's first."""

    code = "L22"
    title = "信访、12317台账"
    unit = "件"
    paper = "A4"
    freeze = 3
    counter = ("诉求", "件")
    book = HotlineCase
    ended_by = "replied_on"
    related = ("division", "household", "clue")
    order = ("place", "number", "id")
    columns = (
        Column(("序号",), 5, "seq"),
        Column(("受理编号",), 15),
        Column(("日期",), 11, "date"),
        Column(("渠道",), 8),
        Column(("诉求人",), 10),
        Column(("诉求",), 34, secret="text"),
        Column(("涉及户",), 16),
        Column(("承办",), 12),
        Column(("时限",), 11, "date"),
        Column(("结果",), 24, secret="text"),
        Column(("答复日期",), 11, "date"),
        Column(("是否转线索",), 8),
    )

    def cells(self, line: Any, places: Places) -> Iterable[Cell]:
        yield from (line.number, line.began_on, line.get_channel_display(), line.petitioner, line.appeal)
        yield line.household.number if line.household else places.title(line.division)
        yield from (line.handler, line.due_on, line.result, line.replied_on)
        yield "是" if line.clue_id else "否"
