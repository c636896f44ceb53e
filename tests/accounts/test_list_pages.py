"""Pages of long lists: forward and back by key, what an address that makes no sense gives, how far is counted."""

from __future__ import annotations

import re
from typing import Any

import pytest
from builders import make_household
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.views import base
from accounts.views.base import ListPage, Page, keyset_page, sequence_page, whole_number
from households.models import Household

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
ORDER = ("village_id", "id")


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of three rows, counted up to six."""
    monkeypatch.setattr(base, "PAGE_SIZE", 3)
    monkeypatch.setattr(base, "COUNTED", 6)


def _page(order: tuple[str, ...] = ORDER, **query: str) -> ListPage:
    return keyset_page(Household.objects.all(), order=order, query=query)


@pytest.mark.parametrize("order", [ORDER, ("-id",)])
def test_going_back_gives_the_same_pages_as_going_on(village: Any, order: tuple[str, ...]) -> None:
    for _ in range(8):
        make_household(village)
    first = _page(order)
    second = _page(order, after=first.next_key)
    third = _page(order, after=second.next_key)
    assert [len(page.rows) for page in (first, second, third)] == [3, 3, 2]
    assert (first.previous_key, third.next_key) == ("", "")
    assert _page(order, before=third.previous_key).rows == second.rows
    back = _page(order, before=second.previous_key)
    assert back.rows == first.rows and back.previous_key == "" and back.next_key == first.next_key


def test_a_first_page_that_has_grown_is_shown_full(village: Any) -> None:
    made = [make_household(village) for _ in range(5)]
    cut = _page(before=f"{village.pk}:{made[2].pk}")
    assert cut.rows == made[:3] and cut.previous_key == "" and cut.next_key


@pytest.mark.parametrize(
    "query", [{"after": "x"}, {"before": "1"}, {"before": "9:9:9"}, {"after": "999999999999:999999"}]
)
def test_a_key_of_nothing_gives_the_first_page(village: Any, query: dict[str, str]) -> None:
    home = make_household(village)
    page = _page(**query)
    assert page.rows == [home] and page.previous_key == page.next_key == ""


def test_a_list_is_counted_only_as_far_as_told_and_a_single_page_not_at_all(village: Any) -> None:
    for wanted, total in ((2, "2"), (3, "5"), (2, "6+")):
        for _ in range(wanted):
            make_household(village)
        page = _page()
        with CaptureQueriesContext(connection) as asked:
            assert page.total() == total
        assert len(asked) == (total != "2")
    assert "LIMIT 7" in asked.captured_queries[0]["sql"]


def test_a_list_in_memory_has_the_same_pages() -> None:
    items = list(range(7))
    first = sequence_page(items, {})
    second = sequence_page(items, {"after": first.next_key})
    last = sequence_page(items, {"after": second.next_key})
    assert (first.rows, second.rows, last.rows) == ([0, 1, 2], [3, 4, 5], [6])
    assert sequence_page(items, {"before": last.previous_key}).rows == second.rows
    assert sequence_page(items, {"before": second.previous_key}).rows == first.rows
    assert (first.previous_key, last.next_key, first.total()) == ("", "", "7")
    for nonsense in ({"after": "x"}, {"after": "99"}, {"before": "-1"}):
        assert sequence_page(items, nonsense).rows == first.rows


def test_the_links_of_a_list_keep_its_filters(client: Client, bureau: User, village: Any) -> None:
    for _ in range(7):
        make_household(village, category="脱贫户")
    client.force_login(bureau)
    first = client.get("/households/", {"category": "脱贫户"}).content.decode()
    assert "共 6+ 户" in first and "上一页" not in first
    second = client.get("/households/" + _link(first, "next")).content.decode()
    assert "category=" in _link(second, "prev") and "after=" not in _link(second, "prev")
    third = client.get("/households/" + _link(second, "next")).content.decode()
    assert "下一页" not in third and "before=" in _link(third, "prev")
    assert _numbers(client.get("/households/" + _link(third, "prev")).content.decode()) == _numbers(second)
    assert _numbers(client.get("/households/" + _link(second, "prev")).content.decode()) == _numbers(first)


def _link(page: str, which: str) -> str:
    return re.search(f'rel="{which}" href="([^"]*)"', page).group(1).replace("&amp;", "&")  # type: ignore[union-attr]


def _numbers(page: str) -> list[str]:
    return re.findall(r"/households/([0-9a-f-]{36})/", page)


@pytest.mark.parametrize("written", [None, "", "x", "-1", "１２", "1" * 10, "9" * 5000])
def test_what_is_no_number_of_its_length_is_none(written: str | None) -> None:
    assert whole_number(written) is None
    assert (whole_number("007"), whole_number("1" * 10, digits=18)) == (7, 1_111_111_111)


def test_a_request_has_one_moment(clock: Any) -> None:
    """Midnight between the check and the deed would have them on two days."""
    page = Page()
    began = page.at
    clock.shift(3600)
    assert page.at == began
