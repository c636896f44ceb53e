"""Reading by the thousand: the lookup `among`, and objects made the short way."""

from __future__ import annotations

from typing import Any

import pytest
from builders import make_household
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from accounts.models import Division
from households.models import Household, Membership, Person


@pytest.fixture
def household(village: Division) -> Household:
    return make_household(village)


def test_among_finds_what_in_finds(household: Household) -> None:
    keys = list(Membership.objects.values_list("household_id", flat=True))
    assert keys
    for path in ("household", "household_id", "household__pk"):
        found = Membership.objects.filter(**{f"{path}__among": [*keys, 0]})
        assert set(found) == set(Membership.objects.filter(household__in=keys))
    assert not Membership.objects.filter(household__among=[0]).exists()
    assert Membership.objects.exclude(household__among=keys).count() == 0


def test_among_nothing_asks_nothing(household: Household) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert list(Membership.objects.filter(household__among=())) == []
    assert len(asked) == 0


def test_among_stands_within_other_queries(household: Household) -> None:
    inner = Membership.objects.filter(household__among=[household.pk]).values("person")
    counted = Person.objects.filter(pk__in=inner).aggregate(number=Count("pk"))
    assert counted["number"] == Membership.objects.filter(household=household).count() > 0


def test_a_row_read_is_the_object_that_was_saved(household: Household, village: Division) -> None:
    read = Household.objects.select_related("village").get(pk=household.pk)
    assert (read, read.number, read.village, read._state.adding, read._state.db) == (
        household, household.number, village, False, "default",
    )  # fmt: skip
    read.group_name = "三组"
    read.save()
    household.refresh_from_db()
    assert household.group_name == "三组"


def test_fields_that_were_not_read_are_asked_for(household: Household, django_assert_num_queries: Any) -> None:
    read = Household.objects.only("number").get(pk=household.pk)
    assert "village_id" in read.get_deferred_fields()
    with django_assert_num_queries(0):
        assert read.number == household.number
    with django_assert_num_queries(1):
        assert read.village_id == household.village_id
