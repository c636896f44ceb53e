"""The household, the cast and the department's file of the pages' tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from builders import make_household
from django.test import Client
from feed_sending import AGREED
from openpyxl import Workbook

from accounts.models import Department, Division, Role, User

COUNTY = "990101000000"


@pytest.fixture
def cast(hire: Callable[..., User], owner: User, colleague: User, township: User, bureau: User, auditor: User,
         administrator: User, outsider: User) -> dict[str, User]:  # fmt: skip
    liaison = hire("liaison", Role.LIAISON, "990101000000", department=Department.WATER)
    dismissed = hire("dismissed", Role.COUNTY_BUREAU, "990101000000")
    dismissed.posts.update(ends_on=date(2026, 11, 9))
    people = [owner, colleague, township, bureau, auditor, administrator, outsider, liaison, dismissed]
    return {user.username: user for user in people}


@pytest.fixture
def household(village: Division) -> Any:
    return make_household(village)


@pytest.fixture
def liaison(hire: Callable[..., User]) -> User:
    return hire("medical", Role.LIAISON, COUNTY, department=Department.MEDICAL_INSURANCE)


@pytest.fixture
def other_liaison(hire: Callable[..., User]) -> User:
    return hire("waterman", Role.LIAISON, COUNTY, department=Department.WATER)


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    def _sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return _sign_in


@pytest.fixture
def book(household: Any, tmp_path: Path) -> Callable[..., Path]:
    """`book(headings)` is a workbook with one uninsured member under these headings."""

    def _book(headings: list[str] = AGREED, name: str = "a.xlsx", number: str = "") -> Path:
        person = household.memberships.first().person
        book = Workbook()
        book.active.append(["县医保局参保情况表"])
        book.active.append(headings)
        book.active.append(["1", person.name, number or person.id_number, "未参保"])
        path = tmp_path / name
        book.save(path)
        return path

    return _book
