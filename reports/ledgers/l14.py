"""L14 住房安全排查台账: a row a household whose house is kept as a problem, certified as dangerous or found unsafe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from assistance import catalogue as c
from records.models import House
from reports.asof.problems import HOUSING
from reports.ledgers import facts
from reports.ledgers.column import Column
from reports.ledgers.places import PLACE
from reports.ledgers.problem import Problem
from reports.ledgers.problems import ProblemLedger
from sheets.text import Cell


class HousingLedger(ProblemLedger):
    """The house as its book has it, else as the department describes it, its grade and area else as the last visit found
    them."""

    code = "L14"
    title = "住房安全排查台账"
    unit = "户、元、平方米"
    topic = HOUSING
    categories = (c.HOUSING, c.RELOCATION)
    counter = "户主"
    freeze = 6
    columns = (
        Column(("序号",), 5, "seq"),
        *PLACE,
        Column(("户主",), 11),
        Column(("证件号码",), 20, secret="id"),
        Column(("对象类别",), 10),
        Column(("房屋", "建造时间"), 9),
        Column(("房屋", "结构"), 9),
        Column(("房屋", "层数"), 6),
        Column(("房屋", "面积"), 9),
        Column(("房屋", "是否唯一住房"), 8),
        Column(("安全等级",), 6),
        Column(("鉴定", "日期"), 11, "date"),
        Column(("鉴定", "机构"), 14, secret="text"),
        Column(("隐患来源",), 12),
        Column(("处置",), 16, secret="text"),
        Column(("补助金额",), 12, "money"),
        Column(("开工",), 11, "date"),
        Column(("竣工",), 11, "date"),
        Column(("验收",), 9, secret="text"),
        Column(("清零日期",), 11, "date"),
    )

    def lines(self, problem: Problem, place: list[str]) -> Iterable[Iterable[Cell]]:
        head = problem.head
        yield [
            *place,
            *(head.name if head else "", head.id_number if head else ""),
            problem.told("对象类别") or _class(problem),
            *_house(problem),
            *_mending(problem),
        ]


def _class(problem: Problem) -> str:
    home = problem.household
    if home is None:
        return ""
    return "监测户" if problem.monitored else next(iter(home.support_classes), home.category)


def _book(problem: Problem) -> House | None:
    """The house in the book: the dangerous one where there are several."""
    return max(problem.lines, key=lambda line: (line.grade in House.DANGEROUS, line.pk), default=None)


def _house(problem: Problem) -> Iterator[Cell]:
    condition, house = problem.condition, _book(problem) or House()
    area = house.area if house.area is not None else condition.house_area if condition else None
    yield house.built_year or problem.told("建造年代")
    yield house.structure or problem.told("结构")
    yield house.storeys or ""
    yield problem.told("面积") if house.area is None and problem.told("面积") else str(area) if area is not None else ""
    yield facts.yes_no(house.only_house) if house.only_house is not None else ""
    yield house.grade or problem.told("鉴定等级") or (condition.house_grade if condition else "")
    yield house.graded_on or problem.told("鉴定日期")
    yield house.graded_by or problem.told("鉴定机构")
    yield house.get_hazard_display() or problem.channel()


def _mending(problem: Problem) -> Iterator[Cell]:
    kept = problem.kept
    yield (kept.say("handling") if kept else "") or problem.told("改造方式") or problem.handling()
    yield _subsidy(problem)
    if kept:
        checked = kept.days.get("accept")
        said = f"{checked:%Y-%m-%d} {kept.say('checked_by')}" if checked else ""
        yield from (kept.day("begun_on"), kept.day("ended_on"), said, problem.solved_on)
        return
    yield from (problem.told("开工日期"), problem.told("竣工日期"), problem.told("验收"), problem.solved_on)


def _subsidy(problem: Problem) -> Decimal | None:
    if problem.kept and problem.kept.values.get("subsidy"):
        return Decimal(problem.kept.values["subsidy"])
    amounts = [one.amount for one in problem.help if one.amount is not None]
    return sum(amounts, Decimal(0)) if amounts else None
