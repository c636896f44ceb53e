"""The main work of the other roles in real browsers: a department delivers, the county matches, an administrator hires,
a helper visits, an auditor looks."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date
from io import StringIO
from typing import Any

import pytest
from builders import make_episode, make_household
from cast import PASSWORD
from chrome import PHONE, Desk, sign_in
from playwright.sync_api import expect
from walks import send, visit

from accounts.models import Department, Role, User
from config.celery import app
from households.models import Membership, Person
from monitoring.feeds import FEEDS
from monitoring.models import Clue, FeedBatch, Visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.usefixtures("moving_clock")]
NEW_PASSWORD = "Another-2026-secret"


@pytest.fixture
def done_at_once() -> Iterator[None]:
    """Jobs run where they are ordered; that they run in a worker too is held by tests/ops."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def costs(person: Person) -> dict[str, Any]:
    """October's file of the medical insurance: the person with a large sum of his own, and a number that is none."""
    feed = FEEDS["medical_costs"]
    sample = {"date": "2026-10-05", "number": "60000", "text": "住院", "id": "无"}
    rest = [sample[column.kind] for column in feed.columns]
    rows = [
        ["姓名", feed.id_column, *(column.name for column in feed.columns)],
        [person.name, person.id_number, *rest],
        ["李明", "990101198001010000", *rest],
    ]
    out = StringIO(newline="")
    csv.writer(out).writerows(rows)
    return {"name": "10月.csv", "mimeType": "text/csv", "buffer": out.getvalue().encode("utf-8-sig")}


def test_a_department_delivers_and_the_county_matches(
    desk: Callable[..., Desk], hire: Callable[..., User], bureau: User, village: Any, done_at_once: None
) -> None:
    household = make_household(village)
    head = Membership.objects.heads().get(household=household).person
    liaison = hire("liaison", Role.LIAISON, "990101000000", department=Department.MEDICAL_INSURANCE)

    page = desk(liaison).open("/feeds/")
    page.locator("form[data-upload] [name=feed]").select_option("medical_costs")
    page.locator("form[data-upload] [name=period]").fill("2026-10")
    page.locator("form[data-upload] [name=file]").set_input_files(costs(head))
    page.get_by_role("button", name="上传并导入").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("医疗费用")
    batch = FeedBatch.objects.get()
    assert (batch.accepted, batch.rejected) == (1, 1)
    expect(page.locator("main")).to_contain_text("校验位")

    page = desk(bureau).open("/runs/")
    page.locator("main form").last.get_by_role("button").last.click()
    clue = Clue.objects.get(household=household)
    page.goto(page.url)
    expect(page.locator("main")).to_contain_text("因病")
    page = desk(bureau).open(f"/clues/{clue.uid}/")
    expect(page.locator("main")).to_contain_text("60,000")


def test_an_administrator_hires_and_the_new_one_begins(desk: Callable[..., Desk], administrator: User) -> None:
    page = desk(administrator).open("/staff/new/")
    place = page.locator("[name=division]")
    values = {"username": "newcomer", "name": "新来的", "role": Role.VILLAGE_CADRE.value}
    send(page, {**values, place.get_attribute("name") or "": "990101100201"})
    first = page.locator("main .sw-id").inner_text().strip()

    context = page.context.browser.new_context(viewport=PHONE, locale="zh-CN")  # type: ignore[union-attr]
    other, address = context.new_page(), page.url.split("/staff")[0]
    other.goto(f"{address}/login/")
    other.get_by_label("用户名").fill("newcomer")
    other.get_by_label("密码").fill(first)
    other.get_by_role("button", name="登录").click()
    expect(other).to_have_url(f"{address}/password/")
    send(other, {"old": first, "new": NEW_PASSWORD, "again": NEW_PASSWORD})
    other.goto(f"{address}/")
    expect(other.locator("main")).to_contain_text("东沟村")
    context.close()


def test_a_helper_visits_his_household(desk: Callable[..., Desk], hire: Callable[..., User], village: Any) -> None:
    helper = hire("helper", Role.HELPER, "990101100201")
    hire("owner", Role.VILLAGE_CADRE, "990101100201")
    household = make_household(village, helper=helper)
    make_episode(household, identified_on=date(2026, 1, 5))
    page = desk(helper, viewport=PHONE).open("/households/")
    page.locator("tbody a").first.click()
    page.locator('main a[href*="/visit/"]').first.click()
    visit(page)
    expect(page.locator(".sw-errors")).to_have_count(0)
    assert Visit.objects.get(household=household).kind == "follow_up"


def test_an_auditor_sees_all_and_changes_nothing(
    desk: Callable[..., Desk], auditor: User, owner: User, village: Any
) -> None:
    household = make_household(village)
    page = desk(auditor).open(f"/households/{household.uid}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("张三")
    assert page.locator('main form[method="post"]:visible').count() == 0
    assert page.locator('main a[href*="/visit/"], main a[href$="/clue/"], main a[href$="/case/"]').count() == 0
    answer = page.request.get(f"{page.url}visit/")
    assert answer.status == 403


def test_signing_out_ends_the_session_of_that_browser(desk: Callable[..., Desk], owner: User, live_server: Any) -> None:
    page = desk(owner).open("/households/")
    page.get_by_role("button", name="退出").first.click()
    page.goto(f"{live_server.url}/households/")
    expect(page).to_have_url(f"{live_server.url}/login/?next=/households/")
    sign_in(page, owner.username, PASSWORD, live_server.url)
