"""Plans: opened at enrolment, adopted with a fitting measure for every risk, changed by version."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from builders import make_episode, make_household
from django.utils import timezone

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import Role, User
from assistance.models import Plan
from assistance.services.measures import add_measure
from assistance.services.plans import adopt_plan, change_plan, open_plan
from monitoring.models import PolicyValue

pytestmark = pytest.mark.usefixtures("clock")


def test_a_plan_is_due_ten_days_after_enrolment(plan: Plan) -> None:
    assert (plan.due_on, plan.adopted_on) == (date(2026, 11, 20), None)


def test_the_county_may_set_another_term_counted_in_working_days(
    village: Any, county: Any, bureau: User, owner: User
) -> None:
    for key, value in (("plan_days", 5), ("clock_kind", "working")):
        PolicyValue.objects.create(
            key=key,
            division=county,
            value=value,
            valid_from=date(2026, 1, 1),
            source="县文件",
            set_by=bureau,
            recorded_at=timezone.now(),
        )
    episode = make_episode(make_household(village))
    assert open_plan(episode=episode, actor=owner, at=timezone.now()).due_on == date(2026, 11, 17)


def test_opening_twice_gives_the_same_plan(plan: Plan, owner: User) -> None:
    assert open_plan(episode=plan.episode, actor=owner, at=timezone.now()) == plan
    assert Plan.objects.count() == 1


def test_a_risk_without_a_measure_that_fits_stops_the_plan(plan: Plan, owner: User, draft: Callable[..., Any]) -> None:
    with pytest.raises(Refused) as refusal:
        adopt(plan, owner, measures=[draft("因学", "教育帮扶", "雨露计划")])
    assert refusal.value.code == "risk_without_measure"
    assert refusal.value.details == ["因病：可选 健康帮扶、综合保障、社会帮扶"]
    plan.refresh_from_db()
    assert (plan.adopted_on, plan.measures.count(), plan.version) == (None, 0, 1)


def test_a_category_that_does_not_fit_the_risk_is_refused(plan: Plan, owner: User, draft: Callable[..., Any]) -> None:
    with pytest.raises(Refused, match="不对应风险"):
        adopt(plan, owner, measures=[draft("因病", "产业帮扶", "入股分红")])


def test_an_adopted_plan_makes_its_responsible_person_the_helper(
    plan: Plan, owner: User, hire: Callable[..., User], drafts: list[Any]
) -> None:
    helper = hire("helper", Role.HELPER, "990101000000")
    adopted = adopt(plan, owner, responsible=helper, measures=drafts)
    assert adopted.adopted_on == date(2026, 11, 10)
    household = adopted.episode.household
    household.refresh_from_db()
    assert (household.helper, adopted.responsible) == (helper, helper)


def test_the_responsible_person_needs_a_post_that_covers_the_village(
    plan: Plan, owner: User, colleague: User, auditor: User, drafts: list[Any]
) -> None:
    for stranger in (colleague, auditor):
        with pytest.raises(Refused, match="现任岗位"):
            adopt(plan, owner, responsible=stranger, measures=drafts)


def test_measures_placed_beforehand_count(plan: Plan, owner: User, drafts: list[Any]) -> None:
    for wanted in drafts:
        add_measure(plan=plan, draft=wanted, actor=owner, at=timezone.now())
    assert adopt(plan, owner).adopted_on


def test_a_plan_is_adopted_once_and_then_changed_by_version(plan: Plan, owner: User, drafts: list[Any]) -> None:
    adopted = adopt(plan, owner, measures=drafts)
    with pytest.raises(Refused, match="已经制定"):
        adopt(adopted, owner)
    changed = change_plan(plan=adopted, version=adopted.version, goal="稳定增收", actor=owner, at=timezone.now())
    assert (changed.goal, changed.version) == ("稳定增收", adopted.version + 1)
    with pytest.raises(Conflict) as conflict:
        change_plan(plan=adopted, version=adopted.version, goal="另一目标", actor=owner, at=timezone.now())
    assert conflict.value.details == ["目标：你提交的是“另一目标”，现在是“稳定增收”"]


def test_a_later_signature_or_an_empty_unit_is_refused(plan: Plan, owner: User, drafts: list[Any]) -> None:
    with pytest.raises(Refused, match="签字日期"):
        adopt(plan, owner, measures=drafts, signed_on=date(2026, 11, 11))
    with pytest.raises(Refused, match="责任单位"):
        adopt(plan, owner, measures=drafts, unit="  ")


def test_who_may_plan(
    plan: Plan,
    township: User,
    colleague: User,
    outsider: User,
    auditor: User,
    hire: Callable[..., User],
    drafts: list[Any],
) -> None:
    helper = hire("helper", Role.HELPER, "990101000000")
    for stranger in (colleague, outsider, helper):
        with pytest.raises(OutOfScope):
            adopt(plan, stranger, responsible=township, measures=drafts)
    with pytest.raises(Forbidden):
        adopt(plan, auditor, responsible=township, measures=drafts)
    adopted = adopt(plan, township, responsible=helper, measures=drafts)
    plan = Plan.objects.get(pk=adopted.pk)
    assert change_plan(plan=plan, version=plan.version, goal="由帮扶人调整", actor=helper, at=timezone.now())


def test_overdue_plans_are_those_of_monitored_households_not_adopted_in_time(plan: Plan) -> None:
    assert not Plan.objects.overdue(date(2026, 11, 20))
    assert list(Plan.objects.overdue(date(2026, 11, 21))) == [plan]
    plan.episode.state = "cleared"
    plan.episode.save()
    assert not Plan.objects.overdue(date(2026, 11, 21))


def adopt(plan: Plan, actor: User, **values: Any) -> Plan:
    wanted = {"responsible": actor, "unit": "石桥镇人民政府", "version": plan.version, **values}
    return adopt_plan(plan=plan, actor=actor, at=timezone.now(), **wanted)
