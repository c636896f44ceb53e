"""Whole grids, as in test_golden_grids.py, of the workbooks for the national system and of their checks, N1 to N3P."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from builders import make_condition, make_episode, make_household, make_income
from django.urls import reverse
from django.utils import timezone
from golden import COUNTY, NUMBER, TOWNSHIP, VILLAGE, WEST, line, nothing, numbered

from accounts.models import Division, User
from households.models import Household
from records.models import Job
from reports.services.ledgers import LedgerOrder, write_ledger

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]
FIT = {"health": "健康", "serious_illness_insurance": "是"}


@pytest.fixture
def homes(places: dict[str, Division], owner: User) -> list[Household]:
    """张三 with his son, lifted and monitored; 王五, cleared in July, of whom the 民族 and all that a visit after the
    clearing would tell are missing."""
    skilled = {"labour_skill": "普通劳动力", **FIT}
    head = {"name": "张三", "birth": date(1975, 3, 2), "nation": "汉族", "education": "初中", "number": "R1"}
    head |= {"work_months": Decimal("6.0"), "phone": "13812345678", "identified_on": date(2015, 6, 1), **skilled}
    son = {"name": "张小明", "relation": "之子", "birth": date(2014, 9, 9), "nation": "汉族", "schooling": "小学"}
    east = make_household(
        places[VILLAGE], number="H1", group_name="一组", category="脱贫户", declared_size=2,
        first_identified_on=date(2014, 12, 1), members=(head, {**son, "labour_skill": "无劳动力", **FIT}),
    )  # fmt: skip
    make_episode(east, monitored_type="脱贫不稳定户", risks=["因病", "因学"])
    alone = {"name": "王五", "birth": date(1980, 1, 1), "education": "小学", **skilled}
    west = make_household(places[WEST], number="H2", members=(alone,))
    make_episode(west, risks=["因学"], cleared_on=date(2026, 7, 20))
    for home, earned, paid in ((east, 9000, 500), (west, 8000, 0)):
        make_income(home, recorded_by=owner, basis="annual", per_head=earned, ends_on=date(2025, 12, 31),
                    own_payments=Decimal(paid))  # fmt: skip
        make_condition(home, on=date(2026, 6, 30), house_area=Decimal("80.5"), farmland=Decimal(3))
    person = east.memberships.get(relation="户主").person
    line(Job, date(2026, 3, 1), person=person, working=True, work_place="某省某市", channel="自主就业")
    return [east, west]


@pytest.fixture
def rows(tmp_path: Path, places: dict[str, Division]) -> Callable[[str, str], list[list[Any]]]:
    """`rows("N1", COUNTY)` are the lines below the headings in row 3, and of a check those before its footer."""

    def _rows(name: str, code: str) -> list[list[Any]]:
        path = tmp_path / "a.xlsx"
        order = LedgerOrder(division=places[code], as_of=None, actor=None, at=timezone.now())
        write_ledger(name=name, order=order, path=path)
        found = [list(row) for row in openpyxl.load_workbook(path).active.iter_rows(min_row=4, values_only=True)]
        return [row for row in found if row[0] != "单位负责人："]

    return _rows


def holds(rows: Callable[..., Any], name: str, here: list[list[Any]], there: list[list[Any]]) -> None:
    for code, expected in ((COUNTY, [*here, *there]), (TOWNSHIP, here), (VILLAGE, here), (WEST, there)):
        number = numbered(expected)
        if name in ("N1", "N2"):
            number = [[str(serial), *row] for serial, *row in number]
        assert rows(name, code) == (expected if name == "N3" else number), (name, code)


@pytest.mark.usefixtures("homes")
def test_who_was_lifted_and_who_is_marginal(rows: Callable[..., Any]) -> None:
    place = ["20261110", "守望县", "石桥镇", "东沟村", "一组", "H1"]
    # From 致贫原因1 to 户联系电话, and from 首次识别时间 on.
    home, stands = ["因病", "否", "是", "9000.00", None], ["脱贫户", "脱贫不稳定户", "否", "202601", None]
    father = [*place, "R1", "张三", NUMBER, "2", "户主", "汉族", "初中", None, "健康", "普通劳动力", "6", "是", *home]
    father += ["138****5678", "201412", "201506", *stands]
    child = [*place, None, "张小明", NUMBER, None, "之子", "汉族", None, "小学", "健康", "无劳动力", None, "是", *home]
    child += [None, "201412", None, *stands]
    wang = ["20261110", "守望县", "青杨乡", "东沟村", None, "H2", None, "王五", NUMBER, "1", "户主", None, "小学", None]
    wang += ["健康", "普通劳动力", None, "是", "因学", "否", "是", "8000.00", *nothing(4)]
    wang += ["一般农户", "边缘易致贫户", "是", "202601", "202607"]
    holds(rows, "N1", [father, child], [])
    holds(rows, "N2", [], [wang])


@pytest.mark.usefixtures("homes")
def test_who_is_monitored(rows: Callable[..., Any]) -> None:
    card = ["居民身份证", NUMBER]
    east = ["守望县", "石桥镇", "东沟村", "H1", *card]
    # 户类型 to 风险消除方式; after work: living, guarantees, money, measures, after the clearing, the collector.
    stands = ["脱贫户", "脱贫不稳定户", "否", "否", "因病", "因学", *nothing(5), "202601", "否", None, None]
    lives = ["否", "80.5", "是", *nothing(4), "3", *nothing(5), "否", "否", "否", "否"]
    rest = ["尚未实施", *nothing(15), *nothing(4), None, None]
    earned = ["18000.00", "0.00", "0.00", None, "9000.00", "500.00"]
    welfare = [None, None, "是", *nothing(5)]
    father = [*east, "男", "19750302", "汉族", "户主", "初中", *nothing(3), "健康", "普通劳动力", "138****5678", None]
    father += [*stands, *welfare, "某省某市", "自主就业", None, None, *lives, *earned, *rest]
    child = [*east, "女", "20140909", "汉族", "之子", None, "小学", None, None, "健康", "无劳动力", None, None]
    child += [*stands, *welfare, *nothing(4), *lives, *earned, *rest]
    wang = ["守望县", "青杨乡", "东沟村", "H2", *card, "男", "19800101", None, "户主", "小学", *nothing(3), "健康"]
    wang += ["普通劳动力", None, None, "一般农户", "边缘易致贫户", "否", "否", "因学", *nothing(6)]
    wang += ["202601", "是", "202607", "帮扶消除", *welfare, *nothing(4), *lives]
    wang += ["8000.00", "0.00", "0.00", None, "8000.00", "0.00", *rest]
    holds(rows, "N3", [father, child], [wang])


def test_what_would_be_refused(homes: list[Household], rows: Callable[..., Any]) -> None:
    east, west = (reverse("household-detail", args=[home.uid]) for home in homes)
    empty, correct = [None, "必填项为空"], "在农户页“更正信息”里改"
    who = ["青杨乡", "东沟村", "H2", "王五", NUMBER, "户主"]
    holds(rows, "N1P", [], [])
    holds(rows, "N2P", [], [[*who, "M", "民族", *empty, correct, west]])
    by = [
        ["CK", "信息采集人", *empty, "入户走访后由记录人带出"],
        ["CL", "信息采集人联系电话", *empty, "在人员管理里补填干部电话"],
    ]
    family = (("张三", "户主"), ("张小明", "之子"))
    here = [["石桥镇", "东沟村", "H1", name, NUMBER, tie, *one, east] for name, tie in family for one in by]
    look = "消除后走访时核实填写"
    there = [
        ["I", "民族", *empty, correct],
        ["CG", "风险消除后是否义务教育阶段适龄儿童少年失学辍学", *empty, look],
        ["CH", "风险消除后是否住房损毁", *empty, look],
        ["CI", "风险消除后是否饮水设施损毁", *empty, look],
        ["CJ", "风险消除后合规自付支出", *empty, "消除后走访时采集收入和支出"],
        *by,
    ]
    holds(rows, "N3P", here, [[*who, *one, west] for one in there])
