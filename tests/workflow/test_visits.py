"""Visits: who, with what, kept once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from builders import make_episode, make_household
from journeys import Office

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import Role, User
from households.models import Household, Income, LivingCondition
from monitoring.models import Case, Episode, PolicyValue, Visit
from monitoring.services.visits import check_clue, record_visit

pytestmark = pytest.mark.django_db
FULL = {
    "content": {"signed": True, "difficulties": "药费高", "risks": ["因病"]},
    "income": {
        "items": {"wage": {"务工收入": "24000", "公益岗": 6000.5}, "cost": {"种植": "3000"}},
        "claims": "500",
        "own_payments": "8000",
    },
    "condition": {"schooling_ok": True, "housing_ok": False, "house_grade": "C", "house_area": "86.5"},
}


def _visit(office: Office, household: Household, who: User | None = None, **more: Any) -> Visit:
    values: dict[str, Any] = {
        "kind": "follow_up",
        "visited_on": office.today,
        "visitors": office.visitors(),
        "actor": who or office.owner,
        "at": office.at,
        **more,
    }
    return record_visit(household=household, **values)


def test_a_visit_brings_income_and_living_conditions(office: Office) -> None:
    household = make_household(office.village)
    visit = _visit(office, household, **FULL)
    income, condition = Income.objects.get(), LivingCondition.objects.get()
    assert (visit.income, visit.condition) == (income, condition)
    assert (income.basis, income.members, income.starts_on, income.ends_on) == (
        "visit", 3, date(2025, 11, 10), date(2026, 11, 10),
    )  # fmt: skip
    assert (income.wage, income.business_cost, income.net) == (Decimal("30000.50"), Decimal(3000), Decimal("27000.50"))
    assert (condition.schooling_ok, condition.housing_ok, condition.water_ok) == (True, False, None)
    assert [visitor.from_village for visitor in visit.visitors.order_by("id")] == [True, False]


def test_the_same_visit_again_is_the_same_row(office: Office) -> None:
    household, uid = make_household(office.village), uuid4()
    first = _visit(office, household, uid=uid, **FULL)
    assert _visit(office, household, uid=uid, **FULL).pk == first.pk
    assert (Visit.objects.count(), Income.objects.count(), LivingCondition.objects.count()) == (1, 1, 1)


def test_another_visit_under_the_same_number_is_a_conflict(office: Office) -> None:
    household, uid = make_household(office.village), uuid4()
    _visit(office, household, uid=uid, **FULL)
    with pytest.raises(Conflict) as conflict:
        _visit(office, household, uid=uid, **{**FULL, "content": {"difficulties": "别的"}})
    assert conflict.value.code == "uid_taken"


def test_somebody_elses_number_does_not_exist(office: Office) -> None:
    household, uid = make_household(office.village), uuid4()
    _visit(office, household, uid=uid, **FULL)
    with pytest.raises(OutOfScope):
        _visit(office, household, who=office.township, uid=uid, **FULL)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"visitors": 1}, "入户人员至少 2 人，现有 1 人"),
        ({"photos": 0}, "入户照片至少 1 张，现有 0 张"),
        ({"content": {"finding": "true"}}, "农户没有签字"),
        ({"content": {"signed": True}}, "没有填写核实结论"),
        ({"content": {"signed": True, "finding": "true", "by_phone": True}}, "不能以电话代替"),
    ],
)
def test_a_home_check_that_lacks_something_is_not_kept(office: Office, change: dict[str, Any], fault: str) -> None:
    clue = office.clue(make_household(office.village))
    with pytest.raises(Refused) as refusal:
        record_visit(
            household=clue.household,
            kind="check",
            clue=clue,
            visited_on=office.today,
            visitors=office.visitors()[: change.get("visitors", 2)],
            photos=[office.photo(office.owner)][: change.get("photos", 1)],
            content=change.get("content", {"signed": True, "finding": "true"}),
            actor=office.owner,
            at=office.at,
        )
    assert any(fault in line for line in refusal.value.details)
    assert not Visit.objects.exists()


def test_the_same_person_twice_is_one_visitor(office: Office) -> None:
    clue = office.clue(make_household(office.village))
    with pytest.raises(Refused, match="现有 1 人"):
        office.check(clue, "true", office.owner, office.owner)


def test_somebody_from_outside_the_village_where_policy_asks(office: Office, hire: Callable[..., User]) -> None:
    PolicyValue.objects.create(
        key="visit_township_required",
        division_id="990101100000",
        value=True,
        valid_from=date(2026, 1, 1),
        source="镇办〔2026〕2号",
        set_by=office.bureau,
        recorded_at=office.at,
    )
    deputy = hire("deputy", Role.VILLAGE_CADRE, "990101100201")
    clue = office.clue(make_household(office.village))
    with pytest.raises(Refused, match="须有一名不是村两委成员"):
        office.check(clue, "true", office.owner, deputy)
    assert office.check(clue, "true", office.owner, deputy, office.township).state == "verified"


def test_nobody_met_needs_neither_photo_nor_signature(office: Office) -> None:
    clue = office.clue(make_household(office.village))
    check_clue(
        clue=clue,
        version=1,
        actor=office.owner,
        at=office.at,
        visited_on=office.today,
        visitors=office.visitors(),
        content={"finding": "not_met"},
    )
    clue.refresh_from_db()
    assert clue.state == "verified"


def test_a_check_sent_again_changes_nothing_whatever_became_of_the_clue(office: Office) -> None:
    clue, photo, uid = office.clue(make_household(office.village)), office.photo(office.owner), uuid4()
    sent: dict[str, Any] = {
        "clue": clue,
        "version": clue.version,
        "actor": office.owner,
        "at": office.at,
        "visited_on": office.today,
        "visitors": office.visitors(),
        "photos": [photo],
        "content": {"finding": "unfounded", "signed": True},
        "uid": uid,
    }
    first, row = check_clue(**sent)
    office.do(row, "close_unfounded", office.owner, note="收入稳定")
    again, row = check_clue(**sent)
    assert (first.pk, row.state, row.version) == (again.pk, "unfounded", 3)


def test_a_check_and_its_step_are_kept_together_or_not_at_all(office: Office) -> None:
    clue = office.clue(make_household(office.village), who=office.township)
    with pytest.raises(Conflict):
        office.check(clue)
    assert not Visit.objects.exists()


def test_one_check_serves_two_clues_of_the_household(office: Office) -> None:
    household = make_household(office.village)
    first = office.verified(household)
    second = office.clue(household, risk="因残")
    visit = Visit.objects.get(clue=first)
    assert office.do(second, "verify", office.owner, data={"visit": str(visit.uid)}).state == "verified"


def test_a_visit_of_another_household_verifies_nothing(office: Office) -> None:
    office.verified(make_household(office.village))
    clue = office.clue(make_household(office.village))
    with pytest.raises(Refused, match="没有找到该户"):
        office.do(clue, "verify", office.owner, data={"visit": str(Visit.objects.get().uid)})


def test_monitored_households_are_visited_monthly_and_cleared_ones_quarterly_for_a_year(office: Office) -> None:
    monitored = make_episode(make_household(office.village))
    cleared = make_episode(make_household(office.village), cleared_on=date(2026, 9, 1))
    ending = make_episode(make_household(office.village), cleared_on=date(2025, 11, 20))
    for episode in (monitored, cleared, ending):
        _visit(office, episode.household)
        episode.refresh_from_db()
    days = [episode.next_follow_up_on for episode in (monitored, cleared, ending)]
    assert days == [date(2026, 12, 10), date(2027, 2, 10), None]
    assert list(Episode.objects.follow_up_due(date(2026, 12, 10))) == [monitored]


def test_a_late_report_does_not_put_the_next_visit_back(office: Office) -> None:
    episode = make_episode(make_household(office.village))
    _visit(office, episode.household)
    _visit(office, episode.household, visited_on=date(2026, 10, 1))
    episode.refresh_from_db()
    assert episode.next_follow_up_on == date(2026, 12, 10)


@pytest.mark.parametrize(
    "change",
    [
        {"visited_on": date(2026, 11, 11)},
        {"kind": "inspection"},
        {"kind": "check"},
        {"kind": "clearing"},
        {"visitors": []},
        {"visitors": [{"name": ""}]},
        {"visitors": [{"name": "甲", "role": "县长"}]},
        {"content": {"mood": "good"}},
        {"content": {"risks": ["因懒"]}},
        {"content": {"difficulties": "字" * 1001}},
        {"income": {"items": {"wage": {"务工": "一万"}}}},
        {"income": {"items": {"wage": {"务工": "-5"}}}},
        {"income": {"items": {"luck": {"彩票": 1}}}},
        {"income": {"items": ["wage"]}},
        {"income": {"items": {"wage": 5}}},
        {"income": {"starts_on": "2026-12-01", "items": {}}},
        {"income": {"ends_on": "昨天", "items": {}}},
        {"income": {"members": 0.5, "items": {}}},
        {"income": {"basis": "annual", "items": {}}},
        {"condition": {"water_ok": "是"}},
        {"condition": {"house_grade": "E"}},
        {"condition": {"farmland": "很多"}},
        {"condition": {"on": "2026-01-01"}},
        {"condition": {"roof": "瓦"}},
    ],
)
def test_unfit_visits_are_refused_and_leave_nothing(office: Office, change: dict[str, Any]) -> None:
    household = make_household(office.village)
    with pytest.raises(Refused):
        _visit(office, household, **{**FULL, **change})
    assert (Visit.objects.count(), Income.objects.count(), LivingCondition.objects.count()) == (0, 0, 0)


def test_who_may_visit(office: Office, outsider: User, auditor: User, hire: Callable[..., User]) -> None:
    helper = hire("helper", Role.HELPER, "990101000000")
    mine, other = make_household(office.village, helper=helper), make_household(office.village)
    assert _visit(office, mine, who=helper, visitors=[{"user": helper}]).recorded_by == helper
    with pytest.raises(OutOfScope):
        _visit(office, other, who=helper)
    with pytest.raises(OutOfScope):
        _visit(office, other, who=outsider)
    with pytest.raises(Forbidden):
        _visit(office, other, who=auditor)
    clue = office.clue(mine)
    with pytest.raises(Forbidden):
        _visit(office, mine, who=helper, kind="check", clue=clue)


def test_the_visits_clue_and_case_must_be_the_households(office: Office) -> None:
    clue = office.clue(make_household(office.village))
    with pytest.raises(Refused, match="不是这一户的"):
        _visit(office, make_household(office.village), clue=clue)


def test_an_assessment_belongs_to_a_case_in_assessment(office: Office) -> None:
    episode = office.ready_to_clear()
    case = office.assessed(episode.household)
    Case.objects.filter(pk=case.pk).update(state="appraising")
    with pytest.raises(Conflict):
        _visit(office, episode.household, kind="clearing", case=Case.objects.get(pk=case.pk))
