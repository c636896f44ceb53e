"""Ledgers on pages: the first rows, every number a way to its households, never more than a list page costs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from builders import make_condition, make_episode, make_household
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Department, Division, Role, User
from households.models import LifeEvent
from monitoring.services.clues import open_clue
from reports.ledgers import LEDGERS
from reports.ledgers.base import Reading
from reports.ledgers.summary import SummaryLedger, units_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
COUNTY, TOWNSHIP, VILLAGE = "990101000000", "990101100000", "990101100201"


@pytest.fixture
def browse() -> Callable[..., Any]:
    """`browse(user, "ledger-preview", "T1", month="2026-10")` is the answer to that address."""

    def _browse(user: User, name: str, *args: Any, headers: Any = None, **query: str) -> Any:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client.get(reverse(name, args=args), query, headers=headers)

    return _browse


def _links(page: str) -> list[dict[str, str]]:
    """The address values of every number that opens."""
    found = re.findall(r'href="(/ledgers/[A-Z0-9]+/cell/\?[^"]+)"', page)
    return [
        {key: value[0] for key, value in parse_qs(urlsplit(link.replace("&amp;", "&")).query).items()} for link in found
    ]


def test_every_number_of_a_statement_opens_the_households_that_it_counts(
    village: Division, bureau: User, browse: Callable[..., Any]
) -> None:
    homes = [make_household(village) for _ in range(3)]
    for home in homes:
        make_episode(home, identified_on=date(2026, 10, 5))
    page = browse(bureau, "ledger-preview", "T1", month="2026-10")
    assert page.status_code == 200
    links = _links(page.content.decode())
    assert {link["path"] for link in links} >= {"累计识别·户", "本月新增·户", "本月新增·人"}
    behind = browse(bureau, "ledger-cell", "T1", **next(link for link in links if link["path"] == "本月新增·户"))
    said = behind.content.decode()
    assert "3 户 9 人" in said and "3 ＋ 3 ＋ 3 ＝ 9 人" in said
    for home in homes:
        assert home.number in said and reverse("household-detail", args=[home.uid]) in said


def test_the_drawer_is_the_same_list_in_short(village: Division, bureau: User, browse: Callable[..., Any]) -> None:
    for _ in range(23):
        make_episode(make_household(village), identified_on=date(2026, 10, 5))
    query = {"month": "2026-10", "unit": TOWNSHIP, "path": "本月新增·户"}
    drawer = browse(bureau, "ledger-cell", "T1", headers={"HX-Request": "true"}, **query).content.decode()
    assert "<html" not in drawer and "石桥镇 23 户 69 人" in drawer and "还有 3 户" in drawer


def test_a_long_list_goes_on_by_key_and_shows_each_once(
    village: Division, bureau: User, browse: Callable[..., Any]
) -> None:
    homes = [make_household(village) for _ in range(60)]
    for home in homes:
        make_episode(home, identified_on=date(2026, 10, 5))
    query = {"month": "2026-10", "path": "累计识别·户"}
    first = browse(bureau, "ledger-cell", "T1", **query).content.decode()
    key = re.search(r"after=([^\"&]+)\"", first).group(1).replace("%3A", ":")  # type: ignore[union-attr]
    second = browse(bureau, "ledger-cell", "T1", after=key, **query).content.decode()
    seen = [home.number for home in homes if home.number in first], [h.number for h in homes if h.number in second]
    assert [len(part) for part in seen] == [50, 10]
    assert not set(seen[0]) & set(seen[1])
    assert homes[0].number in browse(bureau, "ledger-cell", "T1", after="x:y:z", **query).content.decode()


def test_the_sum_of_a_column_opens_what_all_its_rows_open(places: Any, village: Division, bureau: User) -> None:
    """A move between two townships is an arrival of one and a departure of the other, and both stand in 合计."""
    home = make_household(village)
    make_episode(home, identified_on=date(2026, 1, 5))
    LifeEvent.objects.create(
        household=home, kind="moved", happened_on=date(2026, 10, 7), recorded_at=timezone.now(),
        data={"village": ["990101101201", VILLAGE]},
    )  # fmt: skip
    make_condition(home, on=date(2026, 10, 9), water_ok=False)
    open_clue(household=home, risk="因病", channel="02", actor=bureau, at=timezone.now())
    for code in (COUNTY, TOWNSHIP, VILLAGE):
        reading = Reading(Division.objects.get(code=code), date(2026, 11, 10))
        for ledger in LEDGERS.values():
            if isinstance(ledger, SummaryLedger):
                for path in ledger.opens().values():
                    each = sum(
                        b.rows.count() for u in units_of(reading.division) for b in ledger.drill(path, reading, u)
                    )
                    assert sum(behind.rows.count() for behind in ledger.drill(path, reading)) == each, (code, path)


@pytest.mark.parametrize("name", LEDGERS)
def test_every_ledger_shows_its_first_rows_and_opens_its_numbers(
    name: str, village: Division, bureau: User, browse: Callable[..., Any]
) -> None:
    home = make_household(village)
    make_episode(home, identified_on=date(2026, 1, 5))
    make_condition(home, on=date(2026, 10, 9), schooling_ok=False, insurance_ok=False, housing_ok=False, water_ok=False)
    open_clue(household=home, risk="因病", channel="02", actor=bureau, at=timezone.now())
    page = browse(bureau, "ledger-preview", name)
    assert page.status_code == 200, name
    said = page.content.decode()
    assert LEDGERS[name].title in said and " style=" not in said
    assert home.memberships.first().person.id_number not in said
    for link in _links(said)[:20]:
        assert browse(bureau, "ledger-cell", name, **link).status_code == 200, link


def test_a_long_ledger_shows_its_beginning_and_costs_as_much_as_a_short_one(
    village: Division, bureau: User, browse: Callable[..., Any]
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browse(bureau, "ledger-preview", "L1").status_code == 200
        return len(queries)

    for _ in range(3):
        make_episode(make_household(village))
    few = cost()
    for _ in range(57):
        make_episode(make_household(village))
    assert cost() == few
    page = browse(bureau, "ledger-preview", "L1").content.decode()
    assert "共 60 项，这里是开头 50 行" in page


def test_a_statement_costs_the_same_however_many_townships_there_are(
    county: Division, bureau: User, browse: Callable[..., Any]
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browse(bureau, "ledger-preview", "T1").status_code == 200
        return len(queries)

    few = cost()
    for number in range(3, 9):
        code = f"99010110{number}000"
        Division.objects.create(code=code, name=f"第{number}镇", level=4, parent=county)
    assert cost() == few


def test_a_statement_says_that_it_adds_up(village: Division, bureau: User, browse: Callable[..., Any]) -> None:
    make_episode(make_household(village), identified_on=date(2026, 10, 5))
    page = browse(bureau, "ledger-preview", "T1", month="2026-10").content.decode()
    assert "上月末未消除 0 ＋ 本月新增 1 ＝ 风险未消除 1 户" in page
    assert "逐行平衡" in page and "行不平" not in page


def test_a_month_is_counted_to_its_last_day_and_a_day_in_it_to_that_day(
    village: Division, bureau: User, browse: Callable[..., Any]
) -> None:
    def said(**query: str) -> str:
        return browse(bureau, "ledger-preview", "T1", **query).content.decode()

    assert "数到 2026年10月31日" in said(month="2026-10")
    assert "数到 2026年11月10日" in said(month="2026-11")
    assert "数到 2026年10月7日" in said(month="2026-10", as_of="2026-10-07")
    assert "数到 2026年10月31日" in said(month="2026-10", as_of="2026-09-30")


@pytest.mark.parametrize("month", ["2026-13", "上月", "2026-12", "0001-01", "2026"])
def test_a_month_that_cannot_be_is_said_so_on_the_page(month: str, bureau: User, browse: Callable[..., Any]) -> None:
    page = browse(bureau, "ledger-preview", "T1", month=month)
    assert page.status_code == 400
    assert "先显示本月" in page.content.decode()


def test_a_number_or_row_that_is_not_there_is_said_so(bureau: User, browse: Callable[..., Any]) -> None:
    assert browse(bureau, "ledger-cell", "T1", path="没有·这列").status_code == 400
    assert browse(bureau, "ledger-cell", "L1", path="证件号码").status_code == 400
    assert browse(bureau, "ledger-cell", "T1", path="累计识别·户", unit="990102100000").status_code == 404
    assert browse(bureau, "ledger-cell", "T99", path="累计识别·户").status_code == 404


def test_choosing_another_ledger_keeps_place_and_month(bureau: User, browse: Callable[..., Any]) -> None:
    answer = browse(bureau, "ledger-preview", "T1", ledger="L1", division=TOWNSHIP, month="2026-09")
    assert answer["Location"] == f"/ledgers/L1/?division={TOWNSHIP}&month=2026-09"


def test_a_place_that_is_not_his_is_not_there(
    owner: User, township: User, administrator: User, hire: Callable[..., User], browse: Callable[..., Any]
) -> None:
    assert browse(owner, "ledger-preview", "T1").status_code == 200
    assert browse(owner, "ledger-preview", "T1", division=TOWNSHIP).status_code == 404
    assert browse(township, "ledger-cell", "T1", division=COUNTY, path="累计识别·户").status_code == 404
    liaison = hire("liaison", Role.LIAISON, COUNTY, department=Department.WATER)
    for user in (liaison, administrator):
        assert browse(user, "ledger-preview", "T1").status_code == 404
        assert "你的岗位没有台账" in browse(user, "ledger-list").content.decode()


def test_who_has_moved_out_of_his_places_is_told_without_a_link(
    places: Any, township: User, browse: Callable[..., Any]
) -> None:
    home = make_household(places["990101101201"])
    make_episode(home, identified_on=date(2026, 1, 5))
    LifeEvent.objects.create(
        household=home, kind="moved", happened_on=date(2026, 10, 7), recorded_at=timezone.now(),
        data={"village": [VILLAGE, "990101101201"]},
    )  # fmt: skip
    query = {"month": "2026-10", "unit": VILLAGE, "path": "迁出·户"}
    page = browse(township, "ledger-cell", "T1", **query).content.decode()
    assert home.number in page and "现在不在你的管辖范围内" in page and "青杨乡东沟村" in page
    assert reverse("household-detail", args=[home.uid]) not in page


def test_only_what_there_is_for_a_place_is_offered(owner: User, bureau: User, browse: Callable[..., Any]) -> None:
    for user, offered in ((owner, False), (bureau, True)):
        page = browse(user, "ledger-list").content.decode()
        assert ("各项指标完成情况表" in page) is offered
        names = set(re.findall(r'href="/ledgers/([A-Z0-9]+)/\?', page))
        assert {"L1", "T1"} <= names
        for name in names:
            assert browse(user, "ledger-preview", name).status_code == 200, (user, name)


def test_on_a_phone_a_list_begins_with_the_name_and_says_once_what_its_rows_share(
    village: Division, bureau: User, browse: Callable[..., Any]
) -> None:
    for group in ("一组", "二组"):
        make_episode(make_household(village, group_name=group), identified_on=date(2026, 10, 5))
    page = browse(bureau, "ledger-preview", "L1", month="2026-10").content.decode()
    shared = re.search(r'<div class="sw-sheet__s is-phone">(.*?)</div>', page, re.S).group(1)  # type: ignore[union-attr]
    assert re.findall(r"<span>(.*?)</span>", shared) == ["县：守望县", "乡镇：石桥镇", "村：东沟村"]
    rows = re.findall(r"<tr>(.*?)</tr>", page.split("<tbody>")[1], re.S)
    names = [re.match(r'\s*<th class="fz is-phone" scope="row"><a [^>]*>张三</a>', row) for row in rows]
    assert len(rows) == 2 and all(names)
    # Numbers, shared words and the name in its own place; the groups differ.
    assert [row.count("is-desk") for row in rows] == [5, 5] and "is-desk" not in rows[0][rows[0].index("一组") - 60 :][
        :60
    ]
    assert "is-phone" not in browse(bureau, "ledger-preview", "T1", month="2026-10").content.decode()
