"""Clues: registered by six channels, dispatched, checked, and closed or turned into an identification."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from builders import make_episode, make_household
from journeys import Office

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import Role, User
from monitoring.models import CalendarDay, Clue, PolicyValue, Transition
from monitoring.services.clues import open_clue
from monitoring.workflow.batch import perform_each

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("channel", Clue.Channel.values)
def test_a_clue_comes_in_by_any_channel_and_starts_the_clock(office: Office, channel: str) -> None:
    clue = open_clue(
        household=make_household(office.village), risk="因病", channel=channel, actor=office.bureau, at=office.at
    )
    assert clue.number == "XS990101-202611-00001"
    assert (clue.state, clue.due_on, clue.decision_due_on) == ("at_county", date(2026, 11, 11), date(2026, 11, 25))


@pytest.mark.parametrize(
    ("who", "state", "due"),
    [
        ("owner", "to_verify", date(2026, 11, 13)),
        ("township", "at_township", date(2026, 11, 11)),
        ("bureau", "at_county", date(2026, 11, 11)),
    ],
)
def test_a_clue_begins_with_whoever_registered_it(office: Office, who: str, state: str, due: date) -> None:
    clue = office.clue(make_household(office.village), who=getattr(office, who))
    assert (clue.state, clue.due_on) == (state, due)


def test_the_policy_clock_runs_from_receipt(office: Office) -> None:
    clue = office.clue(make_household(office.village), received_on=date(2026, 11, 1))
    assert clue.decision_due_on == date(2026, 11, 16)
    with pytest.raises(Refused, match="不能晚于今天"):
        office.clue(make_household(office.village), received_on=date(2026, 11, 11))


def test_working_days_count_where_the_county_says_so(office: Office) -> None:
    office.clock.move_to(office.at.replace(month=9, day=30))
    PolicyValue.objects.create(
        key="clock_kind",
        division_id="990101000000",
        value="working",
        valid_from=date(2026, 1, 1),
        source="县办〔2026〕1号",
        set_by=office.bureau,
        recorded_at=office.at,
    )
    clue = office.clue(make_household(office.village))
    # Three working days after 30 September: 8, 9 and the make-up Saturday 10 October.
    assert clue.due_on == date(2026, 10, 10)
    assert clue.decision_due_on == date(2026, 10, 27)
    CalendarDay.objects.create(on=date(2026, 10, 10), is_workday=False)
    assert office.clue(make_household(office.village)).due_on == date(2026, 10, 12)


def test_more_evidence_goes_into_the_open_clue(office: Office) -> None:
    household = make_household(office.village)
    first = office.clue(household, content="住院三次")
    second = office.clue(household, who=office.township, content="又借了外债")
    assert first.pk == second.pk
    clue = Clue.objects.get()
    assert (clue.version, clue.state) == (2, "to_verify")
    assert clue.content.splitlines() == ["住院三次", "2026-11-10 基层干部排查：又借了外债"]
    assert list(clue.transitions.values_list("action", flat=True)) == ["register", "extend"]
    assert not Transition.objects.filter(note__contains="外债").exists()
    assert b"\xe4\xbd\x8f\xe9\x99\xa2" not in bytes(clue.content_sealed)


def test_another_risk_and_a_closed_clue_make_a_new_one(office: Office) -> None:
    household = make_household(office.village)
    clue = office.check(office.clue(household), "unfounded")
    assert office.clue(household, risk="因残").pk != clue.pk
    office.do(clue, "close_unfounded", office.owner, note="收入稳定")
    assert office.clue(household).pk != clue.pk


def test_dispatch_goes_county_township_village_with_a_term_each(office: Office) -> None:
    clue = office.clue(make_household(office.village), who=office.bureau)
    clue = office.do(clue, "dispatch", office.bureau)
    assert (clue.state, clue.due_on) == ("at_township", date(2026, 11, 11))
    with pytest.raises(Forbidden):
        office.do(clue, "dispatch", office.bureau)
    office.wait(1)
    clue = office.do(clue, "dispatch", office.township)
    assert (clue.state, clue.due_on, clue.dispatched_on) == ("to_verify", date(2026, 11, 14), date(2026, 11, 11))


def test_a_clue_that_came_to_the_wrong_place_goes_back_with_a_reason(office: Office) -> None:
    clue = office.clue(make_household(office.village), who=office.township)
    clue = office.do(clue, "dispatch", office.township)
    with pytest.raises(Refused) as refusal:
        office.do(clue, "send_back", office.owner)
    assert refusal.value.code == "note_missing"
    clue = office.do(clue, "send_back", office.owner, note="该户已迁往西岭村")
    assert office.do(clue, "send_back", office.township, note="户籍在邻乡").state == "at_county"


def test_batch_dispatch_answers_for_every_clue(office: Office, outsider: User) -> None:
    clues = [office.clue(make_household(office.village), who=office.bureau) for _ in range(3)]
    office.do(clues[0], "dispatch", office.bureau)
    outcomes = perform_each(
        items=[(clue, clue.version) for clue in clues], action="dispatch", actor=office.bureau, at=office.at
    )
    assert [(one.ok, one.code) for one in outcomes] == [(False, "stale"), (True, ""), (True, "")]
    assert Clue.objects.filter(state="at_township").count() == 3


def test_batch_close_needs_a_reason_for_each(office: Office) -> None:
    clues = [office.clue(make_household(office.village), who=office.bureau) for _ in range(2)]
    items = [(clue, clue.version) for clue in clues]
    bare = perform_each(items=items, action="close_solved", actor=office.bureau, at=office.at)
    assert {one.code for one in bare} == {"note_missing"}
    done = perform_each(items=items, action="close_solved", actor=office.bureau, at=office.at, note="医保局已核实参保")
    assert all(one.ok for one in done)
    assert set(Clue.objects.values_list("state", "close_reason")) == {("solved", "医保局已核实参保")}


def test_a_batch_is_limited(office: Office) -> None:
    clue = office.clue(make_household(office.village), who=office.bureau)
    with pytest.raises(Refused, match="至多办理 500 件"):
        perform_each(items=[(clue, 1)] * 501, action="dispatch", actor=office.bureau, at=office.at)


ENDS = {
    "close_unfounded": ({"unfounded"}, "unfounded"),
    "close_solved": ({"true", "partly"}, "solved"),
    "close_watched": ({"true", "partly", "unfounded"}, "watched"),
    "close_unverifiable": ({"not_met"}, "unverifiable"),
    "identify": ({"true", "partly"}, "identifying"),
}


@pytest.mark.parametrize("finding", ["true", "partly", "unfounded", "not_met"])
@pytest.mark.parametrize("action", ENDS)
def test_how_a_clue_ends_follows_from_the_check(office: Office, action: str, finding: str) -> None:
    clue = office.check(office.clue(make_household(office.village)), finding)
    allowed, state = ENDS[action]
    data = {"next_review_on": "2027-01-10"} if action in ("close_watched", "close_unverifiable") else {}
    if finding not in allowed:
        with pytest.raises(Refused, match="核实结论为"):
            office.do(clue, action, office.owner, note="理由", data=data)
        return
    row = office.do(clue, action, office.owner, note="理由", data=data)
    assert row.state == state
    if action != "identify":
        assert (row.closed_on, row.close_reason, row.due_on) == (office.today, "理由", None)


def test_a_watched_clue_is_looked_at_again_on_its_day(office: Office) -> None:
    clue = office.check(office.clue(make_household(office.village)), "partly")
    for day in ("", "2026-11-10"):
        with pytest.raises(Refused, match="下次复核日期|填写的内容有误"):
            office.do(clue, "close_watched", office.owner, note="观察三个月", data={"next_review_on": day})
    clue = office.do(clue, "close_watched", office.owner, note="观察三个月", data={"next_review_on": "2027-02-10"})
    assert not Clue.objects.review_due(date(2027, 2, 9)).exists()
    assert list(Clue.objects.review_due(date(2027, 2, 10))) == [clue]
    office.clock.move_to(office.at + timedelta(days=92))
    clue = office.do(clue, "reopen", office.owner)
    assert (clue.state, clue.closed_on, clue.due_on) == ("to_verify", None, office.today + timedelta(days=3))
    assert clue.decision_due_on == office.today + timedelta(days=15)


def test_a_clue_is_not_reopened_beside_another(office: Office) -> None:
    household = make_household(office.village)
    clue = office.check(office.clue(household), "partly")
    office.do(clue, "close_watched", office.owner, note="观察", data={"next_review_on": "2027-02-10"})
    office.clue(household)
    with pytest.raises(Refused, match="已有在办线索"):
        office.do(clue, "reopen", office.owner)


def test_the_reporter_is_told_once(office: Office) -> None:
    clue = office.check(office.clue(make_household(office.village), reporter="邻居老刘"), "unfounded")
    with pytest.raises(Conflict):
        office.do(clue, "tell_reporter", office.owner, note="电话告知")
    clue = office.do(clue, "close_unfounded", office.owner, note="收入稳定")
    assert list(Clue.objects.untold()) == [clue]
    office.wait(2)
    clue = office.do(clue, "tell_reporter", office.owner, note="电话告知", happened_on=date(2026, 11, 11))
    assert clue.told_reporter_on == date(2026, 11, 11)
    assert not Clue.objects.untold().exists()
    with pytest.raises(Refused, match="已于 2026-11-11 反馈"):
        office.do(clue, "tell_reporter", office.owner, note="再次告知")


def test_help_first_has_a_term_of_its_own(office: Office) -> None:
    first = office.clue(make_household(office.village), green_channel=True)
    assert first.decision_due_on == date(2026, 12, 10)
    second = office.clue(make_household(office.village))
    second = office.do(second, "mark_green", office.township, note="房屋倒塌，先行安置")
    assert (second.green_channel, second.decision_due_on) == (True, date(2026, 12, 10))
    case = office.case_of(office.check(second))
    assert (case.green_channel, case.decision_due_on) == (True, date(2026, 12, 10))


def test_overdue_needs_nothing_to_run(office: Office) -> None:
    clue = office.clue(make_household(office.village))
    assert not Clue.objects.overdue(date(2026, 11, 13)).exists()
    assert list(Clue.objects.due_soon(date(2026, 11, 11))) == [clue]
    assert list(Clue.objects.overdue(date(2026, 11, 14))) == [clue]
    assert list(Clue.objects.decision_overdue(date(2026, 11, 26))) == [clue]


def test_a_to_do_list_holds_what_the_persons_level_has_to_do(office: Office, colleague: User, auditor: User) -> None:
    county = office.clue(make_household(office.village), who=office.bureau)
    township = office.clue(make_household(office.village), who=office.township)
    village = office.clue(make_household(office.village))
    waiting = {name: list(Clue.objects.waiting_for(getattr(office, name))) for name in ("bureau", "leader", "owner")}
    assert waiting == {"bureau": [county], "leader": [township], "owner": [village]}
    assert not Clue.objects.waiting_for(colleague).exists()
    assert not Clue.objects.waiting_for(auditor).exists()


def test_a_past_day_is_shown_as_it_was(office: Office) -> None:
    clue = office.clue(make_household(office.village), who=office.bureau)
    office.wait(1)
    office.do(clue, "dispatch", office.bureau)
    office.wait(1)
    office.do(clue, "close_solved", office.township, note="已化解")
    states = [[row.state_then for row in Clue.objects.as_of(date(2026, 11, day))] for day in (9, 10, 11, 12)]
    assert states == [[], ["at_county"], ["at_township"], ["solved"]]


def test_unfit_clues_are_refused(office: Office, outsider: User, auditor: User) -> None:
    household = make_household(office.village)
    stranger = make_household(office.village).memberships.first()
    assert stranger is not None
    for values, fault in (
        ({"risk": "因懒"}, "风险类型"),
        ({"channel": "09"}, "线索来源"),
        ({"person": stranger.person}, "不是该户成员"),
        ({"content": "长" * 2001}, "内容有误"),
        ({"content": "坏\x00字"}, "内容有误"),
    ):
        wanted = {"household": household, "risk": "因病", "channel": "01", "actor": office.owner, "at": office.at}
        with pytest.raises(Refused, match=fault):
            open_clue(**{**wanted, **values})
    with pytest.raises(OutOfScope):
        office.clue(household, who=outsider)
    with pytest.raises(Forbidden):
        office.clue(household, who=auditor)
    type(household).objects.filter(pk=household.pk).update(cancelled_on=office.today)
    household.refresh_from_db()
    with pytest.raises(Refused, match="已注销"):
        office.clue(household)


def test_a_helper_reports_for_his_own_households_only(office: Office, hire: Callable[..., User]) -> None:
    helper = hire("helper", Role.HELPER, "990101000000")
    mine, other = make_household(office.village, helper=helper), make_household(office.village)
    assert office.clue(mine, who=helper).state == "to_verify"
    with pytest.raises(OutOfScope):
        office.clue(other, who=helper)


def test_a_household_under_way_is_not_identified_twice(office: Office) -> None:
    household = make_household(office.village)
    case = office.prepared(office.case_of(office.verified(household)))
    office.posted(case)
    late = office.verified(household, risk="因残")
    with pytest.raises(Refused, match="已有在办的纳入认定"):
        office.do(late, "identify", office.owner)


def test_only_a_monitored_household_takes_a_clue_into_its_episode(office: Office) -> None:
    household = make_household(office.village)
    clue = office.verified(household)
    with pytest.raises(Refused, match="应转认定"):
        office.do(clue, "join_episode", office.owner, note="并入")
    make_episode(household, risks=["因残", "因学", "缺劳动力", "因安全饮水", "因安全住房"])
    with pytest.raises(Refused, match="已有 5 个风险"):
        office.do(clue, "join_episode", office.owner, note="并入")
