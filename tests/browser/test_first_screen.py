"""What the first screen must hold: a county's whole navigation at the desk, the first clue on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from builders import make_household
from chrome import DESK, HANDY, Desk
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from monitoring.services.clues import open_clue
from records.models import Problem
from records.services.problems_opening import open_problem

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.usefixtures("moving_clock")]
LOW = {"width": 1366, "height": 600}


def _hidden_below(page: Page) -> int:
    """How many pixels of the side navigation its window does not show."""
    return int(page.locator(".sw-side").evaluate("side => side.scrollHeight - side.clientHeight"))


def test_a_countys_navigation_fits_the_desk_and_else_scrolls_to_its_entry(
    desk: Callable[..., Desk], bureau: User
) -> None:
    at_desk = desk(bureau, DESK).open("/staff/")
    assert _hidden_below(at_desk) <= 0
    low = desk(bureau, LOW).open("/staff/")
    assert _hidden_below(low) > 0
    expect(low.locator(".sw-side [aria-current]")).to_be_in_viewport()


def test_a_phone_shows_the_first_clue_and_opens_the_filter_where_it_is_set(
    desk: Callable[..., Desk], owner: User, village: Any
) -> None:
    open_clue(household=make_household(village), risk="因病", channel="02", actor=owner, at=timezone.now())
    page = desk(owner, HANDY).open("/clues/")
    first, bar = page.locator(".sw-t--cards tbody tr").first, page.locator(".sw-filter")
    box, tabs = first.bounding_box(), page.locator(".sw-tabbar").bounding_box()
    assert box and tabs and box["y"] + box["height"] <= tabs["y"]
    expect(bar).to_be_hidden()
    page.locator(".sw-fold summary").click()
    expect(bar).to_be_visible()
    page.goto(f"{page.url}?risk=因病")
    expect(bar).to_be_visible()
    page.set_viewport_size(DESK)
    page.goto(page.url.partition("?")[0])
    expect(bar).to_be_visible()
    expect(page.locator(".sw-fold")).to_be_hidden()


def test_a_phone_shows_where_a_line_of_steps_stands(desk: Callable[..., Desk], owner: User, village: Any) -> None:
    now = timezone.now()
    problem = open_problem(
        kind="water", division=village, actor=owner, at=now, found_on=timezone.localdate(), origin="cadre",
        description="水泵坏了", details={"category": "水质"},
    )  # fmt: skip
    Problem.objects.filter(pk=problem.pk).update(state="checked")
    page = desk(owner, HANDY).open(f"/problems/{problem.uid}/")
    expect(page.locator(".sw-steps > [aria-current]")).to_be_in_viewport(ratio=1)


def test_a_message_without_an_icon_breaks_its_lines(desk: Callable[..., Desk], owner: User) -> None:
    page = desk(owner, HANDY).open("/news/")
    excess = page.evaluate(
        """() => {
            const say = document.createElement("div");
            say.className = "sw-say";
            say.innerHTML = `<div>${"到会须达到应到人数".repeat(9)}</div>`;
            document.querySelector("main").append(say);
            return say.firstChild.getBoundingClientRect().right - say.getBoundingClientRect().right;
        }"""
    )
    assert excess <= 0


def test_a_phone_shows_what_is_overdue_of_the_policy_clock(desk: Callable[..., Desk], owner: User) -> None:
    page = desk(owner, HANDY).open("/")
    last = page.locator(".pp-lights thead th").last
    last.scroll_into_view_if_needed()
    box = last.bounding_box()
    assert last.inner_text() == "超期"
    assert box and box["x"] + box["width"] <= HANDY["width"]


def test_a_card_of_a_phones_list_opens_wherever_it_is_touched_and_the_arrow_leads_back(
    desk: Callable[..., Desk], owner: User, village: Any
) -> None:
    open_clue(household=make_household(village), risk="因病", channel="02", actor=owner, at=timezone.now())
    page = desk(owner, HANDY).open("/clues/")
    card = page.locator(".sw-t--cards tbody tr").first
    box = card.bounding_box()
    assert box
    card.tap(position={"x": box["width"] - 40, "y": box["height"] - 8})
    page.wait_for_url("**/clues/*-*/")
    page.get_by_role("link", name="返回").tap()
    page.wait_for_url("**/clues/")


def test_on_a_phone_a_task_begins_with_its_deadline(desk: Callable[..., Desk], owner: User, village: Any) -> None:
    open_clue(household=make_household(village), risk="因病", channel="02", actor=owner, at=timezone.now())
    task = desk(owner, HANDY).open("/").locator(".sw-task").first
    due, name = task.locator(".sw-task__due").bounding_box(), task.locator(".sw-task__t").bounding_box()
    assert due and name and due["y"] + due["height"] <= name["y"] + 1
