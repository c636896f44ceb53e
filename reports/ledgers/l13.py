"""L13 控辍保学台账: the problems (疑似辍学、辍学) that T8 counts, a row a child or, where only a visit or a clue speaks, a
household; and as further sheets the three books of the roll: 适龄, 疑似辍学, 辍学."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from assistance import catalogue as c
from records.models import Schooling
from reports.asof.kept import Stood, by_household
from reports.asof.problems import SCHOOLING
from reports.ledgers import facts
from reports.ledgers.base import Reading
from reports.ledgers.books import HomeBookLedger
from reports.ledgers.places import Places
from reports.ledgers.problem import Problem
from reports.ledgers.problems import ProblemLedger
from reports.ledgers.received import Report
from reports.ledgers.schooling import COLUMNS, TUTORED_AT_HOME, chief_cells, persuasion, school_cells
from sheets.clean import birth_date
from sheets.text import Cell


class RollLedger(HomeBookLedger):
    """One book of the roll: the lines in some states on the day."""

    states: ClassVar[tuple[Schooling.State, ...]]
    book = Schooling
    unit = "人"
    freeze = 6
    counter = ("学生姓名", "人")
    related = ("household", "person")
    columns = COLUMNS
    reads = (
        *("state", "guardian"),
        *(
            "school",
            "grade_class",
            "uid",
            "roll_number_sealed",
            "left_school_on",
            "leaving_reason",
            "whereabouts",
            "roll_status",
        ),
        *("chief_county", "chief_bureau", "chief_township", "chief_village"),
        *("chief_school", "chief_teacher", "chief_parent"),
        *("person__uid", "person__name", "person__id_sealed"),
        *("household__uid", "household__group_name", "household__phone_sealed"),
    )

    def items(self, reading: Reading) -> Any:
        return super().items(reading).filter(state__in=self.states)

    def lines(self, reading: Reading, items: list[Any], places: Places) -> Iterator[list[Cell]]:
        homes = {item.household_id for item in items}
        kept = by_household(SCHOOLING.kind, homes, reading.on, reading.known_at)
        heads = facts.heads(homes, reading.on, reading.known_at)
        for item in items:
            place = places.cells(item.place, item.household.group_name)
            own = [one for one in kept.get(item.household_id, []) if one.problem.person_id == item.person_id]
            yield [*place, *_pupil(item, heads.get(item.household_id), place), *_worked(item, own[-1] if own else None)]


class SchoolAgeLedger(RollLedger):
    code = "L13A"
    title = "控辍保学台账（适龄儿童少年册）"
    states = tuple(Schooling.State)


class SuspectedLedger(RollLedger):
    code = "L13B"
    title = "控辍保学台账（疑似辍学册）"
    states = (Schooling.State.SUSPECTED,)


class DroppedOutLedger(RollLedger):
    code = "L13C"
    title = "控辍保学台账（辍学册）"
    states = (Schooling.State.DROPPED_OUT,)


def _pupil(line: Schooling, head: Any, place: list[str]) -> Iterator[Cell]:
    number = line.person.id_number
    yield from (line.person.name, number, birth_date(number) if number else None)
    yield from (line.guardian or (head.name if head else ""), line.household.phone, "".join(place[1:]))
    yield from school_cells(line)
    yield from chief_cells(line)


def _worked(line: Schooling, kept: Stood | None) -> Iterator[Cell]:
    yield from persuasion(kept)
    at_home = line.state == Schooling.State.AT_HOME or (kept is not None and kept.values.get("taught_at_home"))
    yield from (kept.day("resumed_on") if kept else None, "是" if at_home else "", kept.say("measures") if kept else "")


class SchoolingLedger(ProblemLedger):
    """What the roll, the department's file and the register do not say stays empty."""

    code = "L13"
    title = "控辍保学台账"
    unit = "件、人"
    topic = SCHOOLING
    categories = (c.SCHOOLING, c.EDUCATION)
    counter = "学生姓名"
    freeze = 6
    columns = COLUMNS
    further = (SchoolAgeLedger(), SuspectedLedger(), DroppedOutLedger())

    def lines(self, problem: Problem, place: list[str]) -> Iterable[Iterable[Cell]]:
        told: list[Report | None] = [] if problem.kept else list(problem.reports)
        for report in told or [None]:
            yield [*place, *_child(problem, report), *_school(problem, report, place), *_return(problem)]


def _person(problem: Problem, report: Report | None) -> Any:
    if problem.kept:
        return problem.kept.problem.person
    return report.person if report else problem.clue.person if problem.clue else None


def _line(problem: Problem, report: Report | None) -> Schooling | None:
    """The child's line in the roll."""
    person = _person(problem, report)
    return next((line for line in problem.lines if person and line.person_id == person.pk), None)


def _child(problem: Problem, report: Report | None) -> Iterator[Cell]:
    person, line = _person(problem, report), _line(problem, report)
    number = person.id_number if person else ""
    yield from (person.name if person else "", number, birth_date(number) if number else None)
    yield _told(report, "家长姓名") or (line.guardian if line else "") or (problem.head.name if problem.head else "")
    yield _told(report, "联系电话") or (problem.household.phone if problem.household else "")


def _school(problem: Problem, report: Report | None, place: list[str]) -> Iterator[Cell]:
    yield "".join(place[1:])
    line = _line(problem, report)
    if line:
        yield from school_cells(line)
        yield from chief_cells(line)
        yield from persuasion(problem.kept)
        return
    person = _person(problem, report)
    yield from (_told(report, name) for name in ("学校", "年级班级", "学籍号"))
    yield person.schooling if (report or problem.kept) and person else ""
    yield from (_told(report, name) for name in ("离校日期", "辍学原因", "去向"))
    yield ""
    yield from ("", "", "", "", "", _told(report, "包保老师"), _told(report, "家长姓名"))
    yield from persuasion(problem.kept) if problem.kept else (None, None, "", _told(report, "劝返情况"))


def _return(problem: Problem) -> Iterator[Cell]:
    yield (problem.kept.day("resumed_on") if problem.kept else None) or problem.solved_on
    helped = any(one.measure.type.item == TUTORED_AT_HOME and one.amount is not None for one in problem.help)
    yield "是" if helped or (problem.kept and problem.kept.values.get("taught_at_home")) else ""
    yield problem.handling()


def _told(report: Report | None, name: str) -> Cell:
    return report.get(name) if report else ""
