"""T12: what the checks found, by place and rule, on any day as it was known then; every number opens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from builders import make_household
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from golden import levels
from ledger_sheets import Written

from accounts.models import Division, User
from quality.models import Exemption, ExemptionStep, Fault
from reports.ledgers import LEDGERS
from reports.ledgers.base import Reading
from reports.services.drill import drill

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
WHEN = datetime(2026, 10, 8, 4, 0, tzinfo=UTC)
ENDS = date(2026, 12, 31)


def _fault(village: Division, code: str, subject: str, level: int, **more: Any) -> Fault:
    given = {"found_on": date(2026, 10, 8), "recorded_at": WHEN, "due_on": date(2026, 10, 23), **more}
    return Fault.objects.create(
        check_code=code, level=level, subject=subject, village=village, words="没有填", owner="village", **given
    )


@pytest.fixture
def faults(places: dict[str, Division], owner: User, bureau: User) -> None:
    """In 石桥镇 three blanks (one mended, one exempt) and a grave one; in 青杨乡 one about a village."""
    east, other = places["990101100201"], places["990101101201"]
    home = make_household(east)
    persons = [row.person for row in home.memberships.order_by("id")]
    mended = {"mended_on": date(2026, 10, 20), "mended_recorded_at": datetime(2026, 10, 20, 4, 0, tzinfo=UTC)}
    for person, more in zip(persons, ({}, mended, {}), strict=True):
        _fault(east, "blank-nation", f"p{person.pk}", 2, household=home, person=person, **more)
    _fault(east, "identity-number", f"p{persons[0].pk}", 1, household=home, person=persons[0])
    _fault(other, "village-population", f"v{other.code}", 3)
    low, high = east.code_range
    exemption = Exemption.objects.create(
        check_code="blank-nation", subject=f"p{persons[2].pk}", division=east, place_low=low, place_high=high,
        reason="查不到", ends_on=ENDS, requested_by=owner, requested_at=WHEN,
    )  # fmt: skip
    ExemptionStep.objects.create(
        exemption=exemption, kind="granted", happened_on=date(2026, 10, 15), recorded_at=WHEN, actor=bureau
    )


def test_the_sheet_has_a_row_for_each_place_and_rule(faults: None, written: Callable[..., Written]) -> None:
    assert written("T12").title == "守望县数据质量问题反馈表（2026年11月）"
    # 问题条数, 已改, 豁免, 未改.
    number = ["2_12_008", "证件号码不合规则", "1 严重", 1, 0, 0, 1]
    nation = ["2_12_001", "民族为空", "2 较重", 3, 1, 1, 1]
    people = ["3_03_001", "行政村农业人口为空", "3 一般", 1, 0, 0, 1]
    county, township, village = levels(written, "T12")
    assert county == [
        ["合计", None, None, None, 5, 1, 1, 3],
        ["石桥镇", *number],
        ["石桥镇", *nation],
        ["青杨乡", *people],
    ]
    assert township == village == [["合计", None, None, None, 4, 1, 1, 2], ["东沟村", *number], ["东沟村", *nation]]


def test_a_past_day_shows_what_stood_then(faults: None, written: Callable[..., Written]) -> None:
    sheet = written("T12", as_of=date(2026, 10, 12))
    assert [sheet.totals[name] for name in ("问题条数", "已改", "豁免", "未改")] == [5, 0, 0, 5]
    assert written("T12", as_of=date(2026, 10, 7)).rows == []


def test_a_past_day_is_told_as_it_was_known(faults: None, county: Division) -> None:
    ledger = LEDGERS["T12"]
    known = datetime(2026, 10, 16, 0, 0, tzinfo=UTC)
    total = ledger.total(ledger.table(Reading(county, date(2026, 10, 31), known)))
    assert total == {"found": 5, "mended": 0, "exempt": 1, "open": 4}
    early = datetime(2026, 10, 1, 0, 0, tzinfo=UTC)
    assert ledger.table(Reading(county, date(2026, 10, 31), early)) == []


def test_every_number_opens_as_many_rows_as_it_says(faults: None, county: Division, bureau: User) -> None:
    ledger = LEDGERS["T12"]
    reading = Reading(county, date(2026, 11, 10))
    table = ledger.table(reading)
    for path in ledger.opens().values():
        key = next(shown.keys[0] for shown in ledger.shown if shown.path == path)
        for unit, figures in [*table, (None, ledger.total(table))]:
            found = drill(
                name="T12", division=county, unit=unit, path=path, as_of=None, actor=bureau, at=timezone.now()
            )
            assert found.count == len(found.entries) == figures[key], (unit, path)


def test_a_village_has_its_own_and_a_number_leads_to_the_fault(
    faults: None, written: Callable[..., Written], owner: User
) -> None:
    assert [row["单位"] for row in written("T12", code="990101100201").rows] == ["东沟村", "东沟村"]
    client = Client()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("ledger-preview", args=["T12"])).content.decode()
    assert "unit=990101100201~blank-nation" in page
    address = f"{reverse('ledger-cell', args=['T12'])}?unit=990101100201~blank-nation&path=未改"
    cell = client.get(address)
    assert cell.status_code == 200
    fault = Fault.objects.get(check_code="blank-nation", person__name="张三")
    assert reverse("quality-fault", args=[fault.uid]) in cell.content.decode()
