"""L10 就业(务工)台账: who works where, or has come home, in the year of the day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from records.models import Job
from reports.ledgers.books import PersonBookLedger, last_day
from reports.ledgers.column import Column
from reports.ledgers.facts import yes_no
from reports.ledgers.persons import PERSON, READS, person_cells
from reports.ledgers.places import PLACE
from sheets.text import Cell


class JobLedger(PersonBookLedger):
    """The last word by the day about every job of the year; 开始时间 is where it began, 结束时间 its last day."""

    code = "L10"
    title = "就业（务工）台账"
    unit = "人、元"
    freeze = 6
    counter = ("姓名", "人次")
    book = Job
    of_the_year = True
    reads = (
        *("to_on", "working", "work_place", "firm", "industry", "channel", "monthly_wage", "escorted"),
        *("travel_subsidy", "training", "trained_on", "certificate", "willing", "offers", "returned_on"),
        "return_reason",
        *(f"person__{name}" for name in (*READS, "phone_sealed", "labour_skill")),
        *(f"household__{name}" for name in ("uid", "group_name", "category", "phone_sealed")),
    )
    columns = (
        Column(("序号",), 5, "seq"),
        *PLACE,
        *PERSON,
        Column(("联系电话",), 13, secret="phone"),
        Column(("户类型",), 9),
        Column(("监测对象类别",), 15),
        Column(("劳动技能",), 12),
        Column(("是否已务工",), 7),
        Column(("务工所在省市县",), 16),
        Column(("务工企业名称",), 18),
        Column(("所属行业",), 11),
        Column(("就业渠道",), 11),
        Column(("开始时间",), 11, "date"),
        Column(("结束时间",), 11, "date"),
        Column(("务工月收入",), 11, "money"),
        Column(("是否点对点输送",), 8),
        Column(("交通费补助",), 10, "money"),
        Column(("培训", "工种"), 10),
        Column(("培训", "时间"), 11, "date"),
        Column(("培训", "证书"), 12),
        Column(("就业意愿",), 7),
        Column(("岗位推送次数",), 7, "int"),
        Column(("返乡日期",), 11, "date"),
        Column(("返乡原因",), 12, secret="text"),
    )

    def cells(self, line: Any, monitored_type: str, relation: str, on: date) -> Iterable[Cell]:
        person = line.person
        yield from person_cells(person, relation, on)
        yield from (person.phone or line.household.phone, line.household.category, monitored_type)
        yield person.labour_skill
        yield from _job(line)


def _job(line: Job) -> Iterator[Cell]:
    yield from (yes_no(line.working), line.work_place, line.firm, line.industry, line.channel)
    began: date = line.began_on  # type: ignore[attr-defined]
    yield from (began if line.working else None, last_day(line) if line.working else None, line.monthly_wage)
    yield from (yes_no(line.escorted), line.travel_subsidy, line.training, line.trained_on, line.certificate)
    yield from (yes_no(line.willing), line.offers, line.returned_on, line.return_reason)
