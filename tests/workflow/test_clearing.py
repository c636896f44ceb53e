"""Clearing a risk, securing a household without labour, taking a clearing back, ending an episode."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from builders import make_condition, make_episode, make_household, make_income
from journeys import VOTE, Office

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import User
from households.models import Household
from monitoring import exit_checks
from monitoring.exit_checks import ExitCheck, check_exit
from monitoring.models import Case, Episode, EpisodeEvent, Notice
from monitoring.services.cases import start_case
from monitoring.services.episodes import cancel_episode, state_after
from monitoring.signals import episode_cleared
from monitoring.workflow import available_actions

pytestmark = pytest.mark.django_db
METHOD = {"clear_method": "帮扶消除"}
NO_LABOUR = [
    {"name": "孤寡老人", "labour_skill": "丧失劳动力", "birth": date(1945, 1, 1)},
    {"name": "孙女", "relation": "之孙女", "labour_skill": "无劳动力", "birth": date(2016, 1, 1)},
]


def _through(office: Office, case: Case, **data: str) -> Case:
    """From the assessment to the end."""
    case = office.do(case, "to_appraisal", office.owner, data=data)
    for stage in (office.posted, office.submitted, office.decided, office.recorded):
        case = stage(case)
    return case


def test_a_household_that_meets_every_condition_is_cleared(office: Office) -> None:
    episode = office.ready_to_clear()
    heard: list[object] = []

    def listen(**told: object) -> None:
        heard.append(told["episode"])

    episode_cleared.connect(listen)
    case = _through(office, office.assessed(episode.household), **METHOD)
    episode_cleared.disconnect(listen)
    episode.refresh_from_db()
    assert (case.state, episode.state, episode.clear_method) == ("done", "cleared", "帮扶消除")
    assert episode.cleared_on == case.decided_on
    assert episode.next_follow_up_on == date(2027, 2, 16)
    assert heard == [episode]
    assert [event.kind for event in episode.events.all()] == ["identified", "cleared"]
    assert "拟标注风险消除" in Notice.objects.filter(case=case, kind="notice").get().text
    checks = case.transitions.get(action="decide_pass").data["checks"]
    assert checks and all(check["ok"] for check in checks)


def _no_income(household: Household, office: Office) -> None:
    household.incomes.all().delete()


def _low_income(household: Household, office: Office) -> None:
    make_income(household, recorded_by=office.owner, per_head=8800, ends_on=date(2026, 11, 9))


def _income_too_young(household: Household, office: Office) -> None:
    household.incomes.filter(ends_on=date(2026, 4, 30)).update(ends_on=date(2026, 6, 30))


def _condition(**values: bool | None) -> Callable[[Household, Office], None]:
    def _spoil(household: Household, office: Office) -> None:
        make_condition(household, on=date(2026, 11, 9), recorded_by=office.owner, **values)

    return _spoil


def _old_condition(household: Household, office: Office) -> None:
    household.conditions.update(on=date(2026, 5, 9))


def _open_clue(household: Household, office: Office) -> None:
    office.clue(household, risk="因残")


def _young(household: Household, office: Office) -> None:
    household.episodes.update(identified_on=date(2026, 5, 11))


def test_who_is_only_monitored_too_short_is_told_from_when_on(office: Office) -> None:
    case = office.assessed(office.ready_to_clear().household)
    _young(case.household, office)

    def since() -> date | None:
        return next(
            item.since for item in available_actions(case, office.owner, office.at) if item.action == "to_appraisal"
        )

    assert since() == date(2026, 11, 11)
    _no_income(case.household, office)
    assert since() is None


GUARANTEES = {"义务教育有保障", "基本医疗有保障", "住房安全有保障", "饮水安全有保障", "刚性支出可控"}
SPOILED: list[tuple[Callable[[Household, Office], None], set[str], str]] = [
    (_young, {"识别满规定月数"}, "2026-11-11 满 6 个月"),
    (_no_income, {"人均纯收入高于当年监测线", "收入持续稳定"}, "没有"),
    (_low_income, {"人均纯收入高于当年监测线", "收入持续稳定"}, "8,800"),
    (_income_too_young, {"收入持续稳定"}, "没有 2026-05-10 或更早的收入记录"),
    (_condition(schooling_ok=False), {"义务教育有保障"}, "2026-11-09 核实：没有保障"),
    (_condition(insurance_ok=None), {"基本医疗有保障"}, "没有看"),
    (_condition(housing_ok=False), {"住房安全有保障"}, "没有保障"),
    (_condition(water_ok=None), {"饮水安全有保障"}, "没有看"),
    (_condition(spending_controlled=False), {"刚性支出可控"}, "没有保障"),
    (_old_condition, GUARANTEES, "最近 6 个月内没有核实"),
    (_open_clue, {"没有在办线索"}, "在办线索：因残"),
]


@pytest.mark.parametrize(("spoil", "titles", "evidence"), SPOILED)
def test_each_failing_condition_is_named(
    office: Office, spoil: Callable[[Household, Office], None], titles: set[str], evidence: str
) -> None:
    episode = office.ready_to_clear()
    case = office.assessed(episode.household)
    assert all(result.ok for result in check_exit(episode=episode, on=office.today))
    spoil(episode.household, office)
    with pytest.raises(Refused) as refusal:
        office.do(case, "to_appraisal", office.owner, data=METHOD)
    assert {line.split("：")[0] for line in refusal.value.details} == titles
    assert evidence in refusal.value.message


def test_a_check_that_a_higher_floor_registers_counts(office: Office) -> None:
    episode = office.ready_to_clear()
    case = office.assessed(episode.household)
    exit_checks.register(
        ExitCheck("measures", "每个风险都有落实的措施", lambda question: (False, "因病没有措施"), True)
    )
    with pytest.raises(Refused, match="每个风险都有落实的措施：因病没有措施"):
        office.do(case, "to_appraisal", office.owner, data=METHOD)


def test_the_conditions_are_asked_again_at_the_decision(office: Office) -> None:
    episode = office.ready_to_clear()
    case = office.do(office.assessed(episode.household), "to_appraisal", office.owner, data=METHOD)
    case = office.do(office.submitted(office.posted(case)), "review_pass", office.leader)
    make_condition(episode.household, on=office.today, recorded_by=office.owner, water_ok=False)
    with pytest.raises(Refused, match="饮水安全有保障"):
        office.do(case, "decide_pass", office.second)
    episode.refresh_from_db()
    assert episode.state == "monitored"


def test_the_conditions_are_asked_again_at_submission(office: Office) -> None:
    episode = office.ready_to_clear()
    case = office.posted(office.do(office.assessed(episode.household), "to_appraisal", office.owner, data=METHOD))
    office.clue(episode.household, risk="因残")
    with pytest.raises(Refused, match="没有在办线索"):
        office.submitted(case)


def test_the_line_of_the_current_year_counts(office: Office) -> None:
    """8,750 was above the line of 2025 (8,700) and is not above that of 2026 (8,800)."""
    episode = make_episode(make_household(office.village))
    make_income(episode.household, recorded_by=office.owner, per_head=8750, ends_on=date(2025, 5, 31))
    make_income(episode.household, recorded_by=office.owner, per_head=8750, ends_on=date(2025, 12, 20))
    on = {result.key: result.ok for result in check_exit(episode=episode, on=date(2025, 12, 31))}
    later = {result.key: result.ok for result in check_exit(episode=episode, on=date(2026, 1, 1))}
    assert (on["income"], on["income_months"]) == (True, True)
    assert (later["income"], later["income_months"]) == (False, False)


def test_the_income_at_identification_proves_nothing_of_the_exit(office: Office) -> None:
    episode = office.ready_to_clear()
    episode.household.incomes.update(basis="identify")
    results = {result.key: result.ok for result in check_exit(episode=episode, on=office.today)}
    assert (results["income"], results["income_months"]) == (False, False)


def test_clearing_needs_its_own_visit_and_a_method(office: Office) -> None:
    episode = office.ready_to_clear()
    case = start_case(household=episode.household, kind="clear", actor=office.owner, at=office.at)
    with pytest.raises(Refused) as refusal:
        office.do(case, "to_appraisal", office.owner)
    assert refusal.value.details == ["没有本件的消除核查走访", "没有选定消除方式（帮扶消除或自然消除）"]


@pytest.mark.parametrize("flagged", [True, False])
def test_a_household_wholly_without_labour_is_secured_never_cleared(office: Office, flagged: bool) -> None:
    members = [{"name": "张三", "labour_skill": "普通劳动力"}] if flagged else NO_LABOUR
    episode = office.ready_to_clear(members=members, whole_without_labour=flagged)
    episode.household.incomes.all().delete()
    case = _through(office, office.assessed(episode.household))
    episode.refresh_from_db()
    assert (case.state, case.secure_only) == ("done", True)
    assert (episode.state, episode.secured, episode.cleared_on) == ("monitored", True, None)
    assert [event.kind for event in episode.events.all()] == ["identified", "secured"]
    assert "兜底保障" in Notice.objects.filter(case=case, kind="notice").get().text


def test_securing_needs_the_guarantees_too(office: Office) -> None:
    episode = office.ready_to_clear(members=NO_LABOUR)
    make_condition(episode.household, on=date(2026, 11, 9), insurance_ok=False)
    with pytest.raises(Refused, match="基本医疗有保障"):
        office.do(office.assessed(episode.household), "to_appraisal", office.owner)


def test_a_member_of_unknown_skill_may_work(office: Office) -> None:
    household = make_household(office.village, members=[*NO_LABOUR, {"name": "儿子", "relation": "之子"}])
    assert not exit_checks.wholly_without_labour(household, office.today)


def test_a_wrong_clearing_is_taken_back_and_the_identification_stays(office: Office) -> None:
    episode = make_episode(make_household(office.village), cleared_on=date(2026, 8, 1))
    with pytest.raises(Refused, match="回退的理由"):
        office.assessed(episode.household, "roll_back")
    case = _through(office, office.assessed(episode.household, "roll_back", reason="收入不稳定"))
    episode.refresh_from_db()
    assert (episode.state, episode.cleared_on, episode.clear_method) == ("monitored", None, "")
    assert (episode.identified_on, episode.serial) == (date(2026, 1, 5), 1)
    assert [event.kind for event in episode.events.all()] == ["identified", "cleared", "rolled_back"]
    assert Episode.objects.count() == 1
    assert case.episode == episode


def test_a_clearing_that_the_village_votes_down_leaves_the_episode(office: Office) -> None:
    episode = office.ready_to_clear()
    case = office.do(office.assessed(episode.household), "to_appraisal", office.owner, data=METHOD)
    case = office.do(case, "appraise", office.owner, data={**VOTE, "agree": 4, "disagree": 20}, with_file=True)
    episode.refresh_from_db()
    assert (case.state, case.closed_on, episode.state) == ("rejected", office.today, "monitored")


@pytest.mark.parametrize(
    ("kind", "cleared_on", "fault"),
    [
        ("clear", date(2026, 8, 1), "不在监测中"),
        ("roll_back", None, "没有消除"),
        ("enrol", None, "须由已核实的线索转入"),
        ("reidentify", date(2026, 8, 1), "须由已核实的线索转入"),
    ],
)
def test_a_case_that_does_not_fit_the_household_is_not_opened(
    office: Office, kind: str, cleared_on: date | None, fault: str
) -> None:
    episode = make_episode(make_household(office.village), cleared_on=cleared_on)
    with pytest.raises(Refused, match=fault):
        start_case(household=episode.household, kind=kind, actor=office.owner, at=office.at, reason="理由")


def test_one_case_at_a_time(office: Office, outsider: User) -> None:
    episode = office.ready_to_clear()
    office.assessed(episode.household)
    with pytest.raises(Refused, match="已有在办的风险消除"):
        office.assessed(episode.household)
    with pytest.raises(OutOfScope):
        start_case(household=episode.household, kind="clear", actor=outsider, at=office.at)
    with pytest.raises(Forbidden):
        start_case(household=episode.household, kind="clear", actor=office.bureau, at=office.at)


def test_an_episode_that_turned_meanwhile_is_not_cleared(office: Office) -> None:
    episode = office.ready_to_clear()
    case = office.do(office.assessed(episode.household), "to_appraisal", office.owner, data=METHOD)
    case = office.decided(office.submitted(office.posted(case)))
    Episode.objects.filter(pk=episode.pk).update(state="cleared")
    with pytest.raises(Refused, match="已有别的变动"):
        office.recorded(case)


# --- cancelling ---


def test_a_household_that_is_gone_has_its_episode_cancelled(office: Office) -> None:
    episode = make_episode(make_household(office.village))
    Household.objects.update(cancelled_on=date(2026, 11, 1))
    done = cancel_episode(
        episode=episode,
        actor=office.township,
        at=office.at,
        reason="整户死亡",
        version=1,
        happened_on=date(2026, 11, 1),
    )
    assert (done.state, done.version) == ("cancelled", 2)
    event = EpisodeEvent.objects.get(episode=episode, kind="cancelled")
    assert (event.happened_on, event.note) == (date(2026, 11, 1), "整户死亡")
    with pytest.raises(Conflict):
        cancel_episode(episode=done, actor=office.township, at=office.at, reason="再次", version=2)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"version": None}, "缺少版本号"),
        ({"version": 7}, "刚被他人改动过"),
        ({"reason": " "}, "注销理由"),
        ({"happened_on": date(2026, 11, 11)}, "不能晚于今天"),
        ({"happened_on": date(2025, 1, 1)}, "不能晚于今天，也不能早于"),
    ],
)
def test_an_unfit_cancelling_is_refused(office: Office, change: dict[str, object], fault: str) -> None:
    episode = make_episode(make_household(office.village))
    values = {"actor": office.township, "at": office.at, "reason": "整户迁出", "version": 1, **change}
    with pytest.raises(Refused, match=fault):
        cancel_episode(episode=episode, **values)
    episode.refresh_from_db()
    assert episode.state == "monitored"


def test_only_township_and_county_cancel_and_no_open_case_is_left_behind(office: Office) -> None:
    episode = office.ready_to_clear()
    with pytest.raises(Forbidden):
        cancel_episode(episode=episode, actor=office.owner, at=office.at, reason="整户迁出", version=1)
    office.assessed(episode.household)
    with pytest.raises(Refused, match="还有在办的办件"):
        cancel_episode(episode=episode, actor=office.township, at=office.at, reason="整户迁出", version=1)


def test_the_episodes_of_a_past_day_follow_from_the_events(office: Office) -> None:
    episode = make_episode(make_household(office.village), cleared_on=date(2026, 8, 1))
    _through(office, office.assessed(episode.household, "roll_back", reason="收入不稳定"))
    rolled = EpisodeEvent.objects.get(kind="rolled_back").happened_on
    days = (date(2026, 1, 4), date(2026, 1, 5), date(2026, 7, 31), date(2026, 8, 1), rolled)
    turns = [one.turn_then for day in days for one in Episode.objects.as_of(day)]
    assert [state_after(turn) for turn in turns] == ["monitored", "monitored", "cleared", "monitored"]
