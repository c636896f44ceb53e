"""Policy parameters on the page: what is in force with its history, and a value set from a day on after a yes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from monitoring.models import PolicyValue
from monitoring.policy import PARAMETERS, value_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "places")]
COUNTY = "990101000000"


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(key: str = "income_line") -> str:
    return reverse("policy-detail", args=[key])


def given(**values: Any) -> dict[str, Any]:
    return {"value": "9000", "division": COUNTY, "valid_from": "2027-01-01", "source": "县〔2026〕9号", **values}


def test_a_value_is_set_only_after_a_yes(bureau: User) -> None:
    client = desk(bureau)
    asked = client.post(address(), given()).content.decode()
    assert "改为 9,000" in asked
    assert not PolicyValue.objects.exists()
    client.post(address(), given(confirmed="1"))
    assert value_of("income_line", on=date(2027, 1, 1), code=COUNTY) == Decimal(9000)
    assert value_of("income_line", on=date(2026, 12, 31), code=COUNTY) == Decimal(8800)


def test_what_comes_is_told_beside_what_holds(bureau: User, owner: User) -> None:
    desk(bureau).post(address(), given(confirmed="1"))
    words = desk(owner).get(reverse("policy-list")).content.decode()
    assert "2027-01-01 起改为 9,000" in words
    history = desk(owner).get(address()).context["history"]
    assert [(row["words"], row["coming"]) for row in history][:2] == [("9,000", True), ("8,800", False)]


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [("clock_days", "20", 20), ("clock_kind", "working", "working"), ("visit_township_required", "1", True),
     ("office_name", "农业农村局", "农业农村局"), ("quorum_percent", "60.5", Decimal("60.5"))],
)  # fmt: skip
def test_every_kind_of_parameter_can_be_set(bureau: User, key: str, value: str, kept: Any) -> None:
    desk(bureau).post(address(key), given(value=value, valid_from="2026-11-10", confirmed="1"))
    assert value_of(key, on=date(2026, 11, 10), code=COUNTY) == kept


@pytest.mark.parametrize(
    "wrong",
    [{"value": "x"}, {"value": "-1"}, {"value": ""}, {"source": ""}, {"valid_from": "1800-01-01"}, {"division": "1"},
     {"value": "1e30"}, {"value": "NaN"}],
)  # fmt: skip
def test_what_will_not_do_is_said_and_nothing_set(bureau: User, wrong: dict[str, str]) -> None:
    assert desk(bureau).post(address(), given(confirmed="1", **wrong)).status_code == 400
    assert not PolicyValue.objects.exists()


def test_others_read_and_cannot_set(owner: User, administrator: User, auditor: User) -> None:
    for user in (owner, administrator, auditor):
        page = desk(user).get(address())
        assert page.status_code == 200
        assert not page.context["may_set"]
        assert desk(user).post(address(), given(confirmed="1")).status_code in (400, 403, 404)
    assert not PolicyValue.objects.exists()


def test_every_parameter_is_in_the_list_and_has_its_page(bureau: User) -> None:
    client = desk(bureau)
    rows = [row["parameter"].key for _, rows in client.get(reverse("policy-list")).context["groups"] for row in rows]
    assert sorted(rows) == sorted(PARAMETERS)
    for key in PARAMETERS:
        assert client.get(address(key)).status_code == 200, key
    assert client.get(address("nothing")).status_code == 404
