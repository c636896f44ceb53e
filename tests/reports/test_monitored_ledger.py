"""L1 and L5: the monitored and the cleared, as of any day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from builders import make_condition, make_episode, make_household, make_income
from django.utils import timezone
from ledger_sheets import Written

from accounts.models import Division, User
from households.services.life_households import cancel, change_head, move_household
from households.services.life_persons import record_death
from monitoring.models import Episode, EpisodeEvent

EAST, WEST = "990101100201", "990101100202"


def turn(episode: Episode, kind: str, on: date) -> EpisodeEvent:
    return EpisodeEvent.objects.create(episode=episode, kind=kind, happened_on=on, recorded_at=timezone.now())


def test_a_household_stands_as_its_events_say_on_every_day(
    clock: Any, village: Division, written: Callable[..., Written]
) -> None:
    episode = make_episode(make_household(village), identified_on=date(2026, 1, 5), cleared_on=date(2026, 7, 20))
    turn(episode, "rolled_back", date(2026, 9, 1))
    marks = {}
    for day in (date(2026, 1, 4), date(2026, 1, 5), date(2026, 7, 19), date(2026, 7, 20), date(2026, 9, 1)):
        rows = written("L1", as_of=day).rows
        marks[day.isoformat()] = [(row["风险是否已消除"], row["消除监测时间"], row["备注"]) for row in rows]
    assert marks == {
        "2026-01-04": [],
        "2026-01-05": [("否", None, None)],
        "2026-07-19": [("否", None, None)],
        "2026-07-20": [("是", "202607", None)],
        "2026-09-01": [("否", None, "消除后回退")],
    }


def test_what_a_later_file_corrected_never_was(clock: Any, village: Division, written: Callable[..., Written]) -> None:
    episode = make_episode(make_household(village), cleared_on=date(2026, 7, 20))
    episode.events.filter(kind="cleared").update(withdrawn_at=timezone.now())
    assert written("L1", as_of=date(2026, 8, 1)).column("风险是否已消除") == ["否"]


def test_identified_and_cleared_without_days_is_cleared(
    clock: Any, village: Division, written: Callable[..., Written]
) -> None:
    episode = make_episode(make_household(village), identified_on=date(1900, 1, 1), cleared_on=date(1900, 1, 1))
    episode.events.get(kind="identified").delete()
    turn(episode, "identified", date(1900, 1, 1))  # recorded anew, after the clearing of the same day
    (row,) = written("L1").rows
    assert (row["识别监测时间"], row["风险是否已消除"], row["消除监测时间"]) == (None, "是", None)


def test_all_that_is_known_of_a_household(
    clock: Any, village: Division, owner: User, written: Callable[..., Written]
) -> None:
    owner.unit, owner.phone = "东沟村村民委员会", "13900001111"
    owner.save()
    home = make_household(village, number="9901010001", group_name="三组", category="脱贫户", helper=owner)
    make_episode(home, risks=["因病", "因学"], monitored_type="脱贫不稳定户", identified_on=date(2026, 3, 2))
    make_income(home, recorded_by=owner, basis="identify", per_head=6000, ends_on=date(2026, 2, 28))
    make_income(home, recorded_by=owner, basis="annual", per_head=8000, ends_on=date(2025, 9, 30))
    make_income(home, recorded_by=owner, basis="annual", per_head=9000, ends_on=date(2026, 9, 30))
    make_condition(home, on=date(2026, 9, 30), housing_ok=False, water_ok=None)
    row = written("L1").row("户编号", "9901010001")
    expected = {
        "序号": 1,
        "县": "守望县",
        "乡镇": "石桥镇",
        "村": "东沟村",
        "组": "三组",
        "户主姓名": "张三",
        "家庭人口": 3,
        "劳动力": 2,
        "户类型": "脱贫户",
        "监测对象类别": "脱贫不稳定户",
        "识别监测时间": "202603",
        "致贫返贫风险·1": "因病",
        "致贫返贫风险·2": "因学",
        "致贫返贫风险·3": None,
        "识别时·年纯收入": 18000,
        "识别时·人均纯收入": 6000,
        "识别时·合规自付支出": 0,
        "三保障及饮水·义务教育": "有",
        "三保障及饮水·住房": "无",
        "三保障及饮水·饮水": None,
        "当前·人均纯收入": 9000,
        "当前·较上年增幅%": 0.125,
        "帮扶责任人·姓名": "owner",
        "帮扶责任人·单位": "东沟村村民委员会",
        "帮扶责任人·电话": "139****1111",
        "整户无劳动能力兜底保障户": "否",
    }
    assert {heading: row[heading] for heading in expected} == expected


def test_what_nobody_recorded_is_empty_and_never_no(
    clock: Any, village: Division, written: Callable[..., Written]
) -> None:
    make_episode(make_household(village, members=[{"name": "张三"}]))
    (row,) = written("L1").rows
    unknown = ["劳动力", "识别时·人均纯收入", "三保障及饮水·医疗", "当前·人均纯收入", "当前·较上年增幅%"]
    unknown += ["帮扶措施·产业", "帮扶责任人·姓名", "整户无劳动能力兜底保障户", "风险消除方式"]
    assert {heading: row[heading] for heading in unknown} == dict.fromkeys(unknown)


def test_income_and_guarantees_are_those_of_the_day(
    clock: Any, village: Division, owner: User, written: Callable[..., Written]
) -> None:
    home = make_household(village, per_capita_income=Decimal(7000))
    make_episode(home)
    make_income(home, recorded_by=owner, per_head=9500, ends_on=date(2026, 6, 30))
    make_condition(home, on=date(2026, 6, 30), housing_ok=False)
    make_condition(home, on=date(2026, 8, 1), housing_ok=True)
    seen = {}
    for day in (date(2026, 6, 29), date(2026, 6, 30), date(2026, 8, 1)):
        (row,) = written("L1", as_of=day).rows
        seen[day] = (row["当前·人均纯收入"], row["三保障及饮水·住房"])
    assert list(seen.values()) == [(7000, None), (9500, "无"), (9500, "有")]


def test_a_second_identification_does_not_borrow_the_first_ones_income(
    clock: Any, village: Division, owner: User, written: Callable[..., Written]
) -> None:
    home = make_household(village)
    make_episode(home, identified_on=date(2025, 3, 2), cleared_on=date(2025, 12, 1))
    make_income(home, recorded_by=owner, basis="identify", per_head=6000, ends_on=date(2025, 2, 28))
    make_episode(home, identified_on=date(2026, 5, 2), reidentified=True)
    (row,) = written("L1").rows
    assert (row["识别监测时间"], row["识别时·人均纯收入"]) == ("202605", None)
    (row,) = written("L1", as_of=date(2026, 5, 1)).rows
    assert (row["识别监测时间"], row["识别时·人均纯收入"], row["风险是否已消除"]) == ("202503", 6000, "是")


def test_members_and_householder_are_those_of_the_day(
    clock: Any, village: Division, owner: User, township: User, written: Callable[..., Written]
) -> None:
    home = make_household(village)
    make_episode(home)
    father, mother, son = (row.person for row in home.memberships.order_by("id"))
    change_head(
        household=home,
        version=home.version,
        relations={mother.pk: "户主", father.pk: "配偶", son.pk: "之子"},
        happened_on=date(2026, 9, 1),
        actor=owner,
        at=timezone.now(),
    )
    home.refresh_from_db()
    record_death(person=father, version=home.version, happened_on=date(2026, 10, 1), actor=owner, at=timezone.now())
    seen = {}
    for day in (date(2026, 8, 31), date(2026, 9, 1), date(2026, 10, 1)):
        (row,) = written("L1", as_of=day).rows
        seen[day] = (row["户主姓名"], row["家庭人口"], row["劳动力"])
    assert list(seen.values()) == [("张三", 3, 2), ("李四", 3, 2), ("李四", 2, 1)]


def test_a_household_is_in_the_village_where_it_lived_that_day(
    clock: Any, village: Division, places: Any, township: User, written: Callable[..., Written]
) -> None:
    home = make_household(village)
    make_episode(home)
    move_household(
        household=home,
        version=home.version,
        village=places[WEST],
        happened_on=date(2026, 10, 12),
        actor=township,
        at=timezone.now(),
    )
    before, after = date(2026, 10, 11), date(2026, 10, 12)
    assert [len(written("L1", code, as_of=day).rows) for code in (EAST, WEST) for day in (before, after)] == [
        1,
        0,
        0,
        1,
    ]
    (east, west) = written("T1", "990101100000", as_of=date(2026, 10, 31)).rows
    assert (east["上月末未消除·户"], east["迁出·户"], east["迁出·人"], east["风险未消除·户"]) == (1, 1, 3, 0)
    assert (west["迁入·户"], west["迁入·人"], west["风险未消除·人"]) == (1, 3, 3)
    (row,) = written("T1", as_of=date(2026, 10, 31)).rows[:1]
    assert (row["单位"], row["迁入·户"], row["迁出·户"], row["风险未消除·户"]) == ("石桥镇", 0, 0, 1)


def test_a_household_struck_off_leaves_on_its_day(
    clock: Any, village: Division, bureau: User, written: Callable[..., Written]
) -> None:
    home = make_household(village)
    make_episode(home)
    cancel(
        household=home,
        version=home.version,
        why="整户迁出",
        happened_on=date(2026, 10, 12),
        actor=bureau,
        at=timezone.now(),
    )
    assert len(written("L1", as_of=date(2026, 10, 11)).rows) == 1
    assert written("L1", as_of=date(2026, 10, 12)).rows == []
    sheet = written("T1", as_of=date(2026, 10, 31))
    counts = {
        heading: sheet.totals[heading] for heading in ("本月注销·户", "本月注销·人", "风险未消除·户", "累计识别·户")
    }
    assert counts == {"本月注销·户": 1, "本月注销·人": 3, "风险未消除·户": 0, "累计识别·户": 0}


def test_the_total_row_counts_households_and_persons(
    clock: Any, village: Division, places: Any, written: Callable[..., Written]
) -> None:
    make_episode(make_household(village))
    make_episode(make_household(places["990101101201"]), cleared_on=date(2026, 7, 20))
    make_household(village)
    make_episode(make_household(places["990102100201"]))
    totals = written("L1").totals
    assert (totals["户主姓名"], totals["家庭人口"], totals["风险是否已消除"]) == ("2户", 6, "是1户")


def test_rural_population_gives_the_share(clock: Any, village: Division, places: Any, written: Any) -> None:
    make_episode(make_household(village))
    village.rural_population = 600
    village.save()
    row = written("T1", EAST).row("单位", "东沟村")
    assert row["占农业人口%"] == 0.005
    assert written("T1").totals["占农业人口%"] is None
    Division.objects.filter(level=5).update(rural_population=300)
    assert written("T1").totals["占农业人口%"] == round(3 / 900, 6)


def test_many_households_take_the_same_number_of_queries(
    clock: Any, village: Division, places: Any, written: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make_episode(make_household(village))
    with CaptureQueriesContext(connection) as few:
        written("L1")
    for _ in range(6):
        make_episode(make_household(village))
    with CaptureQueriesContext(connection) as many:
        written("L1")
    assert len(many) == len(few)
