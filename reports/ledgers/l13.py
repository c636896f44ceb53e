"""L13 控辍保学台账 (疑似辍学、辍学): a row a child that a department reported, or a household where a visit found one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assistance import catalogue as c
from reports.asof.problems import SCHOOLING
from reports.ledgers.column import Column
from reports.ledgers.places import PLACE
from reports.ledgers.problem import Problem
from reports.ledgers.problems import ProblemLedger
from reports.ledgers.received import Report
from sheets.clean import birth_date
from sheets.text import Cell

_TUTORED_AT_HOME = "送教上门"


class SchoolingLedger(ProblemLedger):
    """What the department's file and the register do not say stays empty."""

    code = "L13"
    title = "控辍保学台账"
    unit = "件、人"
    topic = SCHOOLING
    categories = (c.SCHOOLING, c.EDUCATION)
    counter = "学生姓名"
    freeze = 6
    columns = (
        Column(("序号",), 5, "seq"),
        *PLACE,
        Column(("学生姓名",), 11),
        Column(("证件号码",), 20, secret="id"),
        Column(("出生日期",), 11, "date"),
        Column(("家长姓名",), 11),
        Column(("联系电话",), 13, secret="phone"),
        Column(("家庭住址",), 18, secret="text"),
        Column(("学校",), 14, secret="text"),
        Column(("年级班级",), 10),
        Column(("学籍号",), 20, secret="id"),
        Column(("在校状态",), 10),
        Column(("离校日期",), 11, "date"),
        Column(("辍学原因",), 10, secret="text"),
        Column(("去向",), 10, secret="text"),
        Column(("学籍状态",), 8),
        *(Column(("七长包保", name), 8) for name in ("县", "局", "乡", "村", "校", "师", "家长")),
        Column(("劝返", "次数"), 5, "int"),
        Column(("劝返", "日期"), 11, "date"),
        Column(("劝返", "方式"), 8),
        Column(("劝返", "结果"), 10, secret="text"),
        Column(("复学日期",), 11, "date"),
        Column((_TUTORED_AT_HOME,), 6),
        Column(("处理措施",), 20, secret="text"),
    )

    def lines(self, problem: Problem, place: list[str]) -> Iterable[Iterable[Cell]]:
        told: list[Report | None] = list(problem.reports) or [None]
        for report in told:
            yield [*place, *_child(problem, report), *_school(problem, report, place), *_return(problem, report)]


def _child(problem: Problem, report: Report | None) -> Iterator[Cell]:
    clue = problem.clue
    person = report.person if report else clue.person if clue else None
    number = person.id_number if person else ""
    yield from (person.name if person else "", number, birth_date(number) if number else None)
    yield _told(report, "家长姓名") or (problem.head.name if problem.head else "")
    yield _told(report, "联系电话") or problem.household.phone


def _school(problem: Problem, report: Report | None, place: list[str]) -> Iterator[Cell]:
    yield "".join(place[1:])
    yield from (_told(report, name) for name in ("学校", "年级班级", "学籍号"))
    yield report.person.schooling if report else ""
    yield from (_told(report, name) for name in ("离校日期", "辍学原因", "去向"))
    yield ""
    yield from ("", "", "", "", "", _told(report, "包保老师"), _told(report, "家长姓名"))
    yield from (None, None, "", _told(report, "劝返情况"))


def _return(problem: Problem, report: Report | None) -> Iterator[Cell]:
    yield problem.solved_on
    yield (
        "是"
        if any(one.measure.type.item == _TUTORED_AT_HOME and one.amount is not None for one in problem.help)
        else ""
    )
    yield problem.handling()


def _told(report: Report | None, name: str) -> Cell:
    return report.get(name) if report else ""
