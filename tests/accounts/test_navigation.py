"""Which entry of the navigation a page belongs to."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import RequestFactory

from accounts.context import page_above
from accounts.models import Department, Role, User
from accounts.navigation import entry_of, items_for, on_phone_bar
from accounts.scope import scope_of


@pytest.mark.parametrize(
    ("page", "entry"),
    [
        ("home", "home"),
        ("clue-step", "clue-list"),
        ("closing-difference", "closing-board"),
        ("edition-detail", "closing-board"),
        ("quality-faults", "quality-overview"),
        ("household-change-record", "household-list"),
        ("line-act", "book-list"),
        ("layout-detail", "ledger-list"),
        ("measure-catalogue", "measure-catalogue"),
        ("measure-deliver", "plan-list"),
        ("password", ""),
        ("", ""),
    ],
)
def test_a_page_lies_under_the_entry_that_leads_to_it(page: str, entry: str) -> None:
    assert entry_of(page) == entry


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_books_stand_in_the_navigation_only_of_a_department_that_keeps_one(hire: Callable[..., User]) -> None:
    for department, seen in ((Department.EDUCATION, True), (Department.MEDICAL_INSURANCE, False)):
        liaison = hire(department, Role.LIAISON, "990101000000", department=department)
        assert ("book-list" in {item.url_name for item in items_for(scope_of(liaison))}) == seen


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_the_foot_of_a_phone_has_four_entries_where_a_post_has_so_many(hire: Callable[..., User], owner: User) -> None:
    def bar(user: User) -> list[str]:
        return [item.title for item in on_phone_bar(items_for(scope_of(user)))]

    assert bar(owner) == ["工作台", "风险线索", "认定与消除", "农户库"]
    liaison = hire("liaison", Role.LIAISON, "990101000000", department=Department.MEDICAL_INSURANCE)
    assert bar(liaison) == ["工作台", "问题清零", "部门数据"]


@pytest.mark.parametrize(
    ("page", "above"),
    [
        ("/households/5c8e8b2e-7a0c-4b53-8d55-0f6d0f4a0f11/change/death/",
         "/households/5c8e8b2e-7a0c-4b53-8d55-0f6d0f4a0f11/change/"),
        ("/plans/7/measures/", "/plans/7/"),
        ("/quality/rules/identity-no_head/", "/quality/"),
        ("/ledgers/T1/cell/?division=990101000000&month=2026-09&path=x", "/ledgers/T1/?division=990101000000&month=2026-09"),
        ("/clues/", ""),
        ("/help/village/", ""),
        ("/deliveries/3/withdraw/", ""),
    ],
)  # fmt: skip
def test_the_arrow_back_of_a_phone_leads_to_the_page_above(page: str, above: str) -> None:
    assert page_above(RequestFactory().get(page)) == above
