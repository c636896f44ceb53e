"""The ledgers of books: L9, L10, L12, L17, L18, L19, L22, T6, T9, T10, at every level and on any day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from builders import make_episode, make_household, make_income
from ledger_sheets import Written

from accounts.models import Division, User
from households.models import Household, LifeEvent, Person
from records.models import (
    Asset,
    Consultation,
    HotlineCase,
    IncomeFile,
    Job,
    LabourLoss,
    LowIncome,
    Record,
    WelfarePost,
)
from reports.ledgers import LEDGERS
from reports.ledgers.base import Reading
from reports.ledgers.summary import SummaryLedger

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]
TOLD = datetime(2026, 9, 2, 2, 0, tzinfo=UTC)
COUNTY, TOWNSHIP, VILLAGE = "990101000000", "990101100000", "990101100201"
LINE = UUID(int=7)


def line(model: type[Record], from_on: date, **values: Any) -> Any:
    """A line of a book, recorded at TOLD unless said otherwise."""
    values = {"recorded_at": TOLD, **values}
    if person := values.get("person"):
        values["household"] = person.memberships.get(left_on=None).household
    return model._default_manager.create(from_on=from_on, **values)


@pytest.fixture
def home(village: Division) -> Household:
    return make_household(village, category="脱贫户", group_name="一组")


@pytest.fixture
def neighbour(places: dict[str, Division]) -> Household:
    return make_household(places["990101100202"], category="脱贫户")


def people(home: Household) -> list[Person]:
    return [member.person for member in home.memberships.order_by("id").select_related("person")]


def test_the_file_of_a_fall_in_income(home: Household, owner: User, written: Callable[..., Written]) -> None:
    for year, amount in ((2024, 15000), (2025, 12500)):
        make_income(home, recorded_by=owner, basis="annual", per_head=amount, ends_on=date(year, 12, 31))
    line(IncomeFile, date(2026, 2, 1), household=home, year=2025, lost_wages=Decimal(2500), analysis="停工三个月")
    (row,) = written("L9", VILLAGE).rows
    assert (row["户主"], row["上年人均"], row["本年人均"], row["减少额"]) == ("张三", 15000, 12500, 2500)
    assert (row["减少原因·务工"], row["减少原因·产业"], row["分析"]) == (2500, None, "停工三个月")
    assert written("L9", as_of=date(2026, 1, 31)).rows == []


def test_a_job_that_changes_is_one_row_with_its_last_word(home: Household, written: Callable[..., Written]) -> None:
    worker, _, child = people(home)
    early = line(Job, date(2026, 3, 1), line=LINE, person=worker, working=True, monthly_wage=Decimal(4000))
    Job.objects.filter(pk=early.pk).update(to_on=date(2026, 7, 1))
    line(Job, date(2026, 7, 1), line=LINE, person=worker, working=True, monthly_wage=Decimal(4500), area="outside")
    line(Job, date(2025, 1, 1), person=child, working=True, to_on=date(2025, 6, 1))
    (row,) = written("L10").rows
    assert (row["姓名"], row["务工月收入"], row["开始时间"].date(), row["结束时间"]) == (
        "张三",
        4500,
        date(2026, 3, 1),
        None,
    )
    (before,) = written("L10", as_of=date(2026, 6, 30)).rows
    assert before["务工月收入"] == 4000
    assert written("L10", as_of=date(2026, 2, 28)).rows == []


def test_a_corrected_line_counts_as_it_is_held_now(home: Household, written: Callable[..., Written]) -> None:
    worker, *_ = people(home)
    line(
        WelfarePost,
        date(2026, 1, 15),
        line=LINE,
        person=worker,
        title="保洁",
        kind="cleaner",
        monthly_pay=Decimal(500),
        withdrawn_at=datetime(2026, 9, 3, tzinfo=UTC),
    )
    line(
        WelfarePost,
        date(2026, 2, 15),
        line=LINE,
        person=worker,
        title="护林",
        kind="ranger",
        monthly_pay=Decimal(800),
        to_on=date(2026, 6, 1),
    )
    (row,) = written("L12").rows
    assert (row["岗位名称"], row["月补贴"], row["月数"], row["止"].date()) == ("护林", 800, 4, date(2026, 5, 31))


def test_people_are_shown_as_numbers_masked(home: Household, written: Callable[..., Written]) -> None:
    worker, *_ = people(home)
    lost = LabourLoss(
        person=worker,
        household=home,
        from_on=date(2026, 5, 1),
        recorded_at=TOLD,
        degree="part",
        disability_grade="2",
        benefits="低保",
    )
    lost.certificate = worker.id_number + "42"
    lost.save()
    (row,) = written("L17").rows
    assert (row["姓名"], row["年龄"], row["劳动能力"], row["现享受"]) == ("张三", 51, "部分丧失", "低保")
    for heading in ("证件号码", "残疾·证号"):
        assert "*" in row[heading] and worker.id_number[8:14] not in row[heading]


def test_one_row_a_person_of_low_income(home: Household, neighbour: Household, written: Callable[..., Written]) -> None:
    worker, wife, _ = people(home)
    line(LowIncome, date(2026, 1, 1), person=worker, kind="低保", monthly_amount=Decimal(300))
    line(LowIncome, date(2026, 4, 1), person=worker, kind="支出型", monthly_amount=Decimal(50), tapering=False)
    line(LowIncome, date(2026, 1, 1), person=wife, kind="特困", to_on=date(2026, 5, 1))
    make_episode(neighbour, monitored_type="脱贫不稳定户")
    sheet = written("L18")
    assert [(row["姓名"], row["类别"], row["月保障金"], row["是否监测对象"]) for row in sheet.rows] == [
        ("张三", "低保、支出型", 350, "否"),
        *[(name, "脱贫不稳定", None, "是") for name in ("张三", "李四", "张小明")],
    ]
    assert (sheet.totals["姓名"], sheet.totals["月保障金"]) == ("4人", 350)
    assert sum(len(written("L18", code).rows) for code in (VILLAGE, "990101100202")) == len(sheet.rows)


def test_of_the_monitored_only_those_whose_last_episode_is_unstable_are_listed(
    neighbour: Household, written: Callable[..., Written]
) -> None:
    make_episode(neighbour, monitored_type="脱贫不稳定户", identified_on=date(2024, 1, 5), cleared_on=date(2025, 1, 5))
    make_episode(neighbour, monitored_type="突发严重困难户", identified_on=date(2026, 1, 5))
    assert written("L18").rows == []
    assert len(written("L18", as_of=date(2024, 6, 30)).rows) == 3


@pytest.fixture
def assets(places: dict[str, Division]) -> None:
    line(
        Asset,
        date(2025, 1, 1),
        division=places[COUNTY],
        number="A1",
        name="光伏电站",
        kind="operating",
        original_value=Decimal("120.50"),
        income_due=Decimal(1000),
        income_received=Decimal(600),
        certified_on=date(2025, 2, 1),
    )
    line(
        Asset,
        date(2025, 1, 1),
        division=places[VILLAGE],
        number="A2",
        name="村道",
        kind="public",
        original_value=Decimal(30),
        income_received=Decimal(5),
        condition="idle",
    )


@pytest.mark.usefixtures("assets")
def test_assets_of_the_county_itself_have_their_own_row(written: Callable[..., Written]) -> None:
    rows = {row["单位"]: row for row in written("T10").rows}
    own = rows["县本级"]
    assert (own["经营性·项"], own["经营性·原值(万元)"], own["已确权%"], own["收益(元)·拖欠"]) == (1, 120.5, 1, 400)
    assert rows["石桥镇"]["公益性·项"] == 1 and rows["石桥镇"]["闲置低效"] == 1
    assert rows["石桥镇"]["收益(元)·拖欠"] == 0
    detail = written("L19")
    assert (detail.totals["资产名称"], detail.totals["收益·拖欠"]) == ("2项", 400)
    assert [row["收益·拖欠"] for row in detail.rows] == [400, None]
    assert [row["资产编号"] for row in written("L19", VILLAGE).rows] == ["A2"]


def test_calls_and_consultations_of_the_year(places: dict[str, Division], written: Callable[..., Written]) -> None:
    call = HotlineCase(
        division=places[VILLAGE],
        from_on=date(2026, 8, 1),
        recorded_at=TOLD,
        number="H1",
        channel="12317",
        appeal="反映低保，电话 13912345678",
    )
    call.petitioner = "王某"
    call.save()
    line(
        HotlineCase,
        date(2025, 8, 1),
        division=places[VILLAGE],
        number="H0",
        channel="petition",
        appeal="旧",
        replied_on=date(2025, 9, 1),
    )
    (row,) = written("L22").rows
    assert (row["受理编号"], row["诉求人"], row["是否转线索"]) == ("H1", "王某", "否")
    assert "13912345678" not in row["诉求"]
    line(
        Consultation,
        date(2026, 9, 5),
        division=places[COUNTY],
        chair="县长",
        topic="比对",
        settled="逐户核实",
        done_on=date(2026, 9, 20),
    )
    (meeting,) = written("T6").rows
    assert (meeting["会议日期"].date(), meeting["完成情况"]) == (date(2026, 9, 5), "2026-09-20 完成")


def test_work_counts_only_what_is_told(home: Household, neighbour: Household, written: Callable[..., Written]) -> None:
    worker, wife, _ = people(home)
    line(Job, date(2026, 1, 1), person=worker, working=True, area="county")
    line(Job, date(2026, 1, 1), person=wife, working=False, trained_on=date(2026, 5, 1))
    first, second, _ = people(neighbour)
    line(Job, date(2026, 1, 1), person=first, working=False)
    villages = {row["单位"]: row for row in written("T9", TOWNSHIP).rows}
    assert (villages["东沟村"]["劳动力"], villages["东沟村"]["已务工·县内"], villages["东沟村"]["培训"]) == (2, 1, 1)
    # Nobody has said whether the second one works.
    assert written("T9").totals["零就业户"] == 0
    line(Job, date(2026, 1, 1), person=second, working=False)
    assert written("T9").totals["零就业户"] == 1
    line(WelfarePost, date(2026, 8, 1), person=second, title="保洁", kind="cleaner")
    assert written("T9").totals["零就业户"] == 0
    assert written("T9", as_of=date(2026, 7, 31)).totals["零就业户"] == 1


def test_a_move_that_was_not_known_yet_has_led_nowhere(
    home: Household, places: dict[str, Division], written: Callable[..., Written]
) -> None:
    make_episode(home, monitored_type="脱贫不稳定户")
    worker, *_ = people(home)
    line(Job, date(2026, 1, 1), person=worker, working=True, area="county")
    LifeEvent.objects.create(
        household=home, kind="moved", happened_on=date(2026, 10, 7), recorded_at=datetime(2026, 11, 9, tzinfo=UTC),
        data={"village": [VILLAGE, "990101100202"]},
    )  # fmt: skip
    Household.objects.filter(pk=home.pk).update(village="990101100202")

    def seen(code: str, known_at: datetime | None = None) -> tuple[int, int, int]:
        reading = Reading(places[code], date(2026, 11, 10), known_at)
        statement = LEDGERS["T9"]
        assert isinstance(statement, SummaryLedger)
        figures = statement.total(statement.table(reading))
        return len(list(LEDGERS["L18"].body(reading).rows)), figures["able"], figures["in_county"]

    assert (seen(VILLAGE), seen("990101100202")) == ((0, 0, 0), (3, 2, 1))
    before = datetime(2026, 11, 1, tzinfo=UTC)
    assert (seen(VILLAGE, before), seen("990101100202", before)) == ((3, 2, 1), (0, 0, 0))
