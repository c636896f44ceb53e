"""Whom a household is called by today: of a page of rows, of many households, of one."""

from __future__ import annotations

from typing import Any

import pytest
from builders import make_episode, make_household
from django.utils import timezone

from households.heads import head_names, head_of, home_name, with_heads
from households.models import Household
from monitoring.models import Episode

pytestmark = pytest.mark.django_db


@pytest.fixture
def homes(village: Any) -> tuple[Household, Household]:
    """张三's with his wife, and one whose householder has left."""
    whole = make_household(
        village, members=[{"name": "张三", "relation": "户主"}, {"name": "李四", "relation": "配偶"}]
    )
    headless = make_household(village, members=[{"name": "王五", "relation": "户主"}])
    headless.memberships.update(left_on=timezone.localdate())
    return whole, headless


@pytest.mark.parametrize("path", ["", "household"])
def test_a_page_of_rows_knows_its_householders_in_two_queries(
    homes: tuple[Household, Household], path: str, django_assert_num_queries: Any
) -> None:
    for home in homes:
        make_episode(home)
    rows = (Episode if path else Household).objects.order_by("pk")
    with django_assert_num_queries(2):
        found = [row.household if path else row for row in with_heads(rows, path)]
        assert [[head.person.name for head in home.heads] for home in found] == [["张三"], []]


def test_a_household_is_called_by_its_householder_else_by_its_number(homes: tuple[Household, Household]) -> None:
    whole, headless = homes
    assert head_names([whole.pk, headless.pk]) == {whole.pk: "张三"}
    assert (head_of(whole).person.name, head_of(headless)) == ("张三", None)
    assert (home_name(whole), home_name(headless)) == ("张三户", f"户编号 {headless.number}")
