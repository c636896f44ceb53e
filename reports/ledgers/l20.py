"""L20 问题整改销号台账: items that assessments, inspections and audits fed back, as they stood on the day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from accounts.models import Division
from records.models import Problem
from reports.asof.kept import Stood, kept, stood
from reports.ledgers.base import DetailLedger, Reading
from reports.ledgers.column import Column
from reports.ledgers.places import Places
from sheets.text import Cell


class RectificationLedger(DetailLedger):
    """Items found untrue are not in it."""

    code = "L20"
    title = "问题整改销号台账"
    unit = "条、户、人"
    freeze = 2
    counter = ("问题编号", "条")
    columns = (
        Column(("序号",), 5, "seq"),
        Column(("问题编号",), 19),
        Column(("反馈层级",), 7),
        Column(("来源",), 8),
        Column(("反馈日期",), 11, "date"),
        Column(("分级",), 7),
        Column(("分类",), 10),
        Column(("问题描述",), 30, secret="text"),
        Column(("涉及", "乡镇"), 8),
        Column(("涉及", "村"), 8),
        Column(("涉及", "户数"), 6, "int"),
        Column(("涉及", "人数"), 6, "int"),
        Column(("整改措施",), 24, secret="text"),
        Column(("责任领导",), 9),
        Column(("责任单位",), 12),
        Column(("责任人",), 9),
        Column(("时限",), 11, "date"),
        Column(("进展",), 22, secret="text"),
        Column(("佐证",), 14, secret="text"),
        Column(("完成日期",), 11, "date"),
        Column(("验收", "人"), 9, secret="text"),
        Column(("验收", "日期"), 11, "date"),
        Column(("销号日期",), 11, "date"),
        Column(("回头看",), 14),
    )

    def items(self, reading: Reading) -> QuerySet[Any]:
        rows = kept(Problem.Kind.RECTIFICATION, reading.division, reading.on, reading.known_at)
        return rows.select_related("division", "household").order_by("place", "found_on", "id")

    def household(self, item: Any) -> Division:
        found: Division = item.division
        return found

    def lines(self, reading: Reading, items: list[Any], places: Places) -> Iterator[list[Cell]]:
        then = stood(items, reading.on, reading.known_at)
        for item in items:
            yield [*_fed_back(item, places), *_worked(then[item.pk]), *_ended(then[item.pk])]


def _fed_back(item: Any, places: Places) -> Iterator[Cell]:
    _, township, village, _ = places.cells(item.place, "")
    level = item.division.level
    yield from (item.number, item.get_level_display(), item.get_origin_display(), item.found_on)
    yield from (item.grade, item.category, item.description)
    yield township if level >= Division.Level.TOWNSHIP else ""
    yield village if level >= Division.Level.VILLAGE else ""
    yield from (item.households_affected, item.persons_affected)


def _worked(one: Stood) -> Iterator[Cell]:
    yield from (one.say("measures"), one.say("leader"), one.say("unit"), one.say("person_in_charge"))
    yield from (one.day("due_on"), one.progress())
    yield one.say("evidence") if "report_done" in one.days else ""


def _ended(one: Stood) -> Iterator[Cell]:
    days = one.days
    yield days.get("report_done")
    yield from (one.say("checked_by") if "accept" in days else "", days.get("accept"))
    yield from (days.get("sign_off"), one.looked_back)
