"""What the asset feeds say of a household, ready for the enrolment check."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from builders import make_household, make_number
from journeys import Office

from monitoring.models import Case, Comparison
from monitoring.services.comparison import comparison_draft, comparison_hits
from monitoring.services.feeds import import_feed

pytestmark = pytest.mark.django_db
HEAD = ["序号", "姓名", "证件号码", "号牌号码", "车辆类型", "登记日期"]


def _vehicles(office: Office, folder: Path, period: date, *rows: list[str]) -> None:
    path = folder / f"vehicles-{period:%Y%m}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEAD, *rows])
    import_feed(feed="vehicles", path=path, name=path.name, period=period, actor=None, at=office.at)


def _case(office: Office) -> Case:
    return office.case_of(office.verified(make_household(office.village)))


def test_a_members_vehicle_is_a_hit_in_the_departments_words(office: Office, tmp_path: Path) -> None:
    case = _case(office)
    head = case.household.memberships.get(relation="户主").person
    _vehicles(
        office,
        tmp_path,
        date(2026, 10, 1),
        ["1", "张三", head.id_number, "示A12345", "小型轿车", "2024-03-01"],
        ["2", "别人", make_number(77), "示A99999", "小型轿车", "2024-03-01"],
    )
    (hit,) = comparison_hits(case, on=office.today)
    assert (hit.person, hit.item, hit.unit, hit.period) == (head, "vehicle", "公安交管", date(2026, 10, 1))
    assert "小型轿车" in hit.found and "示A12345" in hit.found
    assert "张三" not in hit.found and head.id_number not in hit.found


def test_the_draft_is_what_the_step_takes(office: Office, tmp_path: Path) -> None:
    case = _case(office)
    head = case.household.memberships.get(relation="户主").person
    _vehicles(office, tmp_path, date(2026, 10, 1), ["1", "张三", head.id_number, "示A12345", "小型轿车", "2024-03-01"])
    draft = comparison_draft(case, on=office.today)
    assert [(row["item"], row["hit"]) for row in draft] == [("vehicle", True), ("vehicle", False), ("vehicle", False)]
    office.do(case, "authorise", office.owner, data={"signed_on": office.today.isoformat()}, with_file=True)
    office.do(case, "compare", office.bureau, data={"results": draft})
    assert Comparison.objects.get(case=case, hit=True).person == head


def test_a_file_of_long_ago_says_nothing_of_today(office: Office, tmp_path: Path) -> None:
    case = _case(office)
    head = case.household.memberships.get(relation="户主").person
    _vehicles(office, tmp_path, date(2026, 3, 1), ["1", "张三", head.id_number, "示A12345", "小型轿车", "2024-03-01"])
    assert comparison_hits(case, on=office.today) == []
    assert comparison_draft(case, on=office.today) == []
