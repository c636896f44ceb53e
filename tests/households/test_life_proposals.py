"""What the police report changes nobody until a cadre decides; then it becomes the life event that it says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from builders import make_household, make_number
from cast import NOW
from django.db import connection

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import Division, User
from households.models import ChangeProposal, FormerNumber, Household, LifeEvent, Membership, Person
from households.services.life import Reported, decide_proposal, propose_changes, reported_values, withdraw_changes

DAY = date(2026, 10, 20)
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def home(village: Division) -> Household:
    return make_household(village)


@pytest.fixture
def report(home: Household) -> Callable[..., ChangeProposal]:
    def _report(kind: str, name: str = "李四", day: date | None = DAY, **more: str) -> ChangeProposal:
        person = Person.objects.get(name=name)
        key = f"population_changes/2026-10/{kind}/{person.pk}"
        assert propose_changes(reported=[Reported(person.pk, kind, day, key, **more)], at=NOW) == 1
        return ChangeProposal.objects.get(source_key=key)

    return _report


def test_a_report_changes_nobody_and_is_entered_once(home: Household, report: Callable[..., ChangeProposal]) -> None:
    proposal = report("死亡")
    again = Reported(proposal.person_id, "死亡", DAY, proposal.source_key)
    assert propose_changes(reported=[again, again], at=NOW) == 0
    assert not LifeEvent.objects.exists() and Person.objects.filter(status="正常").count() == 3


def test_a_confirmed_death_is_a_death(report: Callable[..., ChangeProposal], owner: User) -> None:
    proposal = decide_proposal(proposal=report("死亡"), confirm=True, actor=owner, at=NOW)
    event = LifeEvent.objects.get()
    assert (event.kind, event.happened_on, event.person.name) == ("death", DAY, "李四")
    assert (proposal.state, proposal.decided_by, proposal.decided_at) == ("confirmed", owner, NOW)


def test_the_cadre_knows_the_day_better(report: Callable[..., ChangeProposal], owner: User) -> None:
    proposal = report("迁出", day=None)
    with pytest.raises(Refused, match="没有给出变动日期"):
        decide_proposal(proposal=proposal, confirm=True, actor=owner, at=NOW)
    assert ChangeProposal.objects.get().state == "open"
    decide_proposal(proposal=proposal, confirm=True, actor=owner, at=NOW, happened_on=date(2026, 10, 1))
    assert Membership.objects.get(person__name="李四").left_on == date(2026, 10, 1)


def test_a_new_number_comes_sealed_and_leaves_the_old_one_as_an_alias(
    report: Callable[..., ChangeProposal], owner: User
) -> None:
    old, new = Person.objects.get(name="李四").id_number, make_number(800)
    proposal = report("改号", number=new)
    assert reported_values(proposal) == {"name": "", "number": new}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM households_changeproposal")
        assert new not in str([bytes(value) if isinstance(value, memoryview) else value for value in cursor.fetchone()])
    decide_proposal(proposal=proposal, confirm=True, actor=owner, at=NOW)
    assert Person.objects.get(name="李四").id_number == new and FormerNumber.objects.get().id_number == old


def test_a_new_name_is_applied(home: Household, owner: User) -> None:
    person = Person.objects.get(name="李四")
    propose_changes(reported=[Reported(person.pk, "改名", DAY, "k", name="李思思")], at=NOW)
    decide_proposal(proposal=ChangeProposal.objects.get(), confirm=True, actor=owner, at=NOW)
    assert Person.objects.get(pk=person.pk).name == "李思思"


def test_who_is_not_taken_up_needs_a_reason_and_stays(report: Callable[..., ChangeProposal], owner: User) -> None:
    proposal = report("死亡")
    with pytest.raises(Refused, match="说明理由"):
        decide_proposal(proposal=proposal, confirm=False, actor=owner, at=NOW)
    decide_proposal(proposal=proposal, confirm=False, actor=owner, at=NOW, note="同名，不是本人")
    assert ChangeProposal.objects.get().state == "refused" and Person.objects.get(name="李四").status == "正常"


def test_a_proposal_is_decided_once(report: Callable[..., ChangeProposal], owner: User, township: User) -> None:
    proposal = report("死亡")
    decide_proposal(proposal=proposal, confirm=True, actor=owner, at=NOW)
    with pytest.raises(Conflict, match="已由他人处理"):
        decide_proposal(proposal=proposal, confirm=False, actor=township, at=NOW, note="不对")
    assert LifeEvent.objects.count() == 1


def test_a_death_that_is_recorded_already_leaves_the_proposal_open(
    report: Callable[..., ChangeProposal], owner: User
) -> None:
    first, second = report("死亡"), report("迁出")
    decide_proposal(proposal=first, confirm=True, actor=owner, at=NOW)
    with pytest.raises(Conflict, match="不在任何一户"):
        decide_proposal(proposal=second, confirm=True, actor=owner, at=NOW)
    assert ChangeProposal.objects.get(pk=second.pk).state == "open"


@pytest.mark.parametrize("kind", ["出生", "迁入", "婚姻"])
def test_who_comes_is_entered_with_the_households_own_form(
    report: Callable[..., ChangeProposal], owner: User, kind: str
) -> None:
    decide_proposal(proposal=report(kind), confirm=True, actor=owner, at=NOW)
    assert not LifeEvent.objects.exists()


def test_a_marriage_may_be_one_out_of_the_household(report: Callable[..., ChangeProposal], owner: User) -> None:
    decide_proposal(proposal=report("婚姻"), confirm=True, married_out=True, actor=owner, at=NOW)
    assert LifeEvent.objects.get().kind == "married_out"


@pytest.mark.parametrize(
    ("who", "error"), [("colleague", OutOfScope), ("outsider", OutOfScope), ("auditor", Forbidden)]
)
def test_only_those_decide_who_may(
    request: pytest.FixtureRequest, report: Callable[..., ChangeProposal], who: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        decide_proposal(proposal=report("死亡"), confirm=True, actor=request.getfixturevalue(who), at=NOW)


def test_a_withdrawn_report_can_come_again_but_a_decided_one_stands(
    report: Callable[..., ChangeProposal], owner: User
) -> None:
    gone, decided = report("死亡", "张三"), report("死亡", "李四")
    decide_proposal(proposal=decided, confirm=True, actor=owner, at=NOW)
    keys = [gone.source_key, decided.source_key]
    assert withdraw_changes(keys=keys, at=NOW) == 1
    again = [Reported(row.person_id, row.kind, DAY, row.source_key) for row in (gone, decided)]
    propose_changes(reported=again, at=NOW)
    assert dict(ChangeProposal.objects.values_list("source_key", "state")) == dict(
        zip(keys, ["open", "confirmed"], strict=True)
    )
