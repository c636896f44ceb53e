"""The search bar: goes to what was meant, in one's own places only, and keeps whole numbers out of addresses."""

from __future__ import annotations

from typing import Any

import pytest
from builders import make_household
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, User
from monitoring.services.clues import open_clue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def _find(user: User, word: str) -> Any:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.post(reverse("find"), {"q": word})


def test_a_household_number_goes_to_the_household(village: Any, owner: User, colleague: User) -> None:
    household = make_household(village)
    page = reverse("household-detail", args=[household.uid])
    assert _find(owner, f" {household.number} ")["Location"] == page
    assert "没有编号" in _find(colleague, household.number).content.decode()


def test_a_clue_number_goes_to_the_clue_in_any_case(village: Any, owner: User) -> None:
    clue = open_clue(household=make_household(village), risk="因病", channel="02", actor=owner, at=timezone.now())
    assert _find(owner, clue.number.lower())["Location"] == reverse("clue-detail", args=[clue.uid])


def test_a_whole_resident_number_finds_by_blind_index_and_is_kept(village: Any, owner: User, colleague: User) -> None:
    household = make_household(village)
    number = household.memberships.first().person.id_number
    assert _find(owner, number)["Location"] == reverse("household-detail", args=[household.uid])
    assert "没有这个证件号码" in _find(colleague, number).content.decode()
    assert AuditEvent.objects.filter(action="person.searched").count() == 2


def test_a_name_opens_the_list_of_that_name(village: Any, owner: User) -> None:
    make_household(village)
    answer = _find(owner, "张")
    assert answer["Location"].startswith(reverse("household-list"))
    client = Client()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    assert "张三" in client.get(answer["Location"]).content.decode()


def test_nothing_written_asks_again(owner: User) -> None:
    assert _find(owner, "  ")["Location"] == reverse("find")
