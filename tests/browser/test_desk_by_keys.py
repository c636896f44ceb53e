"""What the desks' own scripts add: the search bar by a key, rows by keys, filters that ask at once, ticks that count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from builders import make_household
from chrome import Desk
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from monitoring.services.clues import open_clue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def bureau_at_desk(moving_clock: Any, village: Any, bureau: User, desk: Callable[..., Desk]) -> Desk:
    for risk, channel in (("因病", "04"), ("因残", "05")):
        household = make_household(village)
        open_clue(household=household, risk=risk, channel=channel, actor=bureau, at=timezone.now())
    return desk(bureau)


def test_the_workbench_and_the_list_answer_to_keys_and_changes(bureau_at_desk: Desk) -> None:
    page = bureau_at_desk.open(reverse("home"))
    page.keyboard.press("j")
    expect(page.locator("li.sw-task.is-on")).to_have_count(1)
    page.keyboard.press("/")
    expect(page.get_by_label("查找农户或线索")).to_be_focused()

    page = bureau_at_desk.open(reverse("clue-list"))
    expect(page.locator("[data-batch-count]")).to_have_text("全选本页轮到我办的")
    page.locator("[data-batch-all]").check()
    expect(page.locator("[data-batch-count]")).to_have_text("已选 2 条")
    page.get_by_label("来源").select_option("05")
    page.wait_for_url("**channel=05")
    expect(page.locator("input[name=item]")).to_have_count(1)
    page.get_by_role("button", name="存为常用").click()
    bureau_at_desk.open(reverse("clue-list"))
    expect(page.locator(".pp-saved a")).to_have_text("社会监督（信访、12317、舆情）")
