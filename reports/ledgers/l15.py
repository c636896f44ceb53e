"""L15 饮水安全问题台账: a row a household or village with a kept water problem, or whose water was found unsafe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assistance import catalogue as c
from reports.asof.kept import Stood
from reports.asof.problems import WATER
from reports.ledgers import facts
from reports.ledgers.column import Column
from reports.ledgers.places import PLACE
from reports.ledgers.problem import Problem
from reports.ledgers.problems import ProblemLedger
from sheets.text import Cell

# What the rule's arithmetic names, and the category of problem that it is.
_KINDS = {"水量": "水量", "水质": "水质", "取水时间": "方便程度", "缺水天数": "保证率"}


class WaterLedger(ProblemLedger):
    """The supply and the measures as the department tells them, else the measures of the household's plan."""

    code = "L15"
    title = "饮水安全问题台账"
    unit = "条、户、人"
    topic = WATER
    categories = (c.WATER,)
    counter = "供水工程"
    counted = "条"
    paper = "A4"
    freeze = 5
    columns = (
        Column(("序号",), 5, "seq"),
        *PLACE,
        Column(("供水工程",), 14, secret="text"),
        Column(("供水方式",), 8),
        Column(("问题类别",), 10),
        Column(("问题描述",), 26, secret="text"),
        Column(("影响户",), 11),
        Column(("影响人",), 6, "int"),
        Column(("发现日期",), 11, "date"),
        Column(("发现渠道",), 10),
        Column(("整改措施",), 16, secret="text"),
        Column(("责任人",), 9),
        Column(("时限",), 11, "date"),
        Column(("完成日期",), 11, "date"),
        Column(("复核人",), 9),
        Column(("清零",), 5),
    )

    def lines(self, problem: Problem, place: list[str]) -> Iterable[Iterable[Cell]]:
        yield [*place, *_trouble(problem), *_repair(problem)]


def _work(problem: Problem) -> tuple[str, str]:
    """The supply and its mode: the one that is named, else the only one of the village."""
    named = problem.kept.say("work") if problem.kept else ""
    found = [line for line in problem.lines if line.name == named] if named else problem.lines
    return (found[0].name, found[0].get_mode_display()) if len(found) == 1 else (named, "")


def _trouble(problem: Problem) -> Iterator[Cell]:
    work, mode = _work(problem)
    yield from (problem.told("供水工程名称") or work, problem.told("供水方式") or mode)
    kinds = "、".join(dict.fromkeys(kind for word, kind in _KINDS.items() if word in problem.arithmetic))
    yield problem.kept.say("category") if problem.kept else kinds
    yield problem.words() if problem.kept else problem.told("问题") or problem.words()
    yield from _affected(problem)
    yield from (problem.item.found_on, problem.channel())


def _affected(problem: Problem) -> Iterator[Cell]:
    """The household and its members, or how many of a village."""
    if problem.household is None and problem.kept:
        row = problem.kept.problem
        yield f"{row.households_affected} 户" if row.households_affected is not None else ""
        yield row.persons_affected
        return
    yield from (problem.head.name if problem.head else "", problem.size.members)


def _repair(problem: Problem) -> Iterator[Cell]:
    if problem.kept:
        yield from _kept_repair(problem, problem.kept)
        return
    measure = problem.help[-1].measure if problem.help else None
    yield problem.told("处理措施") or problem.handling()
    yield measure.responsible if measure else ""
    yield measure.planned_end_on if measure else None
    yield problem.told("完成日期") or (measure.ended_on if measure else None)
    condition = problem.condition
    looked = bool(problem.solved_on and condition and condition.on == problem.solved_on and condition.recorded_by)
    yield condition.recorded_by.name if looked and condition and condition.recorded_by else ""
    yield facts.yes_no(problem.solved_on is not None)


def _kept_repair(problem: Problem, kept: Stood) -> Iterator[Cell]:
    yield from (kept.say("measures"), kept.say("person_in_charge"), kept.day("due_on"), kept.days.get("report_done"))
    yield kept.say("checked_by") if "accept" in kept.days else ""
    yield facts.yes_no(problem.solved_on is not None)
