"""The indicators: what each counts, what is said where nothing is known, both readings, and the list behind a figure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from builders import FAMILY, make_condition, make_episode, make_household, make_income
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Division, User
from accounts.services.files import keep_bytes
from monitoring.models import EpisodeEvent, FeedBatch, FeedRow, PolicyValue
from records.models import IncomeFile, Job, KeyVillage, Problem, ProblemStep
from reports.ledgers.base import Reading
from reports.ledgers.i1 import BOARDS, INDICATORS, IndicatorStatement
from reports.services.indicators import Standing, indicator_course, indicators

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
TODAY = date(2026, 11, 10)
TOWNSHIP, VILLAGE = "990101100000", "990101100201"
TITLES = {one.title: code for code, one in INDICATORS.items()}


@pytest.fixture
def look(bureau: User, county: Division) -> Callable[..., Standing]:
    """`look("参保率")` is the indicator of the county today."""

    def _look(title: str, on: date = TODAY, division: Division | None = None) -> Standing:
        place = division or county
        course = indicator_course(
            code=TITLES[title], division=place, as_of=on, actor=bureau, at=timezone.now(), months=1
        )
        return course.sheet.whole.standings[0]

    return _look


@pytest.fixture
def policy(bureau: User, county: Division) -> Callable[..., None]:
    def _policy(key: str, value: Any, since: date = date(2026, 1, 1), place: Division | None = None) -> None:
        PolicyValue.objects.create(
            key=key, division=place or county, value=value, valid_from=since, source="县文件", set_by=bureau,
            recorded_at=timezone.now(),
        )  # fmt: skip

    return _policy


def numbers(standing: Standing) -> dict[str, int]:
    return {part.words: part.number for part in standing.parts}


def test_what_nobody_has_recorded_is_never_nought(village: Division, look: Callable[..., Standing]) -> None:
    make_episode(make_household(village, category="脱贫户"))
    for title in (
        "参保率",
        "因病户报销比例",
        "失学辍学",
        "住房安全",
        "零就业家庭",
        "收入增速",
        "收入负增长户",
        "收入重点户有措施",
    ):
        found = look(title).judged
        assert (found.state, found.value) == ("none", None), title
    assert look("重点跟踪村").judged.state == "none"
    assert look("返贫致贫").judged.state == "met"


def test_a_household_that_came_back_is_counted_in_its_year_alone(
    village: Division, look: Callable[..., Standing], policy: Callable[..., None], bureau: User
) -> None:
    home = make_household(village)
    episode = make_episode(home, identified_on=date(2025, 1, 5), cleared_on=date(2025, 9, 1))
    assert look("返贫致贫").judged.state == "none"
    EpisodeEvent.objects.create(
        episode=episode, kind="rolled_back", happened_on=date(2026, 10, 6), recorded_at=timezone.now(), household_size=3
    )
    found = look("返贫致贫")
    assert (found.judged.state, found.judged.value) == ("unmet", 1)
    assert look("返贫致贫", date(2026, 10, 5)).judged.state == "none"
    policy("indicator_fallback_reading", "poor")
    assert look("返贫致贫").judged.state == "none"
    make_income(home, recorded_by=bureau, per_head=5000)
    assert look("返贫致贫").judged.state == "unmet"
    make_income(home, recorded_by=bureau, per_head=15000, ends_on=date(2026, 10, 31))
    assert look("返贫致贫").judged.state == "met"


def test_everybody_insured_by_the_latest_file_else_by_the_visit(
    place: Any, look: Callable[..., Standing], policy: Callable[..., None]
) -> None:
    home = place.household(category="脱贫户")
    father, mother, son = (row.person for row in home.memberships.order_by("id"))
    place.send(
        "insurance_status",
        date(2026, 9, 1),
        {"who": father, "参保状态": "已参保"},
        {"who": mother, "参保状态": "已参保"},
    )
    found = look("参保率")
    assert (found.judged.state, numbers(found)["待核实人"], found.judged.missing) == ("partial", 1, 1)
    assert (found.judged.value, found.judged.words) == (Decimal(100), "待核实 1 人")
    # A known person without insurance is what makes it unmet; who is not known is named beside it, not counted as one.
    place.send(
        "insurance_status",
        date(2026, 9, 1),
        {"who": father, "参保状态": "已参保"},
        {"who": mother, "参保状态": "未参保"},
    )
    found = look("参保率").judged
    assert (found.state, found.value, found.words) == ("unmet", Decimal(50), "未达标，另待核实 1 人")
    assert found.verdict == "未达标"
    place.send(
        "insurance_status",
        date(2026, 9, 1),
        {"who": father, "参保状态": "已参保"},
        {"who": mother, "参保状态": "已参保"},
    )
    make_condition(home, on=date(2026, 9, 20))
    assert (look("参保率").judged.state, look("参保率").judged.value) == ("met", Decimal(100))
    place.send(
        "insurance_status", date(2026, 10, 1), {"who": father, "参保状态": "已参保"}, {"who": son, "参保状态": "未参保"}
    )
    found = look("参保率")
    assert (found.judged.state, numbers(found)["未参保人"]) == ("unmet", 1)
    assert round(found.judged.value or 0, 1) == Decimal("66.7")
    assert look("参保率", date(2026, 9, 30)).judged.state == "met"
    policy("indicator_insured_scope", "ill")
    assert look("参保率").judged.state == "none"
    make_episode(home, risks=("因残", "因病"))
    assert look("参保率").judged.state == "unmet"
    policy("indicator_illness_reading", "main")
    assert look("参保率").judged.state == "none"


BILL = {
    "就医类别": "住院",
    "医疗总费用": "12000",
    "个人自费": "2000",
    "基本医保支付": "7000",
    "大病保险支付": "500",
    "医疗救助支付": "600",
}


def test_reimbursement_of_illness_households_by_both_readings(
    place: Any, look: Callable[..., Standing], policy: Callable[..., None]
) -> None:
    from match_place import bill

    homes = [place.household() for _ in range(3)]
    for home in homes[:2]:
        make_episode(home, risks=("因病",))
    heads = [home.memberships.get(relation="户主").person for home in homes]
    place.send(
        "medical_costs",
        date(2026, 9, 1),
        bill(heads[0], 1900, **BILL),
        bill(heads[1], 5000, **BILL | {"医疗总费用": "20000", "个人自费": "0", "基本医保支付": "15000"}),
        bill(heads[0], 900, **BILL | {"就医类别": "门诊统筹"}),
        bill(heads[2], 9000, **BILL),
    )
    found = look("因病户报销比例")
    assert numbers(found) == {"未消除因病户": 2, "有费用户": 2, "达到户": 2, "算不出户": 0}
    assert (found.judged.state, round(found.judged.value or 0, 2)) == ("met", Decimal("80.67"))
    policy("indicator_reimbursed_payers", "basic")
    assert look("因病户报销比例").judged.value == Decimal(22000) * 100 / 30000
    policy("indicator_reimbursed_payers", "three")
    policy("indicator_reimbursed_reading", "each")
    assert look("因病户报销比例").judged.state == "met"
    policy("indicator_reimbursed_target", "80.8")
    found = look("因病户报销比例")
    assert (found.judged.state, numbers(found)["达到户"]) == ("unmet", 1)
    assert look("因病户报销比例", date(2026, 8, 31)).judged.state == "none"


def test_bills_that_do_not_say_what_was_paid_cannot_be_judged(place: Any, look: Callable[..., Standing]) -> None:
    from match_place import bill

    home = place.household()
    make_episode(home, risks=("因病",))
    place.send("medical_costs", date(2026, 9, 1), bill(home.memberships.first().person, 1900, 就医类别="住院"))
    found = look("因病户报销比例")
    assert (found.judged.state, numbers(found)["算不出户"]) == ("none", 1)


def test_dropouts_and_unsafe_houses_each_household_once(
    village: Division, look: Callable[..., Standing], owner: User
) -> None:
    home = make_household(village)
    make_condition(home, on=date(2026, 10, 9), schooling_ok=True, housing_ok=False)
    problem = Problem.objects.create(
        number="WT1", kind="house", division=village, household=home, origin="cadre", description="墙裂",
        found_on=date(2026, 10, 12), recorded_at=timezone.now(),
    )  # fmt: skip
    ProblemStep.objects.create(
        problem=problem, action="find", target="found", happened_on=date(2026, 10, 12), recorded_at=timezone.now()
    )
    houses = look("住房安全")
    assert (houses.judged.state, numbers(houses)) == ("unmet", {"问题户": 1, "走访核实户": 1})
    assert look("失学辍学").judged.state == "met"
    assert look("住房安全", date(2026, 10, 8)).judged.state == "none"


def test_a_family_with_labour_and_no_job(
    village: Division, look: Callable[..., Standing], policy: Callable[..., None]
) -> None:
    home = make_household(village, category="脱贫户")
    father, mother = (row.person for row in home.memberships.order_by("id")[:2])
    now = timezone.now()

    def job(person: Any, from_on: date, to_on: date | None = None, *, working: bool) -> None:
        Job.objects.create(
            household=home, person=person, from_on=from_on, to_on=to_on, working=working, recorded_at=now
        )

    job(father, date(2026, 1, 1), date(2026, 6, 1), working=True)
    job(father, date(2026, 6, 1), working=False)
    found = look("零就业家庭")
    assert (found.judged.state, numbers(found)) == ("none", {"有劳动力户": 1, "零就业户": 0, "未登记户": 1})
    job(mother, date(2026, 6, 1), working=False)
    assert look("零就业家庭").judged.state == "unmet"
    assert look("零就业家庭", date(2026, 5, 31)).judged.state == "met"
    make_household(village)
    policy("indicator_zero_job_scope", "all")
    assert numbers(look("零就业家庭")) == {"有劳动力户": 2, "零就业户": 1, "未登记户": 1}


def test_growth_against_the_countys_average(
    village: Division, look: Callable[..., Standing], policy: Callable[..., None], bureau: User
) -> None:
    years = ((date(2024, 9, 30), 9000), (date(2025, 9, 30), 10000), (date(2026, 9, 30), 10800))
    home = make_household(village, category="脱贫户")
    for ends_on, per_head in years:
        make_income(home, recorded_by=bureau, per_head=per_head, basis="annual", ends_on=ends_on)
    found = look("收入增速")
    assert (found.judged.state, found.judged.value) == ("untargeted", Decimal(8))
    policy("indicator_growth_average", "7.5")
    assert look("收入增速").judged.state == "met"
    policy("indicator_growth_average", "8", since=date(2026, 11, 1))
    assert look("收入增速").judged.state == "unmet"
    assert look("收入增速", date(2026, 10, 31)).judged.state == "met"
    assert round(look("收入增速", date(2026, 9, 1)).judged.value or 0, 2) == Decimal("11.11")
    make_household(village, category="脱贫户")
    assert (look("收入增速").judged.state, look("收入增速").judged.missing) == ("partial", 1)


def test_focus_households_by_both_readings_and_their_measures(
    village: Division, look: Callable[..., Standing], policy: Callable[..., None], bureau: User
) -> None:
    pairs = ((9800, 9500), (9800, 10200), (12000, 11000), (9000, 9100), (10000, 12000))
    homes = []
    for before, now in pairs:
        home = make_household(village, category="脱贫户")
        make_income(home, recorded_by=bureau, per_head=before, basis="annual", ends_on=date(2025, 9, 30))
        make_income(home, recorded_by=bureau, per_head=now, basis="annual", ends_on=date(2026, 9, 30))
        homes.append(home)
    assert numbers(look("收入重点户有措施")) == {"重点户": 1, "有措施户": 0}
    assert look("收入重点户有措施").judged.state == "unmet"
    assert look("收入负增长户").judged.value == 2
    policy("focus_reading", "any_two")
    assert numbers(look("收入重点户有措施"))["重点户"] == 3
    policy("focus_reading", "all")
    IncomeFile.objects.create(
        household=homes[0], from_on=date(2026, 11, 1), year=2026, measures="公益岗", recorded_at=timezone.now()
    )
    assert look("收入重点户有措施").judged.state == "met"


def test_key_villages_are_those_of_l21(
    village: Division, county: Division, look: Callable[..., Standing], policy: Callable[..., None], written: Any
) -> None:
    make_episode(make_household(village, category="脱贫户"))
    Division.objects.filter(pk=village.pk).update(rural_population=90)
    KeyVillage.objects.create(
        division=village, from_on=date(2026, 11, 1), tracker="周", measures="驻村", recorded_at=timezone.now()
    )
    found = look("重点跟踪村")
    assert (found.judged.state, numbers(found)["重点村"], numbers(found)["没有农业人口的村"]) == ("untargeted", 1, 2)
    policy("indicator_key_villages_target", 1)
    assert look("重点跟踪村").judged.state == "partial"
    sheet = written("L21")
    row = sheet.row("农村人口", 90)
    expected = {
        "乡镇": "石桥镇", "脱贫人口": 3, "监测户·户": 1, "监测户·人": 3, "脱贫+监测人数": 3, "是否重点": "是",
        "触发条件": "占比超过 3%", "跟踪责任人": "周", "措施": "驻村",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    assert round(row["监测人口占比%"], 4) == 0.0333
    others = [one["是否重点"] for one in sheet.rows if one is not row]
    assert others == [None, None]
    assert sheet.totals["是否重点"] == "1个"
    assert written("L21", as_of=date(2026, 10, 31)).rows[0]["跟踪责任人"] is None


def test_what_was_recorded_later_was_not_known(village: Division, county: Division, bureau: User) -> None:
    home = make_household(village, category="脱贫户")
    for ends_on, per_head in ((date(2025, 9, 30), 10000), (date(2026, 9, 30), 9000)):
        make_income(home, recorded_by=bureau, per_head=per_head, basis="annual", ends_on=ends_on)
    make_condition(home, on=date(2026, 9, 1), housing_ok=True)
    sheet = indicators(
        division=county, as_of=TODAY, actor=bureau, at=timezone.now(), known_at=datetime(2026, 8, 1, tzinfo=UTC)
    )
    states = {one.indicator.title: one.judged.state for one in sheet.whole.standings}
    assert (states["收入负增长户"], states["住房安全"]) == ("none", "none")
    now = indicators(division=county, as_of=TODAY, actor=bureau, at=timezone.now())
    states = {one.indicator.title: one.judged.state for one in now.whole.standings}
    assert (states["收入负增长户"], states["住房安全"]) == ("unmet", "met")


def test_every_figure_is_its_list_and_one_indicator_alone_says_the_same(
    village: Division, places: Any, county: Division, bureau: User
) -> None:
    for code in (VILLAGE, "990101101201"):
        home = make_household(places[code], category="脱贫户", members=FAMILY)
        make_episode(home, identified_on=date(2026, 1, 5))
        make_condition(home, on=date(2026, 10, 9), schooling_ok=False, housing_ok=False)
        for ends_on, per_head in ((date(2025, 9, 30), 10000), (date(2026, 9, 30), 9000)):
            make_income(home, recorded_by=bureau, per_head=per_head, basis="annual", ends_on=ends_on)
    whole = IndicatorStatement()
    for place in (county, places[TOWNSHIP], village):
        reading = Reading(place, TODAY)
        table = whole.table(reading)
        for unit, figures in table:
            for figure in whole.figures:
                if figure.add is None:
                    assert whole.cell(unit, figure.key, reading).count() == figures[figure.key], figure.key
        for code, board in BOARDS.items():
            alone = board.total(board.table(reading))
            assert {key: alone[key] for key in alone if key != "frame"} == {
                key: whole.total(table)[key] for key in alone if key != "frame"
            }, code


def test_a_supplement_counts_until_its_file_was_replaced(village: Division, county: Division, bureau: User) -> None:
    home = make_household(village, category="脱贫户")

    def file(**values: Any) -> FeedBatch:
        kept = keep_bytes(content=b"-", name="参保.xlsx", content_type="", actor=None, at=timezone.now())
        counts = dict.fromkeys(
            ("rows", "accepted", "rejected", "duplicates", "matched", "name_differs", "not_registered"), 0
        )
        return FeedBatch.objects.create(feed="insurance_status", period=date(2026, 9, 1), file=kept, **counts, **values)

    first = file(state="replaced", imported_at=datetime(2026, 10, 3, tzinfo=UTC))
    more = file(state="replaced", supplements=first, imported_at=datetime(2026, 10, 4, tzinfo=UTC))
    file(replaces=first, imported_at=datetime(2026, 11, 5, tzinfo=UTC))
    FeedRow.objects.create(
        id=FeedRow.key_of(more.pk, 0), batch=more, position=0, sheet="表", row=2, id_index=b"i", digest=b"d",
        person=home.memberships.first().person, facts="已参保",
    )  # fmt: skip

    def unknown(known_at: datetime | None) -> int:
        sheet = indicators(division=county, as_of=TODAY, actor=bureau, at=timezone.now(), known_at=known_at)
        (insured,) = (one for one in sheet.whole.standings if one.indicator.title == "参保率")
        return numbers(insured)["待核实人"]

    assert (unknown(None), unknown(datetime(2026, 10, 31, tzinfo=UTC))) == (3, 2)


def test_the_parameters_are_read_once_for_the_whole_table(village: Division, county: Division, bureau: User) -> None:
    make_household(village)
    with CaptureQueriesContext(connection) as asked:
        indicators(division=county, as_of=TODAY, actor=bureau, at=timezone.now())
    assert sum('FROM "monitoring_policyvalue"' in one["sql"] for one in asked.captured_queries) <= 2
