"""Whole grids, as in test_golden_grids.py, of what is added up: L21, T1 and the statements of guarantees, work, assets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from golden import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    levels,
    line,
    numbered,
    table,
)
from ledger_sheets import Written

from accounts.errors import Refused
from accounts.models import Division
from records.models import (
    Asset,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.mark.usefixtures("west", "rural")
def test_villages_to_follow(written: Callable[..., Written]) -> None:
    rows = [
        ["石桥镇", "东沟村", 60, 3, 1, 3, 0.05, 0.05, 3, "是", "占比超过 3%", None, None],
        ["石桥镇", "西岭村", 300, 0, 0, 0, 0, 0, 0, "否", None, None, None],
        ["青杨乡", "东沟村", 250, 0, 0, 0, 0, 0, 0, "否", None, None, None],
    ]
    for code, count in ((COUNTY, 3), (TOWNSHIP, 2), (VILLAGE, 1)):
        assert [list(row.values()) for row in written("L21", code).rows] == numbered(rows[:count])


@pytest.mark.usefixtures("west", "rural")
def test_the_statement_of_a_month(written: Callable[..., Written]) -> None:
    # From 累计识别 to 消除比例%, 上月末未消除, all that happened in the month, 占农业人口%.
    here = [1, 3, 0, 0, 1, 3, 0, 0, 1, 3, 0, 0, 0, 1, 3, *[0] * 20]
    there = [1, 2, 0, 0, 1, 2, 0, 0, 0, 0, 1, 2, 1, 0, 0, *[0] * 20]
    both = [2, 5, 0, 0, 2, 5, 0, 0, 1, 3, 1, 2, 0.5, 1, 3, *[0] * 20]
    nobody = [*[0] * 12, None, *[0] * 22, 0]
    east = ["东沟村", *here, 0.05]
    county, township, village = levels(written, "T1")
    assert county == [
        ["合计", *both, 0.008197],
        ["石桥镇", *here, 0.008333],
        ["青杨乡", *there, 0.008],
    ]
    assert township == [["合计", *here, 0.008333], east, ["西岭村", *nobody]]
    assert village == [["合计", *east[1:]], east]


@pytest.mark.usefixtures("west")
def test_guarantees_found_and_cleared(written: Callable[..., Written]) -> None:
    here, there = [1, 0, 1, 0, 0, 0, 1, 1, 0, 1, 0, 1], [1, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0, 1]
    both, nobody = [2, 0, 2, 0, 0, 0, 2, 1, 1, 2, 0, 2], [0] * 12
    county, township, village = levels(written, "T8")
    assert county == [["合计", *both], ["石桥镇", *here], ["青杨乡", *there]]
    assert township == [["合计", *here], ["东沟村", *here], ["西岭村", *nobody]]
    assert village == [["合计", *here], ["东沟村", *here]]


@pytest.mark.usefixtures("west")
def test_work(written: Callable[..., Written]) -> None:
    # 王五 is followed no longer: he is neither lifted nor monitored.
    here, nobody = [2, 1, 0, 0, 0, 1, 1, 0, 0, 1], [0] * 10
    county, township, village = levels(written, "T9")
    assert county == [["合计", *here], ["石桥镇", *here], ["青杨乡", *nobody]]
    assert township == [["合计", *here], ["东沟村", *here], ["西岭村", *nobody]]
    assert village == [["合计", *here], ["东沟村", *here]]


@pytest.mark.usefixtures("west")
def test_assets_added_up(written: Callable[..., Written], places: dict[str, Division]) -> None:
    line(Asset, date(2025, 1, 1), division=places[COUNTY], number="A1", name="光伏电站", kind="operating",
         original_value=Decimal("120.5"), income_due=Decimal(1000), income_received=Decimal(600),
         certified_on=date(2025, 2, 1))  # fmt: skip
    line(Asset, date(2025, 1, 1), division=places[VILLAGE], number="A2", name="村道", kind="public",
         original_value=Decimal(30), condition="idle")  # fmt: skip
    here, nobody = [0, 0, 1, 30, 0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, None, 0, 0, 0, 0]
    own = [1, 120.5, 0, 0, 0, 0, 1, 1000, 600, 400, 0]
    county, township, village = levels(written, "T10")
    assert county == [
        ["合计", 1, 120.5, 1, 30, 0, 0, 0.5, 1000, 600, 400, 1],
        ["县本级", *own],
        ["石桥镇", *here],
        ["青杨乡", *nobody],
    ]
    assert [row for row in township if row[0] in ("合计", "东沟村")] == [["合计", *here], ["东沟村", *here]]
    assert village == [["合计", *here], ["东沟村", *here]]


@pytest.mark.usefixtures("west", "rural")
def test_what_the_county_is_judged_by(written: Callable[..., Written]) -> None:
    # 返贫致贫; 参保率, 因病户报销比例; 失学辍学, 住房安全, 零就业家庭; 收入增速, 收入负增长户; 重点跟踪村; 收入重点户有措施.
    untold = [0, None, "无数据"]
    here = [0, "达标", *untold, *untold, 1, "未达标", 0, "无数据", 0, "达标", -0.166667, "只列数", 1, "未达标"]
    here += [1, "只列数", 0, 0, None, "达标"]
    # 王五's household was cleared and never lifted, so only what a visit found there is judged.
    there = [0, "无数据", *untold, *untold, 1, "未达标", 1, "未达标", 0, "无数据", None, "无数据", 0, "无数据"]
    there += [0, "只列数", 0, 0, None, "无数据"]
    both = [0, "达标", *untold, *untold, 2, "未达标", 1, "未达标", 0, "达标", -0.166667, "只列数", 1, "未达标"]
    both += [1, "只列数", 0, 0, None, "达标"]
    nobody = [0, "无数据", *untold, *untold, *[0, "无数据"] * 3, None, "无数据", 0, "无数据", 0, "只列数", 0, *untold]
    assert table(written("I1", COUNTY)) == [["合计", *both], ["石桥镇", *here], ["青杨乡", *there]]
    assert table(written("I1", TOWNSHIP)) == [["合计", *here], ["东沟村", *here], ["西岭村", *nobody]]
    with pytest.raises(Refused, match="I1 只出县、乡镇级"):
        written("I1", VILLAGE)
