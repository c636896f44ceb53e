"""L14 住房安全排查台账: a row a household whose house a department certified as dangerous or a visit found unsafe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from assistance import catalogue as c
from reports.asof.problems import HOUSING
from reports.ledgers.column import Column
from reports.ledgers.places import PLACE
from reports.ledgers.problem import Problem
from reports.ledgers.problems import ProblemLedger
from sheets.text import Cell


class HousingLedger(ProblemLedger):
    """The house as the department describes it, its grade and area else as the last visit found them."""

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
    return "监测户" if problem.monitored else next(iter(home.support_classes), home.category)


def _house(problem: Problem) -> Iterator[Cell]:
    condition = problem.condition
    yield from (problem.told("建造年代"), problem.told("结构"), "")
    area = condition.house_area if condition else None
    yield problem.told("面积") or (str(area) if area is not None else "")
    yield ""
    yield problem.told("鉴定等级") or (condition.house_grade if condition else "")
    yield from (problem.told("鉴定日期"), problem.told("鉴定机构"), problem.channel())


def _mending(problem: Problem) -> Iterator[Cell]:
    yield problem.told("改造方式") or problem.handling()
    amounts = [one.amount for one in problem.help if one.amount is not None]
    yield sum(amounts, Decimal(0)) if amounts else None
    yield from (problem.told("开工日期"), problem.told("竣工日期"), problem.told("验收"), problem.solved_on)
