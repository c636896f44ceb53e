"""Everybody's main work with a keyboard alone: past the menu by the first link, by Tab and back, Enter, space and arrows;
where one is shows at every step, and nothing holds one. And what the desks' own scripts add: the search bar by a key, rows
by keys, filters that ask at once, ticks that count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from builders import make_episode, make_household
from chrome import Desk
from django.urls import reverse
from django.utils import timezone
from keys import Keys
from playwright.sync_api import Page, expect
from walks import costs, visit

from accounts.models import Department, Role, User
from households.models import Household, Membership
from monitoring.models import Case, FeedBatch, Visit
from monitoring.services.clues import open_clue
from reports.models import ExportRun

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.usefixtures("moving_clock")]


@pytest.fixture
def office(moving_clock: Any, village: Any, hire: Callable[..., User]) -> Any:
    from journeys import make_office

    return make_office(moving_clock, village, hire)


def submitted(office: Any) -> Case:
    """A household's case as the village hands it to the township."""
    case = office.case_of(office.verified(make_household(office.village)))
    office.prepared(case)
    office.posted(case)
    return office.submitted(case)


def begin(desk: Desk) -> tuple[Page, Keys]:
    """At the workbench: nothing in it holds, and the first stop leads past the menu."""
    page = desk.open("/")
    keys = Keys(page)
    assert keys.once_round() > 3
    page.reload()
    keys.skip()
    return page, keys


def test_a_village_hands_in_a_visit_that_is_due(desk: Callable[..., Desk], owner: User, village: Any) -> None:
    household = make_household(village)
    make_episode(household, identified_on=date(2026, 1, 5), next_follow_up_on=date(2026, 11, 12))
    page, keys = begin(desk(owner))
    keys.press(page.locator('main a[href*="/visit/"]:visible').first)
    page.wait_for_url("**/visit/**")
    visit(page, keys)
    expect(page.locator(".sw-errors")).to_have_count(0)
    assert Visit.objects.get().household == household


def test_a_township_dispatches_a_clue(desk: Callable[..., Desk], bureau: User, township: User, village: Any) -> None:
    household: Household = make_household(village)
    clue = open_clue(household=household, risk="因病", channel="03", actor=township, at=timezone.now())
    page, keys = begin(desk(township))
    keys.press(page.locator(f'main a[href*="{clue.uid}"]').first)
    expect(page.get_by_role("heading", level=1)).to_contain_text("因病线索")
    keys.skip()
    form = page.locator('main form[action*="/dispatch/"]')
    if not form.is_visible():
        keys.press(page.locator("main details", has=form).locator("summary"))
    keys.press(form.get_by_role("button").last)
    expect(page.locator("main")).to_contain_text("已办理")
    clue.refresh_from_db()
    assert clue.state == "to_verify"


def passed(page: Page, keys: Keys, title: str) -> None:
    """The one case that waits: ticked and unticked, a remark written, then passed."""
    keys.press(page.locator(".sw-side").get_by_role("link", name=title))
    expect(page.locator("[data-queue]")).to_be_visible()
    keys.skip()
    keys.write(page.get_by_role("textbox").last, "已电话核对")
    keys.press(page.locator('[data-verdict="pass"]'))
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text("没有等你审核的办件")


def test_a_township_passes_a_review(desk: Callable[..., Desk], office: Any) -> None:
    case = submitted(office)
    page, keys = begin(desk(office.leader))
    passed(page, keys, "待我审核")
    case.refresh_from_db()
    assert case.state == "at_county"


def test_a_county_decides_and_exports(desk: Callable[..., Desk], office: Any, done_at_once: None) -> None:
    case = submitted(office)
    office.do(case, "review_pass", office.leader)
    page, keys = begin(desk(office.second))
    passed(page, keys, "待我审核")
    case.refresh_from_db()
    assert case.state == "announcing"

    keys.press(page.locator(".sw-side").get_by_role("link", name="台账报表"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("台账")
    keys.skip()
    keys.press(page.locator('main a[href*="/ledgers/L1/"]').first)
    page.wait_for_url("**/ledgers/L1/**")
    keys.skip()
    keys.press(page.get_by_role("button", name="导出工作簿"))
    page.wait_for_url("**/ledgers/exports/**")
    assert ExportRun.objects.get().ledger == "L1"


def test_a_department_uploads_a_file(
    desk: Callable[..., Desk], hire: Callable[..., User], village: Any, done_at_once: None
) -> None:
    head = Membership.objects.heads().get(household=make_household(village)).person
    liaison = hire("liaison", Role.LIAISON, "990101000000", department=Department.MEDICAL_INSURANCE)
    page, keys = begin(desk(liaison))
    keys.press(page.locator(".sw-side").get_by_role("link", name="部门数据"))
    form = page.locator("form[data-upload]")
    expect(form).to_be_visible()
    keys.skip()
    keys.choose(form.locator("[name=feed]"), "medical_costs")
    keys.attach(form.locator("[name=file]"), costs(head))
    keys.press(form.get_by_role("button", name="上传并导入"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("医疗费用")
    batch = FeedBatch.objects.get()
    assert (batch.accepted, batch.rejected) == (1, 1)


@pytest.fixture
def bureau_at_desk(village: Any, bureau: User, desk: Callable[..., Desk]) -> Desk:
    for risk, channel in (("因病", "04"), ("因残", "05")):
        open_clue(household=make_household(village), risk=risk, channel=channel, actor=bureau, at=timezone.now())
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


def test_a_filter_waits_for_somebody_who_goes_through_it_by_arrows(bureau_at_desk: Desk) -> None:
    page = bureau_at_desk.open(reverse("clue-list"))
    keys, channel = Keys(page), page.get_by_label("来源")
    keys.choose(channel, "05")
    assert "channel" not in page.url
    keys.page.keyboard.press("Tab")
    page.wait_for_url("**channel=05")
    expect(page.locator("input[name=item]")).to_have_count(1)


def test_single_keys_can_be_switched_off_and_stay_off(desk: Callable[..., Desk], office: Any) -> None:
    """Who dictates, or leans on the keys, passes nobody by a letter."""
    case = submitted(office)
    page = desk(office.leader).open("/reviews/")
    page.get_by_label("单键快捷键").uncheck()
    page.reload()
    expect(page.get_by_label("单键快捷键")).not_to_be_checked()
    for key in ("a", "r", "/"):
        page.keyboard.press(key)
    expect(page.locator("[data-find]")).not_to_be_focused()
    expect(page.locator("[data-reason]")).not_to_be_focused()
    case.refresh_from_db()
    assert case.state == "at_township"
    page.get_by_label("单键快捷键").check()
    page.locator("h1").click()
    page.keyboard.press("a")
    expect(page.locator("main")).to_contain_text("没有等你审核的办件")
