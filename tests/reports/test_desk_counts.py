"""The numbers beside the navigation: each is the length of the list that it opens, and pages do not pay for them."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from builders import make_episode, make_household, make_number
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Division, User
from assistance.models import Plan
from monitoring.models import MatchRun
from monitoring.services.applications import submit_application
from monitoring.services.clues import open_clue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
AT_MOST = 13


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def counts(user: User) -> dict[str, Any]:
    return {count.entry: count for count in desk(user).get(reverse("desk-counts")).context["counts"]}


def _two_clues(village: Division, owner: User, bureau: User) -> None:
    for channel, actor in (("02", owner), ("04", bureau)):
        open_clue(household=make_household(village), risk="因病", channel=channel, actor=actor, at=timezone.now())


def test_a_number_is_what_waits_for_the_user_and_opens_just_that(village: Any, owner: User, bureau: User) -> None:
    _two_clues(village, owner, bureau)
    for user in (owner, bureau):
        count = counts(user)["clue-list"]
        assert str(count.number) == desk(user).get(count.link).context["count"] == "1"


def test_every_counted_entry_of_the_navigation_has_its_number(bureau: User) -> None:
    client = desk(bureau)
    shown = set(re.findall(r'data-waits="([a-z-]+)"', client.get(reverse("news")).content.decode()))
    assert shown == set(counts(bureau)) == {
        "clue-list", "application-list", "case-list", "review-list", "plan-list", "problem-list", "quality-overview",
        "closing-board",
    }  # fmt: skip
    for count in counts(bureau).values():
        assert client.get(count.link).status_code == 200


def test_the_county_sees_how_many_applications_nobody_has_checked(
    village: Any, owner: User, bureau: User, auditor: User
) -> None:
    told = {
        "name": "张三",
        "id_number": make_number(900),
        "phone": "10000002761",
        "difficulty": "因病",
        "consent": True,
    }
    submit_application(village=village, uid=uuid4(), content=told, at=timezone.now())
    for user in (owner, bureau):
        count = counts(user)["application-list"]
        assert count.number == len(desk(user).get(count.link).context["lines"]) == 1
        assert "待核对的 1 项" in desk(user).get(reverse("desk-counts")).content.decode()
    assert counts(auditor)["application-list"].number == 0


def test_an_auditor_and_another_village_have_nothing_waiting(
    village: Any, owner: User, bureau: User, auditor: User, colleague: User
) -> None:
    _two_clues(village, owner, bureau)
    episode = make_episode(make_household(village), identified_on=date(2026, 11, 1))
    Plan.objects.create(episode=episode, due_on=date(2026, 11, 11), recorded_at=timezone.now())
    assert counts(owner)["plan-list"].number == 1
    for user in (auditor, colleague):
        assert counts(user)["clue-list"].number == counts(user)["plan-list"].number == 0
    assert "<a" not in desk(auditor).get(reverse("desk-counts")).content.decode()


def test_the_data_month_is_the_last_one_matched_to_its_end(county: Division, owner: User, bureau: User) -> None:
    assert desk(owner).get(reverse("desk-counts")).context["month"] is None
    for month, state in ((9, "done"), (10, "running")):
        MatchRun.objects.create(
            county=county, period=date(2026, month, 1), state=state, started_by=bureau, queued_at=timezone.now()
        )
    cache.clear()
    for user in (owner, bureau):
        assert "数据月份 2026年9月" in desk(user).get(reverse("desk-counts")).content.decode()


def test_the_database_is_asked_once_a_minute_and_not_by_the_page(bureau: User) -> None:
    client = desk(bureau)
    # What the process itself keeps (parameters, divisions) has been read before, whatever test ran first.
    client.get(reverse("desk-counts"))
    cache.clear()
    with CaptureQueriesContext(connection) as first:
        client.get(reverse("desk-counts"))
    with CaptureQueriesContext(connection) as again:
        client.get(reverse("desk-counts"))
    # The second time: who he is and which posts he holds.
    assert len(first) <= AT_MOST and len(again) == 3
