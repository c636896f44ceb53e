"""A household's way through the whole loop in real browsers: each step by the person whose turn it is, village on the
phone and offices at the desk, until the household stands in the ledger. The clock is the tests' own."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from builders import make_episode, make_household, make_income
from chrome import PHONE, Desk
from django.utils import timezone
from playwright.sync_api import expect
from walks import fill, picture, send, visit

from accounts.models import Role, User
from assistance.services.catalogue import install_standard
from households.models import Household
from monitoring.models import Case, Clue, Episode
from reports.services.ledgers import LedgerOrder, write_ledger

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


class Walk:
    """The desks of the cast, and a household that goes from one to the next."""

    # Who works on a telephone; the others sit at a desk.
    on_phone = frozenset({"cadre"})

    def __init__(self, desk: Callable[..., Desk], hire: Callable[..., User], clock: Any) -> None:
        self.clock, self.hire = clock, hire
        people = {
            "cadre": hire("owner", Role.VILLAGE_CADRE, "990101100201"),
            "township": hire("township", Role.TOWNSHIP_STAFF, "990101100000"),
            "leader": hire("township_leader", Role.TOWNSHIP_LEADER, "990101100000"),
            "bureau": hire("bureau", Role.COUNTY_BUREAU, "990101000000"),
            "second": hire("second", Role.COUNTY_BUREAU, "990101000000"),
        }
        hire("mate", Role.VILLAGE_CADRE, "990101100201")
        self.people = people
        self._desk, self._desks = desk, {}

    def at(self, who: str) -> Desk:
        """The browser of one of the cast. Signed in again after days."""
        if who not in self._desks:
            viewport = {"viewport": PHONE} if who in self.on_phone else {}
            self._desks[who] = self._desk(self.people[who], **viewport)
        return self._desks[who]

    def wait(self, days: int) -> None:
        """Days pass; everybody has been signed out meanwhile."""
        self.clock.move_to(timezone.now() + timedelta(days=days))
        self._desks.clear()

    def take(self, who: str, row: Clue | Case, action: str, **values: Any) -> None:
        """One step of a clue or case: found on its page, filled in, sent."""
        kind = "clues" if isinstance(row, Clue) else "cases"
        page = self.at(who).open(f"/{kind}/{row.uid}/")
        link = page.locator(f'main a[href*="/{action}/"]').first
        if link.count():
            link.click()
            form = page.locator("main form").filter(has=page.locator("[name=version]")).first
        else:
            form = page.locator(f'main form[action*="/{action}/"]').first
            page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
        fill(form, values)
        form.get_by_role("button").last.click()
        expect(page.locator(".sw-errors")).to_have_count(0)
        expect(page.locator("main")).to_contain_text("已办理")
        row.refresh_from_db()


@pytest.fixture
def walk(desk: Callable[..., Desk], moving_clock: Any, hire: Callable[..., User]) -> Walk:
    install_standard(actor=None, at=timezone.now())
    return Walk(desk, hire, moving_clock)


def report(walk: Walk, household: Household) -> Clue:
    """The cadre finds the household in the register and reports what he has seen."""
    page = walk.at("cadre").open("/households/")
    page.locator("tbody a").first.click()
    page.locator('main a[href$="/clue/"]').first.click()
    fill(page.locator("main form").last, {"risk": "因病", "channel": "02", "content": "户主住院，自付了很多"})
    page.locator("main form").last.get_by_role("button").last.click()
    expect(page).to_have_url(re.compile("/clues/"))
    return Clue.objects.get(household=household)


def through_the_public_steps(walk: Walk, case: Case) -> None:
    """From the vote to the record, which are the same for an identification and a clearing, by everybody in turn."""
    vote = {"place": "村委会", "chair": "王主任", "recorder": "赵文书"}
    counts = {"entitled": "30", "present": "24", "agree": "20", "disagree": "4"}
    walk.take("cadre", case, "appraise", **vote, **counts, files=picture())
    walk.take("cadre", case, "hang_notice", place="村务公开栏", files=picture())
    walk.wait(6)
    walk.take("cadre", case, "take_down", files=picture())
    walk.take("cadre", case, "submit")
    walk.take("leader", case, "review_pass")
    walk.take("second", case, "decide_pass")
    walk.take("township", case, "announce", place="镇政府公告栏")
    walk.wait(6)
    walk.take("township", case, "end_announcement")
    walk.take("township", case, "record")


def enrolled(walk: Walk, household: Household) -> Case:
    """From the clue to the record, by everybody in turn."""
    clue = report(walk, household)
    page = walk.at("cadre").open(f"/clues/{clue.uid}/")
    page.locator('main a[href*="/visit/"]').first.click()
    visit(page)
    clue.refresh_from_db()
    assert clue.state == "verified", page.locator("main").inner_text()
    walk.take("cadre", clue, "identify", monitored_type="边缘易致贫户", risks=["因病"])
    case = Case.objects.get(household=household)
    today = timezone.localdate().isoformat()
    walk.take("cadre", case, "authorise", signed_on=today, signatories="张三", witnesses="李主任", files=picture())
    walk.take("bureau", case, "compare")
    walk.take("cadre", case, "to_appraisal")
    through_the_public_steps(walk, case)
    return case


def test_a_clue_becomes_an_episode_and_stands_in_the_ledger(walk: Walk, village: Any, tmp_path: Any) -> None:
    household = make_household(village)
    case = enrolled(walk, household)
    assert case.state == "done"
    episode = Episode.objects.get(household=household)
    assert episode.main_risk == "因病"

    page = walk.at("bureau").open("/ledgers/")
    expect(page.locator("main")).to_contain_text("监测对象")
    order = LedgerOrder(division=village, as_of=timezone.localdate(), actor=None, at=timezone.now())
    rows = write_ledger(name="L1", order=order, path=tmp_path / "L1.xlsx")
    assert rows


def helped(walk: Walk, household: Household) -> None:
    """A plan with one measure for the one risk, adopted, delivered, confirmed by the household."""
    page = walk.at("cadre").open("/plans/missing/")
    page.get_by_role("button", name="建立一户一策").click()
    page.get_by_role("link", name="安排措施").click()
    measure = {"content": "大病救助", "unit": "医保局", "responsible": "李主任", "planned_amount": "3000"}
    send(page, {"type": page.locator('[name="type"] option').nth(1).get_attribute("value"), **measure})
    page.get_by_role("link", name="确定一户一策").click()
    send(
        page,
        {"responsible": page.locator('[name="responsible"] option').nth(1).get_attribute("value"), "unit": "县医保局"},
    )
    page.get_by_role("link", name="登记落实").click()
    send(page, {"amount": "3000"})
    page.get_by_role("link", name="农户确认").click()
    send(page, {})


def cleared(walk: Walk, household: Household) -> Case:
    """From the assessment at home to the record, by everybody in turn."""
    page = walk.at("cadre").open(f"/households/{household.uid}/case/")
    send(page, {"kind": "clear"})
    case = Case.objects.get(household=household)
    page.locator('main a[href*="/visit/"]').first.click()
    visit(page)
    walk.take("cadre", case, "to_appraisal", clear_method="帮扶消除")
    through_the_public_steps(walk, case)
    return case


def test_a_risk_that_was_helped_is_cleared_by_the_same_steps(walk: Walk, village: Any) -> None:
    """The other way round: the village at a desk, the offices on their way with a phone."""
    walk.on_phone = frozenset(walk.people) - {"cadre"}
    household = make_household(village)
    episode = make_episode(household, identified_on=date(2026, 1, 5))
    walk.people["helper"] = walk.hire("helper", Role.HELPER, "990101100201")
    make_income(household, recorded_by=walk.people["cadre"], ends_on=date(2026, 4, 30))
    make_income(household, recorded_by=walk.people["cadre"], ends_on=date(2026, 10, 31))
    helped(walk, household)
    case = cleared(walk, household)
    episode.refresh_from_db()
    assert (case.state, episode.state) == ("done", "cleared")
    page = walk.at("bureau").open(f"/ledgers/L5/?division=990101000000&month={timezone.localdate():%Y-%m}")
    expect(page.locator("main")).to_contain_text("张三")


def test_a_cadre_sees_what_is_due_and_nobody_else_does(walk: Walk, village: Any) -> None:
    household = make_household(village)
    clue = report(walk, household)
    page = walk.at("cadre").open("/")
    link = page.locator(f'main a[href*="{clue.uid}"], main a[href*="{household.uid}"]').first
    expect(link).to_be_visible()
    assert walk.at("bureau").open("/").locator(f'main a[href*="{clue.uid}"]').count() == 0
