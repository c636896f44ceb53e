"""Whole grids of ledgers at county, township and village, every column of every row, against rows written by hand.

One small county on 10 November 2026: 张三's family of 东沟村 in 石桥镇, monitored, with a child out of school, a house that
was mended, work and a fall in income; 王五's of 东沟村 in 青杨乡, cleared in July, of which a visit found three guarantees
wanting.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from builders import make_condition, make_episode, make_household, make_income
from golden import (
    COUNTY,
    HERE,
    NUMBER,
    OTHER,
    THERE,
    TOWNSHIP,
    VILLAGE,
    WEST,
    holds_at_levels,
    levels,
    line,
    nothing,
    numbered,
    table,
)
from ledger_sheets import Written
from problem_world import clear, make_problem, take

from accounts.errors import Refused
from accounts.models import Division, User
from households.models import Household
from records.models import (
    Asset,
    HotlineCase,
    House,
    IncomeFile,
    Job,
    LabourLoss,
    LowIncome,
    Schooling,
    WaterWork,
    WelfarePost,
)

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]
HEAD = ["张三", "居民身份证", NUMBER, "男", 51, "户主"]
WIFE = ["李四", "居民身份证", NUMBER, "女", 48, "配偶"]
SON = ["张小明", "居民身份证", NUMBER, "男", 12, "之子"]
WANG = ["王五", "居民身份证", NUMBER, "女", 46, "户主"]


@pytest.fixture
def east(village: Division, owner: User, township: User, bureau: User) -> Household:
    home = make_household(village, number="H1", category="脱贫户", group_name="一组")
    make_episode(home)
    _earned(home, owner, 15000, 12500)
    head, wife, child = (row.person for row in home.memberships.order_by("id"))
    line(IncomeFile, date(2026, 2, 1), household=home, year=2025, lost_wages=Decimal(2500), analysis="停工三个月",
         measures="介绍县内岗位", due_on=date(2026, 12, 31), checked_by="赵文书")  # fmt: skip
    line(Job, date(2026, 3, 1), person=head, working=True, area="county", work_place="守望县", firm="守望食品厂",
         industry="制造业", channel="自主就业", monthly_wage=Decimal(4000), escorted=False, travel_subsidy=Decimal(300),
         training="焊工", trained_on=date(2026, 2, 10), certificate="焊工证", willing=True, offers=2)  # fmt: skip
    line(WelfarePost, date(2026, 2, 15), person=wife, title="护林", kind="ranger", employer="石桥镇林业站",
         monthly_pay=Decimal(800), attendance="全勤", paid_on=date(2026, 10, 10))  # fmt: skip
    line(LowIncome, date(2026, 1, 1), person=child, kind="低保", monthly_amount=Decimal(300), tapering=False)
    line(LowIncome, date(2026, 4, 1), person=child, kind="支出型", monthly_amount=Decimal(50))
    line(Schooling, date(2026, 9, 1), person=child, state="dropped_out", school="中心学校", grade_class="六年级2班",
         left_school_on=date(2026, 9, 2), leaving_reason="厌学", whereabouts="外出", roll_status="保留",
         guardian="张三", chief_county="赵县长", chief_bureau="孙局长", chief_township="李镇长", chief_village="周村长",
         chief_school="吴校长", chief_teacher="钱老师", chief_parent="张三")  # fmt: skip
    line(House, date(2026, 9, 3), household=home, grade="D", structure="土木", built_year=1986, storeys=1,
         area=Decimal("80.5"), only_house=True, graded_on=date(2026, 9, 3), graded_by="县住建局", hazard="flood")  # fmt: skip
    line(WaterWork, date(2026, 1, 1), division=village, name="东沟水厂", mode="central")
    absent = make_problem(kind="dropout", actor=owner, household=home, person=child)
    absent = take(absent, "assign", township)
    take(absent, "note_progress", owner, data={"persuaded_on": date(2026, 11, 8), "result": "不在家"})
    take(absent, "note_progress", owner)
    clear(make_problem(kind="house", actor=owner, household=home), owner, bureau)
    dry = make_problem(kind="water", actor=owner, division=village, households_affected=40, persons_affected=120)
    take(dry, "assign", bureau)
    return home


@pytest.fixture
def west(places: dict[str, Division], owner: User, east: Household) -> Household:
    members = (
        {"name": "王五", "birth": date(1980, 1, 1), "labour_skill": "普通劳动力"},
        {"name": "王小强", "relation": "之子", "birth": date(2013, 5, 6), "labour_skill": "无劳动力"},
    )
    home = make_household(places[WEST], number="H2", members=members)
    make_episode(home, risks=["因学"], cleared_on=date(2026, 7, 20))
    _earned(home, owner, 9000, 8000)
    head, child = (row.person for row in home.memberships.order_by("id"))
    line(IncomeFile, date(2026, 2, 1), household=home, year=2025, lost_business=Decimal(1000))
    line(Job, date(2026, 3, 1), person=head, working=False, willing=False, returned_on=date(2026, 6, 1),
         return_reason="照顾老人")  # fmt: skip
    line(WelfarePost, date(2026, 1, 15), person=head, title="保洁", kind="cleaner", monthly_pay=Decimal(500),
         to_on=date(2026, 6, 1), leaving_reason="期满")  # fmt: skip
    line(LabourLoss, date(2026, 5, 1), person=head, degree="part", cause="车祸", disability_class="肢体",
         disability_grade="三级", benefits="两补", checked_on=date(2026, 10, 20), comparison="一致", to_enter="低保",
         entered_on=date(2026, 11, 1))  # fmt: skip
    line(LowIncome, date(2026, 5, 1), person=head, kind="特困", monthly_amount=Decimal(600))
    line(Schooling, date(2026, 9, 1), person=child, state="suspected", school="青杨中学", grade_class="初一1班")
    wanting = {"schooling_ok": False, "housing_ok": False, "water_ok": False}
    make_condition(home, on=date(2026, 10, 20), house_grade="C", house_area=Decimal(60), recorded_by=owner, **wanting)
    return home


def _earned(home: Household, owner: User, before: int, last: int) -> None:
    for year, per_head in ((2024, before), (2025, last)):
        make_income(home, recorded_by=owner, basis="annual", per_head=per_head, ends_on=date(year, 12, 31))


@pytest.fixture
def rural(places: dict[str, Division]) -> None:
    """60 countrymen live in 东沟村, 300 in 西岭村, 250 in 东沟村 of 青杨乡."""
    for code, people in ((VILLAGE, 60), (OTHER, 300), (WEST, 250)):
        places[code].rural_population = people
        places[code].save()


@pytest.fixture
def holds(written: Callable[..., Written], west: Household) -> Callable[..., None]:
    """`holds("L9", here, there, county=…, below=…)`."""
    return partial(holds_at_levels, written)


def test_the_monitored(holds: Callable[..., None]) -> None:
    told = ["边缘易致贫户", "202601"]
    east = [*HERE, "H1", "张三", NUMBER, None, 3, 2, "脱贫户", *told, "因病", *nothing(4), *nothing(3), *nothing(4)]
    east += [12500, -0.166667, *nothing(10), *nothing(3), "否", None, None, "否", None]
    west = [*THERE, "H2", "王五", NUMBER, None, 2, 1, "一般农户", *told, "因学", *nothing(4), *nothing(3)]
    west += ["无", "有", "无", "无", 8000, -0.111111, *nothing(10), *nothing(3), "是", "202607", "帮扶消除", "否", None]
    both = {"户主姓名": "2户", "家庭人口": 5, "风险是否已消除": "是1户"}
    holds("L1", [east], [west], both, {"户主姓名": "1户", "家庭人口": 3, "风险是否已消除": "是0户"})


def test_the_cleared(holds: Callable[..., None]) -> None:
    west = [*THERE, "H2", "王五", 2, "边缘易致贫户", "202601", "因学", *nothing(4), None, 6, *nothing(6), *nothing(3)]
    west += [*nothing(6), "202607", "帮扶消除", None, None, None]
    holds("L5", [], [west], {"户主": "1户"}, {"户主": "0户"})


def test_falls_in_income(holds: Callable[..., None]) -> None:
    east = [*HERE, "张三", 15000, 12500, 2500, 2500, *nothing(4), "停工三个月", "介绍县内岗位", date(2026, 12, 31)]
    west = [*THERE, "王五", 9000, 8000, 1000, None, 1000, *nothing(3), *nothing(3), None, None]
    holds("L9", [[*east, None, "赵文书"]], [west], {"户主": "2户"}, {"户主": "1户"})


def test_who_works_where(holds: Callable[..., None]) -> None:
    east = [
        *HERE,
        *HEAD,
        None,
        "脱贫户",
        "边缘易致贫户",
        "普通劳动力",
        "是",
        "守望县",
        "守望食品厂",
        "制造业",
        "自主就业",
    ]
    east += [date(2026, 3, 1), None, 4000, "否", 300, "焊工", date(2026, 2, 10), "焊工证", "是", 2, None, None]
    west = [*THERE, *WANG, None, "一般农户", None, "普通劳动力", "否", *nothing(4), *nothing(2), None, None, None]
    west += [*nothing(3), "否", None, date(2026, 6, 1), "照顾老人"]
    holds("L10", [east], [west], {"姓名": "2人次"}, {"姓名": "1人次"})


def test_posts_for_the_public(holds: Callable[..., None]) -> None:
    east = [
        *HERE,
        *WIFE,
        "护林",
        "护林员",
        "石桥镇林业站",
        date(2026, 2, 15),
        None,
        10,
        800,
        "全勤",
        date(2026, 10, 10),
    ]
    west = [*THERE, *WANG, "保洁", "保洁员", None, date(2026, 1, 15), date(2026, 5, 31), 5, 500, None, None, "期满"]
    holds("L12", [[*east, None]], [west], {"姓名": "2人次"}, {"姓名": "1人次"})


CHIEFS = ["赵县长", "孙局长", "李镇长", "周村长", "吴校长", "钱老师", "张三"]
PUPIL = [
    *HERE,
    "张小明",
    NUMBER,
    date(2014, 9, 9),
    "张三",
    None,
    "石桥镇东沟村一组",
    "中心学校",
    "六年级2班",
    None,
    "辍学",
]
PUPIL += [date(2026, 9, 2), "厌学", "外出", "保留", *CHIEFS, 2, date(2026, 11, 9), "上门", "愿意回校", None, None]


def test_children_out_of_school(holds: Callable[..., None]) -> None:
    # Of 王五's child the visit said no more than that he is wanting school.
    west = [*THERE, None, None, None, "王五", None, "青杨乡东沟村", *nothing(22)]
    counted = {"学生姓名": "2件"}
    holds("L13", [[*PUPIL, "修好；办理中"]], [[*west]], counted, {"学生姓名": "1件"})


def test_the_three_books_of_pupils(holds: Callable[..., None]) -> None:
    suspect = [*THERE, "王小强", NUMBER, date(2013, 5, 6), "王五", None, "青杨乡东沟村", "青杨中学", "初一1班", None]
    suspect += ["疑似辍学", *nothing(4), *nothing(7), *nothing(4), None, None, None]
    dropped = [*PUPIL, "修好"]
    holds("L13A", [dropped], [suspect], {"学生姓名": "2人"}, {"学生姓名": "1人"})
    holds("L13B", [], [suspect], {"学生姓名": "1人"}, {"学生姓名": "0人"})
    holds("L13C", [dropped], [], {"学生姓名": "1人"}, {"学生姓名": "1人"})


def test_houses(holds: Callable[..., None]) -> None:
    mended = date(2026, 11, 10)
    east = [
        *HERE,
        "张三",
        NUMBER,
        "监测户",
        "1986",
        "土木",
        "1",
        "80.50",
        "是",
        "D",
        date(2026, 9, 3),
        "县住建局",
        "洪涝",
    ]
    east += ["维修", 35000, None, mended, "2026-11-10 住建局李工", mended]
    west = [*THERE, "王五", NUMBER, "一般农户", *nothing(3), "60.00", None, "C", None, None, "入户走访", *nothing(6)]
    holds("L14", [east], [west], {"户主": "2件"}, {"户主": "1件"})


def test_water(holds: Callable[..., None]) -> None:
    here = [
        *HERE[:3],
        None,
        "东沟水厂",
        "集中",
        "水质",
        "测试问题",
        "40 户",
        120,
        date(2026, 11, 1),
        "干部走访",
        "修好",
    ]
    here += ["王五", date(2027, 2, 8), None, None, "否"]
    west = [*THERE, *nothing(4), "王五", 2, date(2026, 10, 20), "入户走访", *nothing(5), "否"]
    holds("L15", [here], [west], {"供水工程": "2条"}, {"供水工程": "1条"})


def test_lost_labour(holds: Callable[..., None]) -> None:
    west = [*THERE, *WANG, "部分丧失", "车祸", None, "肢体", "三级", "两补", date(2026, 10, 20), "一致", "低保"]
    holds("L17", [], [[*west, date(2026, 11, 1)]], {"姓名": "1人"}, {"姓名": "0人"})


def test_low_incomes(holds: Callable[..., None]) -> None:
    east = [*HERE, *SON, "低保、支出型", "202601", 350, "否", "是"]
    west = [*THERE, *WANG, "特困", "202605", 600, None, "否"]
    holds("L18", [east], [west], {"姓名": "2人", "月保障金": 950}, {"姓名": "1人", "月保障金": 350})


def test_assets(holds: Callable[..., None], places: dict[str, Division]) -> None:
    line(Asset, date(2025, 1, 1), division=places[VILLAGE], number="A1", name="大棚", kind="operating", year=2024,
         project="产业项目", funds="衔接资金", invested=Decimal("30.5"), specification="2座", located="东沟村",
         bought_on=date(2024, 6, 1), original_value=Decimal("30.5"), present_value=Decimal(24), owner="东沟村",
         operator="合作社", earner="村集体", supervisor="石桥镇", disposer="东沟村", business="守望合作社",
         contract_from_on=date(2025, 1, 1), contract_to_on=date(2027, 12, 31), yearly_rent=Decimal(9000),
         income_due=Decimal(9000), income_received=Decimal(6000), paid_households=12, paid_amount=Decimal(4000),
         keeper="周村长", condition="idle")  # fmt: skip
    line(Asset, date(2025, 1, 1), division=places[WEST], number="A2", name="村道", kind="public")
    here = [
        "A1",
        "大棚",
        "经营性",
        "产业项目",
        2024,
        "衔接资金",
        30.5,
        "2座",
        "东沟村",
        date(2024, 6, 1),
        30.5,
        24,
        "东沟村",
    ]
    here += ["合作社", "村集体", "石桥镇", "东沟村", "守望合作社", date(2025, 1, 1), date(2027, 12, 31), 9000]
    here += [9000, 6000, 3000, 12, 4000, "周村长", "闲置", None, None, None]
    there = ["A2", "村道", "公益性", *nothing(5), "守望县青杨乡东沟村", *nothing(22)]
    money = {"投入(万元)": 30.5, "原值": 30.5, "现值": 24, "收益·应收": 9000, "收益·已收": 6000, "收益·拖欠": 3000}
    money["分配·金额"] = 4000
    holds("L19", [here], [there], {"资产名称": "2项", **money}, {"资产名称": "1项", **money})


def test_calls(holds: Callable[..., None], places: dict[str, Division]) -> None:
    for code, number, appeal in ((VILLAGE, "S1", "反映住房漏雨"), (WEST, "S2", "咨询低保")):
        line(HotlineCase, date(2026, 8, 1), division=places[code], number=number, channel="petition", appeal=appeal,
             handler="石桥镇", due_on=date(2026, 8, 16))  # fmt: skip
    rows = [
        [number, date(2026, 8, 1), "信访", None, appeal, place, "石桥镇", date(2026, 8, 16), None, None, "否"]
        for number, appeal, place in (
            ("S1", "反映住房漏雨", "守望县石桥镇东沟村"),
            ("S2", "咨询低保", "守望县青杨乡东沟村"),
        )
    ]
    holds("L22", rows[:1], rows[1:], {"诉求": "2件"}, {"诉求": "1件"})


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
