"""The numbers beside the navigation come after the page, and each is a link to what it counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from builders import make_household
from chrome import Desk
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from monitoring.services.clues import open_clue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.usefixtures("moving_clock")]


def test_a_number_appears_beside_its_entry_and_opens_its_list(
    desk: Callable[..., Desk], owner: User, village: Any
) -> None:
    cache.clear()
    open_clue(household=make_household(village), risk="因病", channel="02", actor=owner, at=timezone.now())
    page = desk(owner).open("/news/")
    number = page.locator(".sw-side [data-waits='clue-list'] a")
    expect(number).to_have_text("1")
    expect(page.locator(".sw-side [data-waits='case-list'] a")).to_have_count(0)
    number.click()
    page.wait_for_url("**/clues/?mine=1")
