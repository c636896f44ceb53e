"""What pages give away: nothing of what is foreign, no whole number but to whoever asked with it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from households.models import Household

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_what_is_foreign_answers_as_if_it_were_not_there(
    cast: dict[str, User], household: Household, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(cast["colleague"])
    foreign = client.get(reverse("household-detail", args=[household.uid]))
    none = client.get(reverse("household-detail", args=[uuid.uuid4()]))
    assert foreign.status_code == none.status_code == 404
    assert foreign.content == none.content


def test_no_page_shows_a_whole_number(
    cast: dict[str, User], household: Household, signed_in: Callable[[User], Client]
) -> None:
    number = household.memberships.first().person.id_number
    page = signed_in(cast["owner"]).get(reverse("household-detail", args=[household.uid])).content.decode()
    assert number not in page
    assert f"{number[:6]}************" in page


def test_a_whole_number_is_found_by_post_and_never_stands_in_an_address(
    cast: dict[str, User], household: Household, signed_in: Callable[[User], Client]
) -> None:
    number = household.memberships.first().person.id_number
    found = signed_in(cast["owner"]).post(reverse("household-list"), {"id_number": number})
    assert found["Location"] == reverse("household-detail", args=[household.uid])
    foreign = signed_in(cast["colleague"]).post(reverse("household-list"), {"id_number": number})
    assert "没有这个证件号码" in foreign.content.decode()
