"""Setting policy parameters: dated, per place, with a source, by whoever may."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from builders import AT

from accounts.errors import Forbidden, OutOfScope, Refused
from accounts.models import AuditEvent, Division, User
from monitoring.models import PolicyValue
from monitoring.policy import value_of
from monitoring.services.policy import set_value

pytestmark = pytest.mark.django_db
VILLAGE = "990101100201"


@pytest.fixture
def given(county: Division, bureau: User) -> dict[str, Any]:
    """What a right call is made of."""
    return {
        "key": "income_line",
        "division": county,
        "value": "9100.50",
        "valid_from": date(2026, 10, 1),
        "source": "县防返贫办〔2026〕3号",
        "actor": bureau,
        "at": AT,
    }


def test_a_value_holds_from_its_day_on_and_is_recorded(given: dict[str, Any], bureau: User) -> None:
    stored = set_value(**given)
    assert (stored.value, stored.set_by, stored.recorded_at) == ("9100.50", bureau, AT)
    assert value_of("income_line", on=date(2026, 10, 1), code=VILLAGE) == Decimal("9100.50")
    assert value_of("income_line", on=date(2026, 9, 30), code=VILLAGE) == 8800
    assert value_of("income_line", on=date(2026, 10, 1), code="990102100201") == 8800
    event = AuditEvent.objects.get(action="policy.set")
    assert (event.actor, event.detail["value"]) == (bureau, "9100.50")


def test_a_later_entry_for_the_same_day_takes_its_place_and_deletes_nothing(given: dict[str, Any]) -> None:
    set_value(**given)
    set_value(**given | {"value": 9200})
    assert value_of("income_line", on=date(2026, 10, 1), code=VILLAGE) == 9200
    assert PolicyValue.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": "no_such"}, "key"),
        ({"value": "九千"}, "value"),
        ({"value": "-1"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"key": "clock_days", "value": "15"}, "value"),
        ({"key": "clock_days", "value": True}, "value"),
        ({"key": "clock_kind", "value": "lunar"}, "value"),
        ({"key": "visit_township_required", "value": 1}, "value"),
        ({"valid_from": date(1899, 12, 31)}, "valid_from"),
        ({"source": " "}, "source"),
        ({"source": "文" * 201}, "source"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_stored(
    given: dict[str, Any], change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        set_value(**given | change)
    assert refused.value.field == field
    assert not PolicyValue.objects.exists()


def test_only_the_county_s_own_bureau_may(given: dict[str, Any], outsider: User, auditor: User, owner: User) -> None:
    with pytest.raises(OutOfScope):
        set_value(**given | {"actor": outsider})
    for actor in (auditor, owner):
        with pytest.raises((Forbidden, OutOfScope)):
            set_value(**given | {"actor": actor})
