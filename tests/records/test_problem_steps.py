"""The table of problems: every unlisted cell is refused, who did it does not judge it, one winner in a race."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from builders import make_household
from cast import NOW
from django.test import Client
from django.urls import reverse
from problem_world import ASSIGNMENT, clear, later, make_problem, paper, take

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import AuditEvent, Division, Role, User
from accounts.permissions import PERMISSIONS
from monitoring.services.clues import open_clue
from records.models import Problem
from records.problems.kinds import KINDS
from records.problems.story import details_of, step_words
from records.problems.table import TABLE, steps_of
from records.services import problems
from records.services.problems import available_actions, perform

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
STATES = tuple(Problem.State.values)


@pytest.fixture
def world(village: Division, owner: User, township: User, bureau: User, county: Division) -> dict[str, Any]:
    household = make_household(village)
    child = household.memberships.get(person__name="张小明").person
    return {"household": household, "child": child, "owner": owner, "township": township, "bureau": bureau}


def subject(kind: str, world: dict[str, Any], village: Division) -> dict[str, Any]:
    about = KINDS[kind].about
    if about == "place":
        return {"division": village}
    return {"household": world["household"]} | ({"person": world["child"]} if about == "person" else {})


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_goes_from_found_to_signed_off(kind: str, world: dict[str, Any], village: Division) -> None:
    problem = make_problem(kind=kind, actor=world["bureau"], **subject(kind, world, village))
    problem = clear(problem, world["township"], world["bureau"])
    assert problem.state == "signed_off"
    assert problem.signed_off_on == date(2026, 11, 10)
    assert [step.action for step in problem.steps.all()] == ["open", "assign", "report_done", "accept", "sign_off"]
    assert problem.number.startswith("WT990101-2026-")


@pytest.mark.parametrize("kind", KINDS)
def test_every_unlisted_cell_is_refused(kind: str, world: dict[str, Any], village: Division) -> None:
    problem = make_problem(kind=kind, actor=world["bureau"], **subject(kind, world, village))
    actions = {step.action for step in steps_of(problem)}
    listed = {(state, step.action) for step in steps_of(problem) for state in step.sources}
    refused = 0
    for state in STATES:
        Problem.objects.filter(pk=problem.pk).update(state=state)
        problem.refresh_from_db()
        for action in sorted(actions):
            if (state, action) in listed:
                continue
            actor = next(who for who in (world["bureau"], world["township"]) if _holds(kind, action, who))
            with pytest.raises(Conflict) as caught:
                perform(problem=problem, action=action, actor=actor, at=NOW, version=problem.version, note="x")
            assert caught.value.code == "wrong_state"
            refused += 1
    assert refused == len(STATES) * len(actions) - len(listed)
    with pytest.raises(Refused, match="没有这个办理动作"):
        perform(problem=problem, action="open", actor=world["bureau"], at=NOW, version=problem.version)


def _holds(kind: str, action: str, actor: User) -> bool:
    roles = PERMISSIONS[next(step.right or "" for step in TABLE[kind] if step.action == action)]
    return actor.posts.filter(role__in=roles).exists()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", [role for role in Role if role != Role.HELPER])
def test_each_step_is_for_the_roles_of_its_right(
    kind: str, role: Role, world: dict[str, Any], village: Division, hire: Callable[..., User]
) -> None:
    problem = make_problem(kind=kind, actor=world["bureau"], **subject(kind, world, village))
    places = {Role.VILLAGE_CADRE: "990101100201", Role.TOWNSHIP_STAFF: "990101100000"}
    places[Role.TOWNSHIP_LEADER] = "990101100000"
    department = (KINDS[kind].department or "finance") if role == Role.LIAISON else ""
    actor = hire("somebody", role, places.get(role, "990101000000"), department=department)
    for step in steps_of(problem):
        Problem.objects.filter(pk=problem.pk).update(state=step.sources[0])
        problem.refresh_from_db()
        offered = {item.action for item in available_actions(problem, actor, NOW)}
        allowed = role in PERMISSIONS[step.right or ""] and (role != Role.LIAISON or bool(KINDS[kind].department))
        assert (step.action in offered) == allowed, (kind, role, step.action)
        if not allowed:
            with pytest.raises((Forbidden, OutOfScope)):
                perform(problem=problem, action=step.action, actor=actor, at=NOW, version=problem.version, note="x")


def test_who_reported_it_done_neither_checks_nor_signs_off(
    world: dict[str, Any], village: Division, hire: Callable[..., User]
) -> None:
    other = hire("second", Role.COUNTY_BUREAU, "990101000000")
    problem = make_problem(kind="rectification", actor=other, division=village)
    problem = clear(problem, other, other, until="report_done")
    for action in ("accept", "return_work"):
        with pytest.raises(Forbidden, match="你在本问题中已承担“办理”"):
            take(problem, action, other)
        assert action not in {item.action for item in available_actions(problem, other, NOW)}
    problem = take(problem, "accept", world["bureau"])
    with pytest.raises(Forbidden):
        take(problem, "sign_off", other)
    assert AuditEvent.objects.filter(action="problem.refused", actor=other).count() == 3
    assert take(problem, "sign_off", world["bureau"]).state == "signed_off"


def test_who_judged_it_does_not_report_it_done_later(world: dict[str, Any], village: Division) -> None:
    problem = make_problem(kind="rectification", actor=world["bureau"], division=village)
    problem = clear(problem, world["township"], world["bureau"], until="report_done")
    problem = take(problem, "return_work", world["bureau"], note="照片不清")
    assert (problem.state, problem.done_on) == ("assigned", None)
    with pytest.raises(Forbidden, match="已承担“验收”"):
        take(problem, "report_done", world["bureau"])


def test_a_look_back_that_fails_opens_it_again(world: dict[str, Any], village: Division) -> None:
    problem = clear(make_problem(kind="water", actor=world["owner"], division=village), world["owner"], world["bureau"])
    problem = take(problem, "reopen", world["bureau"], at=later(30), note="又没水了")
    assert (problem.state, problem.signed_off_on, problem.due_on) == ("assigned", None, date(2027, 3, 10))
    assert Problem.objects.as_of(date(2026, 11, 20)).get().state_then == "signed_off"
    assert Problem.objects.as_of(date(2026, 12, 31)).get().state_then == "assigned"


def test_papers_words_and_versions_are_asked_for(world: dict[str, Any], village: Division) -> None:
    problem = make_problem(kind="house", actor=world["owner"], household=world["household"])
    with pytest.raises(Refused, match="请填写|填写的内容有误"):
        perform(problem=problem, action="assign", actor=world["bureau"], at=NOW, version=1)
    with pytest.raises(Refused, match="缺少版本号"):
        perform(problem=problem, action="assign", actor=world["bureau"], at=NOW, version=None, data=ASSIGNMENT)
    problem = take(problem, "assign", world["bureau"])
    with pytest.raises(Refused, match="须附照片"):
        perform(
            problem=problem, action="report_done", actor=world["owner"], at=NOW, version=problem.version, note="好了"
        )
    with pytest.raises(Refused, match="须填竣工日期"):
        perform(
            problem=problem, action="report_done", actor=world["owner"], at=NOW, version=problem.version, note="好了",
            data={"handling": "rebuild"}, files=[paper(world["owner"])],
        )  # fmt: skip
    with pytest.raises(Refused) as caught:
        take(problem, "report_done", world["owner"], data={"subsidy": "一万"})
    assert caught.value.details == ["补助金额（元）应为金额，如 35000.00"]
    problem = take(problem, "report_done", world["owner"])
    assert problem.details["subsidy"] == "35000.00"
    assert ("补助金额（元）", "35,000.00") in details_of(problem)
    told = dict(step_words(problem, problem.steps.get(action="assign"))[1])
    assert "责任单位" in told and not any("不填" in title for title in told)
    with pytest.raises(Conflict, match="刚被他人办理过"):
        perform(problem=problem, action="accept", actor=world["bureau"], at=NOW, version=1)


def test_days_go_forwards(world: dict[str, Any], village: Division) -> None:
    problem = make_problem(kind="water", actor=world["owner"], division=village, found_on=date(2026, 11, 5))
    with pytest.raises(Refused, match="不能早于 2026-11-05"):
        take(problem, "assign", world["bureau"], happened_on=date(2026, 11, 4))
    with pytest.raises(Refused, match="不能晚于今天"):
        take(problem, "assign", world["bureau"], happened_on=date(2026, 11, 11))
    assert take(problem, "assign", world["bureau"], happened_on=date(2026, 11, 6)).due_on == date(2027, 2, 4)


def test_one_open_problem_of_a_kind_for_a_household(world: dict[str, Any]) -> None:
    first = make_problem(kind="house", actor=world["owner"], household=world["household"])
    with pytest.raises(Refused, match=first.number):
        make_problem(kind="house", actor=world["owner"], household=world["household"])
    first = clear(first, world["owner"], world["bureau"])
    make_problem(kind="house", actor=world["owner"], household=world["household"])
    missing = {item.action: item.missing for item in available_actions(first, world["bureau"], NOW)}
    assert "已有在办的住房安全问题" in missing["reopen"][0]


def test_a_clue_in_hand_is_linked_and_its_day_counts(world: dict[str, Any]) -> None:
    clue = open_clue(
        household=world["household"], risk="因安全住房", channel="02", actor=world["owner"], at=NOW,
        received_on=date(2026, 10, 20), content="墙裂了",
    )  # fmt: skip
    problem = make_problem(kind="house", actor=world["owner"], household=world["household"])
    assert (problem.clue, problem.found_on) == (clue, date(2026, 10, 20))


def test_an_item_from_above_is_signed_off_by_the_level_that_fed_it_back(
    world: dict[str, Any], village: Division
) -> None:
    problem = make_problem(kind="rectification", actor=world["bureau"], division=village, level="province")
    problem = clear(problem, world["township"], world["bureau"], until="accept")
    with pytest.raises(Refused, match="由反馈单位销号"):
        take(problem, "sign_off", world["bureau"])
    said = {"signed_by": "省考核办", "signed_number": "省考〔2026〕5号"}
    assert take(problem, "sign_off", world["bureau"], data=said).details["signed_number"] == "省考〔2026〕5号"


def test_what_is_untrue_is_void_and_stays_so(world: dict[str, Any], village: Division) -> None:
    problem = make_problem(kind="water", actor=world["owner"], division=village)
    problem = take(problem, "void", world["bureau"], note="水质合格")
    assert problem.state == "void"
    assert available_actions(problem, world["bureau"], NOW) == []


def test_a_stranger_finds_nothing_and_an_unfit_subject_is_refused(
    world: dict[str, Any], village: Division, outsider: User, colleague: User
) -> None:
    problem = make_problem(kind="water", actor=world["owner"], division=village)
    for stranger in (outsider, colleague):
        with pytest.raises(OutOfScope):
            take(problem, "assign", stranger)
        assert not Problem.objects.visible_to(stranger).exists()
    with pytest.raises(Refused, match="要落到户"):
        make_problem(kind="house", actor=world["owner"], division=village)
    with pytest.raises(Refused, match="涉及的户内成员"):
        make_problem(kind="dropout", actor=world["owner"], household=world["household"])
    with pytest.raises(Refused, match="反馈层级"):
        make_problem(kind="rectification", actor=world["bureau"], division=village, level="moon")
    with pytest.raises(Refused, match="发现日期"):
        make_problem(kind="water", actor=world["owner"], division=village, found_on=date(2026, 11, 11))


def test_a_liaison_sees_the_problems_of_his_department_alone(
    world: dict[str, Any], village: Division, hire: Callable[..., User]
) -> None:
    water = make_problem(kind="water", actor=world["owner"], division=village)
    make_problem(kind="house", actor=world["owner"], household=world["household"])
    liaison = hire("water_man", Role.LIAISON, "990101000000", department="water")
    assert list(Problem.objects.visible_to(liaison)) == [water]
    clear(water, world["owner"], world["bureau"], until="report_done")
    assert take(water, "accept", liaison).state == "checked"


def test_the_page_offers_going_on_before_giving_it_to_others(
    world: dict[str, Any], village: Division, client: Client
) -> None:
    problem = make_problem(kind="water", actor=world["bureau"], division=village)
    clear(problem, world["township"], world["bureau"], until="assign")
    client.force_login(world["township"], backend="django.contrib.auth.backends.ModelBackend")
    choices = client.get(reverse("problem-detail", args=[problem.uid])).context["choices"]
    assert [item.step.action for item, _ in choices][0] == "note_progress"
    assert [item.step.action for item, _ in choices][-1] == "reassign"


def test_of_two_who_act_on_the_same_version_one_wins(
    world: dict[str, Any], village: Division, monkeypatch: pytest.MonkeyPatch, hire: Callable[..., User]
) -> None:
    """Without the row lock, as where both have read before either wrote: the claim of the version decides."""
    other = hire("second", Role.COUNTY_BUREAU, "990101000000")
    problem = make_problem(kind="water", actor=world["owner"], division=village)
    seen = Problem.objects.select_related("household", "division")
    monkeypatch.setattr(problems, "_locked", lambda row: stale.pop())
    stale = [seen.get(pk=problem.pk) for _ in range(2)]
    perform(problem=problem, action="assign", actor=world["bureau"], at=NOW, version=1, data=ASSIGNMENT)
    with pytest.raises(Conflict, match="刚被他人办理过"):
        perform(problem=problem, action="void", actor=other, at=NOW, version=1, note="不属实")
    problem.refresh_from_db()
    assert (problem.state, problem.steps.count()) == ("assigned", 2)
