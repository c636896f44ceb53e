"""The table is the whole truth: every cell of state, action and role behaves as it says, and no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from builders import make_episode, make_household, make_number
from django.db import connection, transaction
from journeys import Office

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import Division, Role, User
from accounts.permissions import PERMISSIONS
from households.models import Household
from monitoring.models import Case, Clue, DutyTaken, Episode, EpisodeEvent, Transition
from monitoring.workflow import TABLE, available_actions, perform
from monitoring.workflow.step import NEW

pytestmark = pytest.mark.django_db

PLACE_OF = {
    Role.VILLAGE_CADRE: "990101100201",
    Role.TOWNSHIP_STAFF: "990101100000",
    Role.TOWNSHIP_LEADER: "990101100000",
}
UNSEEN = {Role.LIAISON, Role.ADMINISTRATOR}
CONDITIONS = {"conditions", "invalid", "note_missing", "files_missing"}
KINDS = ["clue", "enrol", "reidentify", "clear", "roll_back"]


@pytest.fixture
def staff(office: Office, hire: Callable[..., User]) -> dict[Role, User]:
    """One user of every role, each in the household's own village, township or county."""
    made = {}
    for role in Role:
        department = "health" if role == Role.LIAISON else ""
        made[role] = hire(f"staff_{role.value}", role, PLACE_OF.get(role, "990101000000"), department=department)
    return made


def _household(village: Division, kind: str, helper: User) -> Household:
    household = make_household(village, helper=helper)
    if kind in ("clear", "roll_back"):
        make_episode(household)
    return household


def _row(kind: str, household: Household, state: str, office: Office) -> Clue | Case:
    """A row in that state, as if it had come there."""
    common = {"household": household, "village": household.village, "state": state, "recorded_at": office.at}
    if kind == "clue":
        return Clue.objects.create(number="XS", risk="因病", channel="02", received_on=office.today, **common)
    return Case.objects.create(
        number="BJ",
        kind=kind,
        episode=household.episodes.first(),
        risks=["因病"],
        monitored_type="边缘易致贫户",
        opened_by=office.second,
        opened_on=office.today,
        **common,
    )


def _states(kind: str) -> list[str]:
    return list((Clue if kind == "clue" else Case).State.values)


def _fingerprint() -> list[Any]:
    """What a refused step must not change. The audit of refusals is not among it."""
    tables = (Clue, Case, Transition, DutyTaken, Episode, EpisodeEvent)
    return [list(model.objects.order_by("pk").values_list()) for model in tables]


def _outcome(row: Clue | Case, action: str, actor: User, office: Office) -> str:
    """How the engine answers: taken, conditions, forbidden, conflict or unseen."""
    try:
        perform(subject=row, action=action, actor=actor, at=office.at, version=row.version, note="理由")
        return "taken"
    except OutOfScope:
        return "unseen"
    except Forbidden:
        return "forbidden"
    except Conflict:
        return "conflict"
    except Refused as refusal:
        return "conditions" if refusal.code in CONDITIONS else refusal.code


def _undone(row: Clue | Case, action: str, actor: User, office: Office) -> str:
    """The answer to a listed cell, with what it did taken back."""
    with transaction.atomic():
        answer = _outcome(row, action, actor, office)
        transaction.set_rollback(True)
    return answer


def _expected(kind: str, action: str, state: str, role: Role) -> set[str]:
    """What the table says about one cell."""
    rows = [step for step in TABLE[kind] if step.action == action and step.right]
    if role in UNSEEN:
        return {"unseen"}
    if not rows:
        return {"unknown_action"} if any(role in step.roles for step in TABLE[kind]) else {"forbidden"}
    if not any(role in step.roles for step in rows):
        return {"forbidden"}
    here = [step for step in rows if state in step.sources]
    if not here:
        return {"conflict"}
    return {"taken", "conditions"} if role in here[0].roles else {"forbidden"}


def test_a_reidentification_goes_the_way_of_an_enrolment() -> None:
    assert TABLE["reidentify"][1:] == TABLE["enrol"][1:]
    assert all(mine is theirs for mine, theirs in zip(TABLE["reidentify"][1:], TABLE["enrol"][1:], strict=True))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "reidentify"])
def test_exactly_the_listed_cells_are_allowed(kind: str, office: Office, staff: dict[Role, User]) -> None:
    household = _household(office.village, kind, staff[Role.HELPER])
    wrong, cells, allowed = [], 0, 0
    for state in _states(kind):
        row = _row(kind, household, state, office)
        before = _fingerprint()
        for action in sorted({step.action for step in TABLE[kind]} | {"no_such_action"}):
            for role in Role:
                expected = _expected(kind, action, state, role)
                ask = _undone if "taken" in expected else _outcome
                answer = ask(row, action, staff[role], office)
                cells, allowed = cells + 1, allowed + (answer in ("taken", "conditions"))
                if answer not in expected:
                    wrong.append((state, action, role.value, answer, sorted(expected)))
        assert _fingerprint() == before
        type(row).objects.filter(pk=row.pk).delete()
    assert not wrong
    assert 0 < allowed < cells


@pytest.mark.parametrize("kind", KINDS)
def test_buttons_are_the_allowed_cells(kind: str, office: Office, staff: dict[Role, User]) -> None:
    household = _household(office.village, kind, staff[Role.HELPER])
    for state in _states(kind):
        row = _row(kind, household, state, office)
        for role in Role:
            shown = {item.action for item in available_actions(row, staff[role], office.at)}
            listed = {
                step.action for step in TABLE[kind] if step.right and state in step.sources and role in step.roles
            }
            assert shown == (set() if role in UNSEEN else listed), (state, role)
        type(row).objects.filter(pk=row.pk).delete()


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_is_sound(kind: str) -> None:
    """Every state can be reached and left, no cell has two steps, every name in it exists."""
    model = Clue if kind == "clue" else Case
    steps = TABLE[kind]
    cells = [(step.action, source) for step in steps for source in step.sources]
    assert len(cells) == len(set(cells))
    reached = {target for step in steps for target in step.targets}
    used = {source for step in steps for source in step.sources if source != NEW} | reached
    assert used <= set(model.State.values)
    for state in used:
        assert state in reached
        if state in model.OPEN_STATES:
            leaving = [step for step in steps if state in step.sources and set(step.targets) - {state}]
            assert leaving, f"nothing leads out of {state}"
    for step in steps:
        assert step.right is None or PERMISSIONS[step.right]
        assert not (step.duty and step.duty in step.barred)


def test_an_outsider_learns_nothing(office: Office, outsider: User) -> None:
    clue = office.clue(make_household(office.village))
    for action in ("dispatch", "verify", "no_such_action"):
        with pytest.raises(OutOfScope):
            perform(subject=clue, action=action, actor=outsider, at=office.at, version=None)


def test_a_neighbouring_village_learns_nothing(office: Office, colleague: User) -> None:
    clue = office.clue(make_household(office.village))
    with pytest.raises(OutOfScope):
        perform(subject=clue, action="verify", actor=colleague, at=office.at, version=clue.version)
    assert available_actions(clue, colleague, office.at) == []


def test_a_refused_attempt_is_in_the_audit(office: Office, colleague: User) -> None:
    from accounts.models import AuditEvent

    clue = office.clue(make_household(office.village))
    with pytest.raises(OutOfScope):
        office.do(clue, "verify", colleague)
    with pytest.raises(Forbidden):
        office.do(clue, "dispatch", office.owner)
    found = AuditEvent.objects.filter(action="workflow.refused").order_by("id")
    assert [(event.actor, event.detail["code"]) for event in found] == [
        (colleague, "not_found"),
        (office.owner, "forbidden"),
    ]


def test_a_write_without_a_version_is_refused(office: Office) -> None:
    clue = office.clue(make_household(office.village), who=office.bureau)
    with pytest.raises(Refused) as refusal:
        office.do(clue, "dispatch", office.bureau, version=None)
    assert (refusal.value.code, refusal.value.field) == ("version_missing", "version")


def test_a_stale_version_is_a_conflict_that_says_how_it_stands(office: Office) -> None:
    clue = office.clue(make_household(office.village), who=office.bureau)
    office.do(clue, "dispatch", office.bureau)
    with pytest.raises(Conflict, match="待分派（乡镇）”（第 2 版）") as conflict:
        office.do(clue, "dispatch", office.bureau, version=1)
    assert (conflict.value.code, conflict.value.status) == ("stale", 409)


def test_an_unknown_input_is_refused(office: Office) -> None:
    clue = office.clue(make_household(office.village), who=office.bureau)
    with pytest.raises(Refused) as refusal:
        office.do(clue, "dispatch", office.bureau, data={"state": "enrolled"})
    assert refusal.value.details == ["不认识的内容“state”"]


def test_a_day_in_the_future_is_refused(office: Office) -> None:
    clue = office.clue(make_household(office.village), who=office.bureau)
    with pytest.raises(Refused) as refusal:
        office.do(clue, "dispatch", office.bureau, happened_on=office.today + timedelta(days=1))
    assert refusal.value.code == "date_in_future"


def test_a_strangers_file_cannot_be_attached(office: Office, outsider: User) -> None:
    case = office.case_of(office.verified(make_household(office.village)))
    signing = {"signed_on": office.today.isoformat()}
    with pytest.raises(Refused) as refusal:
        office.do(case, "authorise", office.owner, data=signing, files=[office.photo(outsider)])
    assert refusal.value.code == "not_your_file"


def test_what_is_missing_is_said_before_the_button_is_pressed(office: Office) -> None:
    case = office.case_of(office.verified(make_household(office.village)))
    shown = {item.action: item.missing for item in available_actions(case, office.owner, office.at)}
    assert shown["authorise"] == []
    assert "没有登记农户的承诺授权" in shown["to_appraisal"]


def test_a_step_before_its_day_names_the_day(office: Office) -> None:
    """Beside the day nothing is missing; once something else is, no day would be true."""
    case = office.posted(office.prepared(office.case_of(office.verified(make_household(office.village)))))

    def since() -> dict[str, date | None]:
        return {item.action: item.since for item in available_actions(case, office.owner, office.at)}

    assert since()["take_down"] == office.today + timedelta(days=6)
    assert since()["submit"] is None
    office.wait(6)
    assert since()["take_down"] is None


@pytest.fixture(autouse=True)
def _no_transactions_left() -> Iterator[None]:
    yield
    assert not connection.needs_rollback


@pytest.mark.parametrize("note", ["坏\x00字", "长" * 1001, f"户主 {make_number(7)} 已外出", "\ud800"])
def test_a_note_that_cannot_or_must_not_be_kept_is_refused(office: Office, note: str) -> None:
    clue = office.clue(make_household(office.village), who=office.bureau)
    with pytest.raises(Refused) as refusal:
        office.do(clue, "close_solved", office.bureau, note=note)
    assert (refusal.value.code, refusal.value.field) == ("invalid", "note")


def test_a_resident_number_may_stand_where_it_is_kept_encrypted(office: Office) -> None:
    number = make_number(7)
    clue = office.clue(make_household(office.village), content=f"来电人称 {number} 住院")
    assert number in clue.content
    assert number.encode() not in bytes(clue.content_sealed)
    assert office.do(clue, "mark_green", office.owner, note="工单 20261110123456789012 已受理").green_channel
