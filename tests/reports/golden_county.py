"""The two families of the golden grids, as test_golden_grids.py tells of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from builders import make_condition, make_episode, make_household, make_income
from golden import (
    WEST,
    line,
)
from problem_world import clear, make_problem, take

from accounts.models import Division, User
from households.models import Household
from records.models import (
    House,
    IncomeFile,
    Job,
    LabourLoss,
    LowIncome,
    Schooling,
    WaterWork,
    WelfarePost,
)


def make_east(village: Division, owner: User, township: User, bureau: User) -> Household:
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


def make_west(places: dict[str, Division], owner: User) -> Household:
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
