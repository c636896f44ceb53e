"""The dashboard: the figures are those of the ledgers, each opens its list, the cost does not grow with the county."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from builders import make_episode, make_household
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.errors import OutOfScope
from accounts.models import Division, User
from households.models import Household
from monitoring.models import PolicyValue
from monitoring.services.clues import open_clue
from records.services.problems_opening import open_problem
from reports.boards import BOARDS
from reports.ledgers.base import Reading
from reports.services.dashboard import T1, T8, Dashboard, dashboard, guarantees

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
TODAY = date(2026, 11, 10)


@pytest.fixture
def look(bureau: User, county: Division) -> Callable[..., Dashboard]:
    def _look(as_of: date = TODAY, division: Division | None = None, actor: User | None = None) -> Dashboard:
        return dashboard(division=division or county, as_of=as_of, actor=actor or bureau, at=timezone.now())

    return _look


@pytest.fixture
def page(bureau: User) -> Callable[..., Any]:
    def _page(name: str = "dashboard", user: User | None = None, args: Any = (), **query: str) -> Any:
        client = Client()
        client.force_login(user or bureau, backend="django.contrib.auth.backends.ModelBackend")
        return client.get(reverse(name, args=args), query)

    return _page


def test_the_trend_is_what_t1_says_at_the_end_of_each_month(
    village: Division, county: Division, look: Callable[..., Dashboard]
) -> None:
    for month in (1, 3, 3, 9, 11):
        make_episode(make_household(village), identified_on=date(2026, month, 5))
    make_episode(make_household(village), identified_on=date(2025, 2, 1), cleared_on=date(2026, 10, 8))
    found = look()
    assert len(found.trend) == 12 and found.trend[-1].month == date(2026, 11, 1)
    for row in found.trend:
        ends = [day for day in range(31, 27, -1) if _is_day(row.month, day)]
        on = min(row.month.replace(day=ends[0]), TODAY)
        figures = T1.total(T1.table(Reading(county, on)))
        assert (row.monitored, row.new, row.cleared) == (figures["open"], figures["new"], figures["clearings"]), on
    assert found.year_ago is not None and found.year_ago.month == date(2025, 11, 1)


def _is_day(month: date, day: int) -> bool:
    try:
        month.replace(day=day)
    except ValueError:
        return False
    return True


def test_clues_of_the_month_are_followed_step_by_step(
    village: Division, owner: User, look: Callable[..., Dashboard]
) -> None:
    for _ in range(3):
        open_clue(household=make_household(village), risk="因病", channel="02", actor=owner, at=timezone.now())
    found = look()
    assert [(step.words, step.count) for step in found.funnel][:2] == [("收到线索", 3), ("已核实", 0)]
    assert found.still_open == 3
    assert [(load.unit.name, load.total) for load in found.loads or []] == [("石桥镇", 3), ("青杨乡", 0)]
    earlier = look(date(2026, 10, 31))
    assert earlier.loads is None and earlier.funnel[0].count == 0


def test_risks_and_the_help_against_them(village: Division, look: Callable[..., Dashboard]) -> None:
    for risk in ("因病", "因病", "因残"):
        make_episode(make_household(village), identified_on=date(2026, 1, 5), risks=(risk,))
    found = look()
    assert [(row.risk, row.count, row.unmet, row.percent) for row in found.risks] == [
        ("因病", 2, 2, 0),
        ("因残", 1, 1, 0),
    ]


def test_villages_pass_the_thresholds_that_are_in_force_there(
    village: Division, county: Division, bureau: User, look: Callable[..., Dashboard]
) -> None:
    for _ in range(2):
        make_episode(make_household(village, category="脱贫户"), identified_on=date(2026, 1, 5))
    assert look().tracking.villages == []
    Division.objects.filter(pk=village.pk).update(rural_population=150)
    (tracked,) = look().tracking.villages
    assert (tracked.village, tracked.monitored, tracked.joint, tracked.why) == (village, 6, 6, "占比超过 3%")
    Division.objects.filter(pk=village.pk).update(rural_population=400)
    assert look().tracking.villages == []
    for key, value in (("watch_joint_persons", 6), ("watch_joint_share", "1.5")):
        PolicyValue.objects.create(
            key=key, division=county, value=value, valid_from=date(2026, 1, 1), source="县文件", set_by=bureau,
            recorded_at=timezone.now(),
        )  # fmt: skip
    assert [row.why for row in look().tracking.villages] == ["脱贫加监测"]
    assert "达到 1.5% 且满 6 人" in look().tracking.rule


@pytest.mark.parametrize("code", BOARDS)
def test_every_figure_of_a_board_is_its_list(code: str, village: Division, county: Division, owner: User) -> None:
    board: Any = BOARDS[code]
    for risk in ("因病", "因残"):
        home = make_household(village, category="脱贫户")
        make_episode(home, identified_on=date(2026, 1, 5), risks=(risk,))
        open_clue(household=home, risk="因学", channel="02", actor=owner, at=timezone.now())
    reading = Reading(county, TODAY)
    for unit, figures in board.table(reading):
        for figure in board.figures:
            if not figure.persons:
                assert board.cell(unit, figure.key, reading).count() == figures[figure.key], (unit, figure.key)


def test_guarantees_are_what_the_sheet_prints(village: Division, county: Division, owner: User, bureau: User) -> None:
    for _ in range(2):
        open_problem(
            kind="house", household=make_household(village), origin="cadre", found_on=date(2026, 11, 5),
            description="墙裂", actor=owner, at=timezone.now(),
        )  # fmt: skip
    open_clue(household=make_household(village), risk="因安全住房", channel="02", actor=owner, at=timezone.now())
    found = guarantees(division=county, as_of=TODAY, actor=bureau, at=timezone.now())
    figures = T8.total(T8.table(Reading(county, TODAY)))
    printed = {shown.path: sum(figures[key] for key in shown.keys) for shown in T8.shown}
    for one in found:
        assert (one.found, one.solved, one.left) == tuple(printed[one.title, word] for word in ("发现", "已清", "在办"))
    assert next(one.found for one in found if "房" in one.title) >= 2


def test_every_link_of_the_page_opens(village: Division, owner: User, page: Callable[..., Any], bureau: User) -> None:
    Division.objects.filter(pk=village.pk).update(rural_population=50)
    home = make_household(village)
    make_episode(home, identified_on=date(2026, 11, 5))
    open_clue(household=home, risk="因学", channel="02", actor=owner, at=timezone.now())
    answer = page()
    assert answer.status_code == 200
    said = answer.content.decode() + page("dashboard-guarantees").content.decode()
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/(?:ledgers|clues|cases)/[^"]*)"', said)}
    charts = json.loads(re.search(r'<script id="charts" type="application/json">(.*?)</script>', said).group(1))  # type: ignore[union-attr]
    links |= set(charts["funnel"]["links"]) | set(charts["risks"]["links"])
    links |= {link for row in charts["trend"]["links"] for link in row.values()}
    client = Client()
    client.force_login(bureau, backend="django.contrib.auth.backends.ModelBackend")
    assert len(links) > 30
    for link in links:
        assert client.get(link).status_code == 200, link
    assert " style=" not in said


def test_the_cost_does_not_grow_with_the_households(places: Any, village: Division, page: Callable[..., Any]) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert page().status_code == 200
        return len(queries)

    make_episode(make_household(village), identified_on=date(2026, 1, 5))
    few = cost()
    for place in (village, places["990101101201"]):
        for _ in range(10):
            make_episode(make_household(place), identified_on=date(2026, 9, 5))
    assert cost() == few
    assert few <= 75


def test_it_is_of_his_own_places_alone(
    places: Any, village: Division, owner: User, township: User, outsider: User, administrator: User,
    look: Callable[..., Dashboard], page: Callable[..., Any],
) -> None:  # fmt: skip
    make_episode(make_household(village), identified_on=date(2026, 1, 5))
    make_episode(make_household(places["990101101201"]), identified_on=date(2026, 1, 5))
    assert Household.objects.count() == 2
    assert look(division=places["990101100000"], actor=township).statement["open"] == 1
    assert look(division=village, actor=owner).statement["open"] == 1
    with pytest.raises(OutOfScope):
        look(actor=outsider)
    assert page(user=township, division="990101000000").status_code == 404
    assert "你的岗位没有驾驶舱" in page(user=administrator).content.decode()
    assert page(month="2026-99").status_code == 400
