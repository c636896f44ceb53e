"""L4 and L5: what was delivered, and what was cleared, by any day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from builders import make_episode, make_household, make_income
from django.utils import timezone
from ledger_sheets import Written

from accounts.models import User
from accounts.services.files import keep_bytes
from assistance.models import Measure, MeasureType
from assistance.services.catalogue import install_standard
from assistance.services.deliveries import deliver, withdraw_delivery
from assistance.services.measures import (
    MeasureDraft,
    add_measure,
    cancel_measure,
    confirm_by_household,
    end_measure,
)
from assistance.services.plans import open_plan
from monitoring.models import Episode, EpisodeEvent
from reports.ledgers import LEDGERS
from reports.ledgers.base import Reading
from reports.services.indicators import indicators

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def help_with(clock: Any, owner: User) -> Callable[..., Measure]:
    """`help_with(episode, "因病", "健康帮扶", "医疗救助")` is a measure that begins on 1 September."""
    install_standard(actor=None, at=timezone.now())

    def _help(episode: Episode, risk: str, category: str, item: str, **values: Any) -> Measure:
        at = timezone.now()
        plan = getattr(episode, "plan", None) or open_plan(episode=episode, actor=owner, at=at)
        usual = {"content": "按政策落实", "unit": "医保局", "responsible": "王五", "starts_on": date(2026, 9, 1)}
        kind = MeasureType.objects.get(category=category, item=item)
        draft = MeasureDraft(type=kind, risk=risk, planned_amount=Decimal(900), **{**usual, **values})
        return add_measure(plan=plan, draft=draft, actor=owner, at=at)

    return _help


def test_a_measure_on_every_day_of_its_life(
    village: Any, owner: User, help_with: Callable[..., Measure], written: Callable[..., Written]
) -> None:
    episode = make_episode(make_household(village, group_name="一组"))
    measure = help_with(episode, "因病", "健康帮扶", "医疗救助", planned_end_on=date(2026, 12, 31))
    at = timezone.now()
    paper = keep_bytes(content=b"%PDF-1.4 receipt", name="回执.pdf", content_type="application/pdf", actor=owner, at=at)
    deliver(
        uid=uuid4(), measure=measure, on=date(2026, 9, 20), amount=Decimal("500.50"), proof=paper, actor=owner, at=at
    )
    deliver(uid=uuid4(), measure=measure, on=date(2026, 10, 5), amount=Decimal("100"), actor=owner, at=at)
    wrong = deliver(uid=uuid4(), measure=measure, on=date(2026, 10, 6), amount=Decimal("9999"), actor=owner, at=at)
    withdraw_delivery(delivery=wrong, reason="录错", actor=owner, at=at)
    measure.refresh_from_db()
    confirm_by_household(measure=measure, on=date(2026, 10, 8), version=measure.version, actor=owner, at=at)
    measure.refresh_from_db()
    end_measure(measure=measure, on=date(2026, 11, 1), version=measure.version, actor=owner, at=at)
    days = ("2026-08-31", "2026-09-01", "2026-09-20", "2026-10-05", "2026-10-08", "2026-11-01")
    told = []
    for day in days:
        rows = written("L4", as_of=date.fromisoformat(day)).rows
        told.append([(row["状态"], row["金额(元)"], row["佐证"], bool(row["农户确认"])) for row in rows])
    assert told == [
        [],
        [("计划", None, None, False)],
        [("落实中", 500.5, "1份", False)],
        [("落实中", 600.5, "1份", False)],
        [("落实中", 600.5, "1份", True)],
        [("已结束", 600.5, "1份", True)],
    ]
    sheet = written("L4")
    (row,) = sheet.rows
    assert (row["措施大类"], row["措施小类"], row["责任单位"], row["组"]) == ("健康帮扶", "医疗救助", "医保局", "一组")
    assert (sheet.totals["户主"], sheet.totals["金额(元)"]) == ("1项", 600.5)


def test_what_is_delivered_later_changes_no_earlier_state(
    village: Any, owner: User, help_with: Callable[..., Measure], written: Callable[..., Written]
) -> None:
    measure = help_with(make_episode(make_household(village)), "因病", "健康帮扶", "医疗救助")
    assert written("L4", as_of=date(2026, 9, 15)).column("状态") == ["计划"]
    deliver(uid=uuid4(), measure=measure, on=date(2026, 9, 20), actor=owner, at=timezone.now())
    assert written("L4", as_of=date(2026, 9, 15)).column("状态") == ["计划"]
    assert written("L4").column("状态") == ["已落实"]


def test_a_cancelled_measure_is_on_the_ledger_until_its_day(
    village: Any, owner: User, help_with: Callable[..., Measure], written: Callable[..., Written]
) -> None:
    measure = help_with(make_episode(make_household(village)), "因病", "健康帮扶", "医疗救助")
    cancel_measure(measure=measure, reason="重复", version=measure.version, actor=owner, at=timezone.now())
    assert len(written("L4", as_of=date(2026, 11, 9)).rows) == 1
    assert written("L4", as_of=date(2026, 11, 10)).rows == []


def test_l1_counts_the_measures_that_l4_lists(
    village: Any, owner: User, help_with: Callable[..., Measure], written: Callable[..., Written]
) -> None:
    episode = make_episode(make_household(village), risks=["因病", "因学"])
    help_with(episode, "因病", "健康帮扶", "医疗救助")
    help_with(episode, "因病", "健康帮扶", "办理慢性病卡")
    help_with(episode, "因学", "教育帮扶", "雨露计划")
    help_with(episode, "因学", "义务教育保障", "营养餐", starts_on=date(2026, 10, 1))
    for day, counts in ((date(2026, 9, 30), (2, 1)), (date(2026, 10, 1), (2, 2))):
        (row,) = written("L1", as_of=day).rows
        assert (row["帮扶措施·健康"], row["帮扶措施·教育"], row["帮扶措施·产业"]) == (*counts, None)
        assert len(written("L4", as_of=day).rows) == sum(counts)


def test_a_clearing_with_its_whole_procedure(
    office: Any, help_with: Callable[..., Measure], written: Callable[..., Written]
) -> None:
    episode = office.ready_to_clear()
    home = episode.household
    measure = help_with(episode, "因病", "健康帮扶", "医疗救助")
    deliver(uid=uuid4(), measure=measure, on=date(2026, 9, 2), actor=office.owner, at=office.at)
    make_income(home, recorded_by=office.owner, basis="clear", per_head=12500, ends_on=date(2026, 10, 31))
    case = office.do(office.assessed(home), "to_appraisal", office.owner, data={"clear_method": "帮扶消除"})
    for stage in (office.posted, office.submitted, office.decided, office.recorded):
        case = stage(case)
    assert written("L5", as_of=date(2026, 11, 15)).rows == []
    (row,) = written("L5", as_of=date(2026, 11, 16)).rows
    expected = {
        "户编号": home.number,
        "人口": 3,
        "识别监测时间": "202601",
        "致贫返贫风险·1": "因病",
        "间隔月": 10,
        "消除时·人均纯收入": 12500,
        "措施数": 1,
        "消除监测时间": "202611",
        "消除方式": "帮扶消除",
        "回退/重新识别": None,
    }
    assert {heading: row[heading] for heading in expected} == expected
    conditions = [row[heading] for heading in row if heading.startswith("消除条件·")]
    assert conditions == ["是"] * 6
    days = ["拟消除日期", "评议日期", "公示·起", "公示·止", "乡审日期", "县审日期"]
    assert [row[heading].day for heading in days] == [10, 10, 10, 15, 16, 16]


def test_a_clearing_that_was_taken_back_says_so(village: Any, written: Callable[..., Written]) -> None:
    home = make_household(village)
    first = make_episode(home, identified_on=date(2025, 1, 5), cleared_on=date(2025, 9, 1))
    at = timezone.now()
    EpisodeEvent.objects.create(episode=first, kind="rolled_back", happened_on=date(2025, 10, 1), recorded_at=at)
    EpisodeEvent.objects.create(episode=first, kind="cleared", happened_on=date(2026, 2, 1), recorded_at=at)
    make_episode(home, identified_on=date(2026, 8, 1), reidentified=True)
    sheet = written("L5")
    assert sheet.column("消除监测时间") == ["202509", "202602"]
    assert sheet.column("回退/重新识别") == ["回退 2025-10-01；重新识别 2026-08-01", "重新识别 2026-08-01"]
    assert written("L5", as_of=date(2025, 9, 30)).column("回退/重新识别") == [None]
    assert sheet.totals["户主"] == "2户"


def test_a_clearing_from_the_register_has_no_procedure(village: Any, written: Callable[..., Written]) -> None:
    make_episode(make_household(village), identified_on=date(1900, 1, 1), cleared_on=date(2024, 5, 1))
    (row,) = written("L5").rows
    unknown = ["识别监测时间", "拟消除日期", "间隔月", "消除条件·饮水", "消除时·年纯收入", "措施数", "县审日期"]
    assert {heading: row[heading] for heading in unknown} == dict.fromkeys(unknown)


def test_a_measure_that_was_not_cancelled_yet_still_ran(
    village: Any, county: Any, owner: User, bureau: User, help_with: Callable[..., Measure]
) -> None:
    home = make_household(village, category="脱贫户")
    for ends_on, per_head in ((date(2025, 9, 30), 9800), (date(2026, 9, 30), 9500)):
        make_income(home, recorded_by=owner, per_head=per_head, basis="annual", ends_on=ends_on)
    measure = help_with(make_episode(home, risks=["因产业项目失败"]), "因产业项目失败", "产业帮扶", "产业奖补")
    changes = {"recorded_at": datetime(2026, 9, 1, 2, tzinfo=UTC), "cancelled_on": date(2026, 11, 8)}
    Measure.objects.filter(pk=measure.pk).update(**changes)
    at, today = timezone.now(), date(2026, 11, 10)

    def told(known_at: Any) -> tuple[Any, dict[str, int]]:
        body = LEDGERS["N3"].body(Reading(county, today, known_at))
        heading = next(i for i, one in enumerate(LEDGERS["N3"].columns) if "实施开发式帮扶措施情况" in one.path)
        sheet = indicators(division=county, as_of=today, actor=bureau, at=at, known_at=known_at)
        (focus,) = (one for one in sheet.whole.standings if one.indicator.title == "收入重点户有措施")
        return {line[heading] for line in body.rows}, {part.words: part.number for part in focus.parts}

    assert told(None) == ({"尚未实施"}, {"重点户": 1, "有措施户": 0})
    assert told(datetime(2026, 11, 5, tzinfo=UTC)) == ({"已实施"}, {"重点户": 1, "有措施户": 1})
