"""Pages of the indicators: what they say, which lists they open, whose they are."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from builders import make_condition, make_household
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.errors import OutOfScope
from accounts.models import Division, User
from reports.ledgers.i1 import INDICATORS
from reports.services.indicators import indicators

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
TODAY = date(2026, 11, 10)


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_pages_say_target_verdict_and_open_the_lists(village: Division, bureau: User, county: Division) -> None:
    home = make_household(village, category="脱贫户")
    make_condition(home, on=date(2026, 10, 9), housing_ok=False)
    client = _client(bureau)
    said = client.get(reverse("indicator-list")).content.decode()
    for one in INDICATORS.values():
        assert one.title in said and reverse("indicator-detail", args=[one.code]) in said
    assert "未达标" in said and "无数据" in said
    page = client.get(reverse("indicator-detail", args=["Z5"])).content.decode()
    assert "months=12" in page
    months = client.get(reverse("indicator-detail", args=["Z5"]), {"months": "12"}, headers={"HX-Request": "true"})
    assert months.content.decode().count("<tr>") == 13 and "<html" not in months.content.decode()
    link = re.findall(r'href="(/ledgers/Z5/cell/[^"]*unit=&amp;path=[^"]+)"', page)[0]
    behind = client.get(link.replace("&amp;", "&"))
    assert behind.status_code == 200 and home.number in behind.content.decode()
    assert client.get(reverse("indicator-detail", args=["Z99"])).status_code == 404


def test_it_is_of_his_own_places_alone(places: Any, county: Division, township: User, outsider: User) -> None:
    client = _client(township)
    assert client.get(reverse("indicator-list")).status_code == 200
    assert client.get(reverse("indicator-list"), {"division": county.code}).status_code == 404
    assert client.get(reverse("indicator-detail", args=["Z1"]), {"division": county.code}).status_code == 404
    with pytest.raises(OutOfScope):
        indicators(division=county, as_of=TODAY, actor=outsider, at=timezone.now())
