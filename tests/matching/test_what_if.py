"""Another value of a parameter on a month: who would be added or dropped, and nothing written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from match_place import SEPTEMBER, bill

from accounts.errors import Forbidden, OutOfScope, Refused
from accounts.models import User
from monitoring.models import Clue, Hit, MatchRun, PolicyValue
from monitoring.services.what_if import TRIABLE, WhatIf, what_if

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def bills(place: Any, family: Callable[..., Any]) -> list[Any]:
    """Households with medical costs of 12,000, 21,000 and 30,000 yuan."""
    found = []
    for amount in (12000, 21000, 30000):
        home, (father, *_) = family()
        found.append((home, bill(father, amount)))
    place.send("medical_costs", SEPTEMBER, *(row for _, row in found))
    return [home for home, _ in found]


@pytest.fixture
def trial(place: Any, bureau: User) -> Callable[..., WhatIf]:
    def _trial(value: str, key: str = "medical_burden_others", actor: User | None = None) -> WhatIf:
        return what_if(
            county=place.county, period=SEPTEMBER, key=key, value=value, actor=actor or bureau, at=timezone.now()
        )

    return _trial


def test_a_lower_line_adds_and_a_higher_one_drops(bills: list[Any], trial: Callable[..., WhatIf]) -> None:
    lower = trial("10000")
    assert [(change.household, change.added) for change in lower.changes] == [(bills[0].pk, True)]
    assert lower.changes[0].figure == 12000
    higher = trial("25,000")
    assert [(change.household, change.added) for change in higher.changes] == [(bills[1].pk, False)]
    assert [(rule.name, now, then) for rule, now, then in higher.counts] == [("medical_burden", 2, 1)]
    assert (lower.added, lower.dropped, higher.added, higher.dropped) == (1, 0, 0, 1)
    assert trial("20000").changes == []


def test_nothing_is_written(bills: list[Any], trial: Callable[..., WhatIf]) -> None:
    trial("10000")
    for model in (Hit, Clue, MatchRun, PolicyValue):
        assert not model.objects.exists(), model


def test_what_it_says_is_what_the_match_then_does(
    bills: list[Any], trial: Callable[..., WhatIf], place: Any, bureau: User
) -> None:
    said = trial("10000")
    PolicyValue.objects.create(
        key="medical_burden_others", division=place.county, value="10000", valid_from=SEPTEMBER, source="试",
        set_by=bureau, recorded_at=timezone.now(),
    )  # fmt: skip
    place.match(SEPTEMBER)
    fired = set(Hit.objects.values_list("household_id", flat=True))
    assert len(fired) == said.counts[0][2]
    assert {change.household for change in said.changes if change.added} <= fired


@pytest.mark.parametrize(
    ("key", "value"),
    [("medical_burden_others", "多"), ("medical_burden_others", "-5"), ("job_loss_months", "1.5"), ("quorum_percent", "5"),
     ("medical_burden_others", "1e400"), ("job_loss_months", "999999999999")],
)  # fmt: skip
def test_a_value_that_cannot_be_is_refused(key: str, value: str, place: Any, trial: Callable[..., WhatIf]) -> None:
    with pytest.raises(Refused):
        trial(value, key=key)


def test_only_who_may_run_the_match_may_try(
    bills: list[Any], trial: Callable[..., WhatIf], township: User, outsider: User, auditor: User
) -> None:
    for actor in (township, outsider):
        with pytest.raises((Forbidden, OutOfScope)):
            trial("10000", actor=actor)
    with pytest.raises(Forbidden):
        trial("10000", actor=auditor)


@pytest.mark.parametrize("key", TRIABLE)
def test_every_parameter_can_be_tried(key: str, bills: list[Any], trial: Callable[..., WhatIf]) -> None:
    assert trial("5", key=key).parameter.key == key


def test_the_page_lists_the_households(bills: list[Any], bureau: User, auditor: User) -> None:
    client = Client()
    client.force_login(bureau, backend="django.contrib.auth.backends.ModelBackend")
    query = {"period": "2026-09", "key": "medical_burden_others", "value": "10000"}
    page = client.get(reverse("what-if"), query).content.decode()
    assert bills[0].number in page and bills[1].number not in page
    assert "20,000 → 10,000" in page
    wrong = client.get(reverse("what-if"), {**query, "value": "许多"})
    assert wrong.status_code == 400 and "#id_value" in wrong.content.decode()
    client.force_login(auditor, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("what-if"), query).status_code == 403
