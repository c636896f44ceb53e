"""Every page × role: what lies outside one's places is not there, and no page is without its line here."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from builders import make_episode, make_household
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from accounts.models import Department, Role, StoredFile, User
from assistance.models import Delivery, Measure, MeasureType, Plan
from households.models import Household
from monitoring.models import Case, FeedBatch, MatchRun, Visit
from monitoring.services.clues import open_clue
from quality.checks import CHECKS
from quality.models import Fault
from records.books import BOOKS
from records.services.lines import add_line
from records.services.problems_opening import open_problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

# Pages that everybody who is signed in may open; their lists hold what he may see.
OPEN = {
    "home", "password", "staff-list", "household-list", "clue-list", "case-list", "plan-list", "feed-list", "run-list",
    "policy-list", "ledger-list", "indicator-list", "export-list", "dashboard", "what-if", "find", "clue-channels",
    "application-list", "problem-list", "problem-import",
    "register-list", "news", "desk-counts", "policy-detail", "work-calendar", "measure-catalogue", "handover-list", "handover-print",
    "quality-overview", "quality-faults", "quality-exemptions",
    "blank-list", "blank-form", "followup-list", "followup-never", "plan-missing", "review-list", "return-counts", "return-list", "return-reasons", "template-list",
}  # fmt: skip
OF_HOUSEHOLD = {
    "household-detail", "household-story", "household-number", "visit-detail", "clue-detail", "clue-print", "clue-step", "case-detail", "case-step",
    "plan-detail",
    "case-papers", "case-paper", "case-paper-word", "visit-print", "plan-card", "plan-sheet", "household-blank", "household-collection",
    "problem-detail", "problem-step",
}  # fmt: skip
# Forms about a household: for those who may send them, which an auditor may not.
OF_WRITER = {
    "visit-new", "visit-section", "visit-check", "household-change", "household-change-record", "clue-new", "case-new", "plan-adopt",
    "plan-change", "measure-new", "measure-change", "measure-deliver", "measure-confirm", "measure-end", "measure-cancel", "delivery-withdraw",
    "problem-new-household",
}  # fmt: skip
# Who sees the household too and may not: a case is prepared in the village, and the county decides it.
MAY_NOT = {"case-new": {"auditor", "bureau"}}
# And one about a place, for whoever registers problems.
OF_FINDER = {"problem-new"}
# Held by tests/households/test_household_pages.py and tests/imports/test_register_pages.py.
OF_REGISTER = {"proposal-decide", "register-detail", "register-errors"}
# Held by tests/field/test_visit_pages.py.
OF_VISIT_FILES = {"visit-files", "visit-draft-file", "visit-file"}
# For everybody, without a sign-in, and what is done with what comes in; held by tests/field/test_own_applications.py.
OF_APPLICATION = {
    "application-posters",
    "apply",
    "apply-state",
    "application-new",
    "application-detail",
    "application-poster",
}
# Held by tests/accounts/test_staff_pages.py and tests/office.
OF_ADMINISTRATOR = {
    "staff-new",
    "staff-member",
    "handover",
    "handover-sheet",
    "handover-copy",
    "handover-copy-print",
    "audit-log",
}
# Held by tests/accounts/test_audit_seals.py and test_second_factor.py.
OF_TRUST = {"audit-seals", "second-factor-setup"}
OF_COUNTY = {"feed-detail", "feed-errors", "run-detail"}
# Sent forms alone; held by the tests of their pages.
WITHOUT_PAGE = {
    "problem-raise",
    "feed-reply",
    "clue-batch",
    "review-batch",
    "review-decide",
    "login",
    "second-factor",
    "logout",
    "healthz",
    "readyz",
}
# Held by tests/workflow/test_case_pages.py and test_papers.py and tests/assistance/test_plan_pages.py.
OF_DESK = {"review-sheet", "case-file", "template-file", "delivery-proof"}
# Pages about a place.
OF_PLACE = {
    "ledger-preview",
    "ledger-cell",
    "ledger-export",
    "dashboard-guarantees",
    "indicator-detail",
    "ledger-layout",
    "layout-file",
}
# Held by tests/reports/test_layouts.py.
OF_LAYOUT = {"layout-detail", "layout-original"}
# Held by tests/web/test_feed_pages.py and test_feed_calendar_pages.py.
OF_FEEDS = {"feed-headings", "feed-replace", "heading-forget", "run-changes"}
# Held by tests/reports/test_exports.py.
OF_EXPORTER = {"export-detail", "export-file"}
# Held by tests/quality/test_quality_pages.py.
OF_QUALITY = {
    "quality-rule",
    "quality-book",
    "quality-fault",
    "quality-run",
    "quality-correct",
    "quality-exemption",
    "quality-exemption-new",
}
# Held by tests/records/test_book_pages.py.
OF_BOOKS = {
    "book-list", "book-detail", "book-template", "book-upload", "book-batch", "book-errors", "line-new", "line-detail",
    "line-act", "hotline-clue",
}  # fmt: skip
# Held by tests/reports/test_closing_pages.py.
OF_CLOSING = {"closing-board", "closing-difference", "edition-list", "edition-detail", "edition-check"}
# Held by tests/accounts/test_guide.py.
OF_GUIDE = {"guide", "guide-chapter"}
# What a reader sends too: his password, a search that stands in no address, whole numbers, workbooks.
READING_SENDS = {"password", "find", "household-list", "household-number", "ledger-preview", "ledger-export"}
# Files, and pages about what a person sent or was given himself.
OF_ONESELF = {
    "register-detail", "register-errors", "layout-detail", "layout-original", "export-detail", "export-file", "feed-headings", "feed-replace",
    "handover-copy", "handover-copy-print", "handover-sheet", "book-batch", "book-errors", "case-file", "delivery-proof", "run-changes",
    "edition-detail", "quality-run", "apply", "application-detail", "proposal-decide", "heading-forget",
}  # fmt: skip
# Of his own account, or for everybody without one.
OF_ACCOUNT = {"second-factor-setup", "apply-state"}
READERS = {"owner", "township", "bureau", "auditor"}
COUNTY_READERS = {"bureau", "auditor"}


@pytest.fixture
def addresses(household: Household, county: Any, owner: User, bureau: User) -> dict[str, str]:
    """One address of every page, about the household of 石桥镇东沟村."""
    now = timezone.now()
    clue = open_clue(household=household, risk="因病", channel="02", actor=owner, at=now)
    episode = make_episode(make_household(household.village), identified_on=date(2026, 1, 5))
    case = Case.objects.create(
        number="BJ1", kind="clear", household=episode.household, village=household.village, episode=episode,
        state="assessing", opened_by=owner, opened_on=date(2026, 11, 9), recorded_at=now,
    )  # fmt: skip
    plan = Plan.objects.create(episode=episode, due_on=date(2026, 1, 15), recorded_at=now)
    measure = Measure.objects.create(
        plan=plan, type=MeasureType.objects.first() or MeasureType.objects.create(category="健康帮扶", item="医疗救助"),
        risk="因病", content="医疗救助", unit="医保局", responsible="李", starts_on=date(2026, 2, 1), recorded_by=owner,
        recorded_at=now,
    )  # fmt: skip
    delivery = Delivery.objects.create(
        measure=measure, delivered_on=date(2026, 3, 1), recorded_by=owner, recorded_at=now
    )
    file = StoredFile.objects.create(sha256="0" * 64, name="a.xlsx", size=1, stored_at=now)
    counts = dict.fromkeys(
        ("rows", "accepted", "rejected", "duplicates", "matched", "name_differs", "not_registered"), 0
    )
    batch = FeedBatch.objects.create(
        feed="medical_costs", period=date(2026, 10, 1), file=file, imported_at=now, **counts
    )
    run = MatchRun.objects.create(county=county, period=date(2026, 10, 1), state="done", queued_at=now)
    visit = Visit.objects.create(
        household=household, kind="follow_up", visited_on=date(2026, 11, 9), recorded_by=owner, recorded_at=now
    )
    problem = open_problem(
        kind="house",
        household=household,
        origin="cadre",
        found_on=date(2026, 11, 9),
        description="墙裂",
        actor=owner,
        at=now,
    )
    keys: dict[str, list[Any]] = {
        "problem-detail": [problem.uid], "problem-step": [problem.uid, "assign"], "problem-new-household": [household.uid],
        "visit-detail": [visit.uid], "visit-section": [household.uid, "income"], "visit-check": [household.uid],
        "household-detail": [household.uid], "visit-new": [household.uid], "clue-new": [household.uid],
        "case-new": [household.uid], "clue-detail": [clue.uid], "clue-print": [clue.uid], "clue-step": [clue.uid, "send_back"],
        "case-detail": [case.uid], "case-step": [case.uid, "stop"], "plan-detail": [plan.pk], "plan-adopt": [plan.pk],
        "measure-new": [plan.pk], "measure-deliver": [measure.pk], "measure-confirm": [measure.pk],
        "case-papers": [case.uid], "case-paper": [case.uid, "minutes"], "case-paper-word": [case.uid, "minutes"],
        "plan-card": [plan.pk], "plan-sheet": [plan.pk], "blank-form": ["visit"],
        "household-collection": [household.uid], "household-blank": [household.uid, "visit"], "plan-change": [plan.pk], "measure-change": [measure.pk], "measure-cancel": [measure.pk],
        "visit-print": [visit.uid], "policy-detail": ["income_line"], "household-story": [household.uid], "household-number": [household.uid], "household-change": [household.uid],
        "household-change-record": [household.uid, "death"],
        "measure-end": [measure.pk], "feed-detail": [batch.uid], "feed-errors": [batch.uid], "run-detail": [run.uid],
    }  # fmt: skip
    keys["delivery-withdraw"] = [delivery.pk]
    keys |= dict.fromkeys(OF_PLACE - {"dashboard-guarantees"}, ["T1"])
    keys["indicator-detail"] = ["Z1"]
    query = dict.fromkeys(OF_PLACE, f"?division={household.village_id}&path=累计识别·户")
    named = OPEN | OF_HOUSEHOLD | OF_WRITER | OF_FINDER | OF_COUNTY | OF_PLACE
    return {name: reverse(name, args=keys.get(name, [])) + query.get(name, "") for name in named}


@pytest.fixture
def further(household: Household, places: dict[str, Any], owner: User, addresses: dict[str, str]) -> dict[str, str]:
    """One address of every page that `addresses` leaves out, about the same village."""
    now = timezone.now()
    person = household.memberships.order_by("id").first().person
    line = add_line(book=BOOKS["jobs"], household=household, person=person, values={"working": True}, from_on=now.date(),
                    actor=owner, at=now)  # fmt: skip
    call = add_line(book=BOOKS["hotline_cases"], division=places["990101000000"], from_on=now.date(), actor=None, at=now,
                    values={"number": "12317-1", "channel": "12317", "appeal": "房子漏雨"})  # fmt: skip
    fault = Fault.objects.create(
        check_code=next(iter(CHECKS)), level=2, subject="x", household=household, village=household.village, words="没有填",
        owner="village", found_on=now.date(), due_on=now.date(), recorded_at=now,
    )  # fmt: skip
    keys: dict[str, list[Any]] = {
        "book-detail": ["jobs"], "book-template": ["jobs"], "book-upload": ["jobs"], "line-new": ["jobs"],
        "line-detail": ["jobs", line.line], "line-act": ["jobs", line.line, "change"], "hotline-clue": [call.line],
        "quality-rule": [fault.check_code], "quality-book": [fault.check_code], "quality-fault": [fault.uid], "quality-correct": [household.uid],
        "quality-exemption": [uuid.uuid4()], "guide-chapter": ["auditor"], "closing-difference": ["T1"],
        "staff-member": [owner.username], "handover": [owner.username, owner.posts.get().pk],
        "application-posters": [household.village_id], "application-poster": [household.village_id],
        "review-sheet": ["township"], "template-file": ["minutes"],
    }  # fmt: skip
    names = _names() - addresses.keys() - OF_ONESELF - OF_ACCOUNT - OF_VISIT_FILES - WITHOUT_PAGE
    return {name: reverse(name, args=keys.get(name, [])) for name in names}


def _sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _names() -> set[str]:
    return {
        pattern.name or ""
        for root in get_resolver().url_patterns
        if not str(root.pattern).startswith("api/")
        for pattern in ([root] if isinstance(root, URLPattern) else root.url_patterns)
    }


def test_every_page_is_in_this_matrix() -> None:
    assert (
        _names()
        == OPEN
        | OF_HOUSEHOLD
        | OF_WRITER
        | OF_FINDER
        | OF_VISIT_FILES
        | OF_APPLICATION
        | OF_COUNTY
        | OF_ADMINISTRATOR
        | OF_TRUST
        | OF_PLACE
        | OF_EXPORTER
        | OF_FEEDS
        | OF_GUIDE
        | OF_QUALITY
        | OF_DESK
        | OF_REGISTER
        | OF_LAYOUT
        | OF_BOOKS
        | OF_CLOSING
        | WITHOUT_PAGE
    )


def test_nobody_sees_a_page_before_signing_in(addresses: dict[str, str]) -> None:
    for name, address in addresses.items():
        answer = Client().get(address)
        assert answer.status_code == 302, name
        assert answer["Location"].startswith("/login/"), name


def test_lists_open_for_everybody_and_hold_only_what_is_his(cast: dict[str, User], addresses: dict[str, str]) -> None:
    number = Household.objects.order_by("id").first().number
    for username, user in cast.items():
        client = _sign_in(user)
        for name in OPEN:
            assert client.get(addresses[name]).status_code == 200, (username, name)
        assert (number in client.get(addresses["household-list"]).content.decode()) == (username in READERS), username


def test_a_page_about_a_household_exists_only_for_those_of_its_places(
    cast: dict[str, User], addresses: dict[str, str]
) -> None:
    for username, user in cast.items():
        client = _sign_in(user)
        for name in OF_HOUSEHOLD:
            status = client.get(addresses[name]).status_code
            if username not in READERS:
                assert status == 404, (username, name)
            elif not name.endswith("-step"):
                assert status == 200, (username, name)


def test_a_form_opens_only_for_those_who_may_send_it(cast: dict[str, User], addresses: dict[str, str]) -> None:
    for username, user in cast.items():
        client = _sign_in(user)
        for name in OF_WRITER:
            expected = 404 if username not in READERS else 403 if username in MAY_NOT.get(name, {"auditor"}) else 200
            assert client.get(addresses[name]).status_code == expected, (username, name)
            if expected == 403:
                assert client.post(addresses[name]).status_code in (403, 405), (username, name)


def test_a_step_is_there_only_for_whom_the_table_lets_take_it(cast: dict[str, User], addresses: dict[str, str]) -> None:
    assert _sign_in(cast["owner"]).get(addresses["clue-step"]).status_code == 200
    assert _sign_in(cast["auditor"]).get(addresses["clue-step"]).status_code == 404


def test_feeds_and_runs_are_for_the_county_and_the_department(cast: dict[str, User], addresses: dict[str, str]) -> None:
    for username, user in cast.items():
        client = _sign_in(user)
        for name in OF_COUNTY - {"feed-errors"}:
            status = client.get(addresses[name]).status_code
            seen = username in COUNTY_READERS or (username == "outsider" and name == "feed-detail")
            assert status == (200 if seen else 404), (username, name)


def test_a_ledger_of_a_place_is_there_only_for_those_of_the_place(
    cast: dict[str, User], addresses: dict[str, str]
) -> None:
    for username, user in cast.items():
        for name in OF_PLACE:
            status = _sign_in(user).get(addresses[name]).status_code
            assert status == (200 if username in READERS else 404), (username, name)


def test_an_auditor_is_shown_nothing_to_send_but_what_reading_needs(
    cast: dict[str, User], addresses: dict[str, str], further: dict[str, str]
) -> None:
    """Every page there is, but files and what he sent himself: a form that he could not send does not open either."""
    client = _sign_in(cast["auditor"])
    for name, address in (addresses | further).items():
        if name in READING_SENDS:
            continue
        answer = client.get(address)
        assert answer.status_code < 500, name
        if answer.status_code == 200 and "text/html" in answer["Content-Type"]:
            body = answer.content.decode().partition("<main")[2]
            forms = [form for form in re.findall(r"<form[^>]*method=.post.*?</form>", body, re.S) if "<button" in form]
            assert not forms, (name, forms[0][:300])


def test_a_department_is_led_to_registering_only_what_it_may_register(hire: Callable[..., User]) -> None:
    for department, links in (
        (Department.MEDICAL_INSURANCE, []),
        (Department.EDUCATION, []),
        (Department.WATER, ["problem-import", "problem-new"]),
    ):
        client = _sign_in(hire(department, Role.LIAISON, "990101000000", department=department))
        page = client.get(reverse("problem-list")).content.decode()
        assert [name for name in ("problem-import", "problem-new") if reverse(name) in page] == links, department


def test_pages_keep_to_their_content_policy(cast: dict[str, User], addresses: dict[str, str]) -> None:
    client = _sign_in(cast["bureau"])
    for name, address in addresses.items():
        answer = client.get(address)
        if answer.status_code != 200 or "text/html" not in answer["Content-Type"]:
            continue
        assert "default-src 'self'" in answer["Content-Security-Policy"]
        page = answer.content.decode()
        assert " style=" not in page, name
        assert " onclick=" not in page, name


def test_a_form_that_was_open_too_long_says_so_in_chinese_and_what_to_do(owner: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    said = browser.post("/login/", {"username": owner.username, "password": "x"}).content.decode()
    assert "这一页过期了" in said and "刷新，再提交" in said and "CSRF" not in said
