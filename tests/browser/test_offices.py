"""The main work of the other roles in real browsers, on a phone and at a desk: a department delivers, the county matches,
an administrator hires, a helper visits, an auditor looks. Everybody finds his way by the menu."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from builders import make_episode, make_household
from cast import PASSWORD
from chrome import DESK, HANDY, Desk, sign_in
from playwright.sync_api import expect
from walks import by_menu, costs, fits, send, visit

from accounts.models import Department, Role, User
from households.models import Membership
from monitoring.models import Clue, FeedBatch, Visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.usefixtures("moving_clock")]
NEW_PASSWORD = "Another-2026-secret"
Screen = dict[str, int]


@pytest.fixture(params=[HANDY, DESK], ids=["390px", "1440px"])
def screen(request: pytest.FixtureRequest) -> Screen:
    return request.param


def test_a_department_delivers_and_the_county_matches(
    desk: Callable[..., Desk],
    hire: Callable[..., User],
    bureau: User,
    village: Any,
    done_at_once: None,
    screen: Screen,
) -> None:
    household = make_household(village)
    head = Membership.objects.heads().get(household=household).person
    liaison = hire("liaison", Role.LIAISON, "990101000000", department=Department.MEDICAL_INSURANCE)

    page = by_menu(desk(liaison, screen).open("/"), "部门数据")
    page.locator("form[data-upload] [name=feed]").select_option("medical_costs")
    page.locator("form[data-upload] [name=period]").fill("2026-10")
    page.locator("form[data-upload] [name=file]").set_input_files(costs(head))
    page.get_by_role("button", name="上传并导入").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("医疗费用")
    batch = FeedBatch.objects.get()
    assert (batch.accepted, batch.rejected) == (1, 1)
    expect(page.locator("main")).to_contain_text("校验位")
    fits(page)

    page = by_menu(desk(bureau, screen).open("/"), "月度比对")
    fits(page)
    page.get_by_role("button", name="开始比对").click()
    clue = Clue.objects.get(household=household)
    page.goto(page.url)
    expect(page.locator("main")).to_contain_text("因病")
    fits(page)
    page = by_menu(page, "风险线索")
    page.locator(f'main a[href*="{clue.uid}"]:visible').first.click()
    expect(page.locator("main")).to_contain_text("60,000")
    fits(page)


def test_an_administrator_hires_and_the_new_one_begins(
    desk: Callable[..., Desk], administrator: User, screen: Screen
) -> None:
    page = by_menu(desk(administrator, screen).open("/"), "人员与岗位")
    fits(page)
    page.get_by_role("link", name="新增人员").click()
    fits(page)
    values = {"username": "newcomer", "name": "新来的", "role": Role.VILLAGE_CADRE.value}
    send(page, {**values, "division": "990101100201"})
    first = page.locator("main .sw-id").inner_text().strip()
    fits(page)

    context = page.context.browser.new_context(viewport=screen, locale="zh-CN")  # type: ignore[union-attr,arg-type]
    other, address = context.new_page(), page.url.split("/staff")[0]
    other.goto(f"{address}/login/")
    other.get_by_label("用户名").fill("newcomer")
    other.get_by_label("密码").fill(first)
    other.get_by_role("button", name="登录").click()
    expect(other).to_have_url(f"{address}/password/")
    fits(other)
    send(other, {"old": first, "new": NEW_PASSWORD, "again": NEW_PASSWORD})
    other.goto(f"{address}/")
    expect(other.locator("main")).to_contain_text("东沟村")
    context.close()


def test_a_helper_visits_his_household(
    desk: Callable[..., Desk], hire: Callable[..., User], village: Any, screen: Screen
) -> None:
    helper = hire("helper", Role.HELPER, "990101100201")
    hire("owner", Role.VILLAGE_CADRE, "990101100201")
    household = make_household(village, helper=helper)
    make_episode(household, identified_on=date(2026, 1, 5))
    page = by_menu(desk(helper, screen).open("/"), "农户库")
    fits(page)
    page.locator("tbody a").first.click()
    fits(page)
    page.locator('main a[href*="/visit/"]:visible').first.click()
    visit(page)
    expect(page.locator(".sw-errors")).to_have_count(0)
    fits(page)
    assert Visit.objects.get(household=household).kind == "follow_up"


def test_an_auditor_sees_all_and_changes_nothing(
    desk: Callable[..., Desk], auditor: User, owner: User, village: Any, screen: Screen
) -> None:
    make_household(village)
    page = by_menu(desk(auditor, screen).open("/"), "农户库")
    page.locator("tbody a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("张三")
    fits(page)
    assert page.locator('main form[method="post"]:visible').count() == 0
    assert (
        page.locator(
            'main a[href*="/visit/"]:not([href*="/blanks/"]), main a[href$="/clue/"], main a[href$="/case/"]'
        ).count()
        == 0
    )
    answer = page.request.get(f"{page.url}visit/")
    assert answer.status == 403
    page = by_menu(page, "查看日志")
    expect(page.locator("main")).to_contain_text(auditor.name)
    fits(page)


def test_signing_out_ends_the_session_of_that_browser(
    desk: Callable[..., Desk], owner: User, live_server: Any, screen: Screen
) -> None:
    page = desk(owner, screen).open("/households/")
    page.get_by_role("button", name="退出").first.click()
    page.goto(f"{live_server.url}/households/")
    expect(page).to_have_url(f"{live_server.url}/login/?next=/households/")
    sign_in(page, owner.username, PASSWORD, live_server.url)
