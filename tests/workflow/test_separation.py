"""Nobody reviews or decides what he prepared, whatever posts he holds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from builders import make_household
from django.db import DatabaseError, IntegrityError, transaction
from journeys import Office

from accounts.errors import Forbidden
from accounts.models import AuditEvent, Role, User
from monitoring.models import Case, DutyTaken, Transition
from monitoring.workflow import available_actions
from monitoring.workflow.batch import perform_each

pytestmark = pytest.mark.django_db

TOWNSHIP, COUNTY = "990101100000", "990101000000"
REVIEW = ("review_pass", "review_return", "review_reject")
DECIDE = ("decide_pass", "decide_return", "decide_reject")


@pytest.fixture
def jack(office: Office, hire: Callable[..., User]) -> User:
    """One person with every post: of the village, the township and the county."""
    user = hire("jack", Role.VILLAGE_CADRE, "990101100201")
    for role, code in ((Role.TOWNSHIP_STAFF, TOWNSHIP), (Role.TOWNSHIP_LEADER, TOWNSHIP), (Role.COUNTY_BUREAU, COUNTY)):
        hire("jack", role, code)
    return user


def _submitted(office: Office) -> Case:
    return office.submitted(
        office.posted(office.prepared(office.case_of(office.verified(make_household(office.village)))))
    )


@pytest.mark.parametrize("preparer", ["owner", "township", "jack"])
@pytest.mark.parametrize("reviewer", ["township", "leader", "jack"])
@pytest.mark.parametrize("decider", ["bureau", "second", "jack"])
def test_all_who_prepared_reviewed_decided(
    office: Office, jack: User, preparer: str, reviewer: str, decider: str
) -> None:
    """Every triple of one, two or three persons: only three different ones come through."""
    people = {
        "jack": jack,
        **{name: getattr(office, name) for name in ("owner", "township", "leader", "bureau", "second")},
    }
    case = Case.objects.create(
        number="BJ",
        kind="enrol",
        household=make_household(office.village),
        village=office.village,
        state="notice",
        opened_by=office.owner,
        opened_on=office.today,
        recorded_at=office.at,
    )
    DutyTaken.objects.create(case=case, actor=people[preparer], duty="prepare", taken_at=office.at)
    Case.objects.filter(pk=case.pk).update(state="at_township")
    if reviewer == preparer:
        _barred_from_all(office, case, people[reviewer], REVIEW)
        return
    office.do(case, "review_pass", people[reviewer])
    if decider in (preparer, reviewer):
        _barred_from_all(office, case, people[decider], DECIDE)
        return
    office.do(case, "decide_pass", people[decider])
    assert case.duties.values("actor").distinct().count() == 3


def _barred_from_all(office: Office, case: Case, user: User, actions: tuple[str, ...]) -> None:
    refused = AuditEvent.objects.filter(action="workflow.refused").count()
    for action in actions:
        with pytest.raises(Forbidden) as refusal:
            office.do(case, action, user, note="理由")
        assert refusal.value.code == "duty_barred"
    row = Case.objects.get(pk=case.pk)
    outcome = perform_each(items=[(row, row.version)], action=actions[0], actor=user, at=office.at)
    assert [(one.ok, one.code) for one in outcome] == [(False, "duty_barred")]
    assert not {item.action for item in available_actions(row, user, office.at)} & set(actions)
    assert row not in Case.objects.waiting_for(user)
    assert AuditEvent.objects.filter(action="workflow.refused").count() == refused + len(actions) + 1


def test_a_reviewer_cannot_go_back_to_preparing(office: Office, jack: User) -> None:
    case = _submitted(office)
    case = office.do(case, "review_return", jack, note="补签字")
    with pytest.raises(Forbidden):
        office.do(case, "submit", jack)
    assert office.do(case, "submit", office.owner).state == "at_township"
    assert office.do(case, "review_pass", jack).state == "at_county"


def test_a_new_post_does_not_wash_off_an_old_duty(office: Office, hire: Callable[..., User]) -> None:
    case = _submitted(office)
    hire("owner", Role.TOWNSHIP_LEADER, TOWNSHIP)
    with pytest.raises(Forbidden) as refusal:
        office.do(case, "review_pass", office.owner)
    assert refusal.value.code == "duty_barred"


def test_the_database_itself_refuses_a_second_duty(office: Office) -> None:
    case = _submitted(office)
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyTaken.objects.create(case=case, actor=office.owner, duty="review", taken_at=office.at)


def test_every_step_with_a_duty_left_its_mark(office: Office) -> None:
    """No transition carries a duty that its actor does not hold in the case."""
    office.enrolled(make_household(office.village))
    for step in Transition.objects.exclude(duty=""):
        assert DutyTaken.objects.get(case=step.case, actor=step.actor).duty == step.duty


def test_a_duty_once_taken_stays_taken(office: Office) -> None:
    case = _submitted(office)
    with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
        DutyTaken.objects.filter(case=case, actor=office.owner).update(duty="review")


def test_without_the_guard_a_person_would_approve_his_own(
    office: Office, jack: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with check and constraint taken away the same attempt goes through."""
    case = _submitted(office)
    DutyTaken.objects.create(case=case, actor=jack, duty="prepare", taken_at=office.at)
    with pytest.raises(Forbidden):
        office.do(case, "review_pass", jack)
    monkeypatch.setattr("monitoring.workflow.engine._refuse_barred", lambda *a: None)
    monkeypatch.setattr("monitoring.workflow.history.take_duty", lambda *a: None)
    assert office.do(case, "review_pass", jack).state == "at_county"
