"""A household's way from a clue to an episode, by the cast."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from builders import make_episode, make_household
from journeys import HIT, MARGINAL, VOTE, Office

from accounts.errors import Forbidden, Refused
from monitoring.models import Case, Clue, Comparison, Episode, Notice, Objection, Transition
from monitoring.services.comparison import members_of
from monitoring.signals import episode_enrolled

pytestmark = pytest.mark.django_db


def test_a_clue_becomes_an_episode_through_every_step(office: Office) -> None:
    household = make_household(office.village)
    heard = []

    def listen(**told: object) -> None:
        heard.append(told["episode"])

    episode_enrolled.connect(listen)
    episode = office.enrolled(household)
    episode_enrolled.disconnect(listen)
    case = Case.objects.get(household=household)
    assert (case.state, episode.state, episode.main_risk) == ("done", "monitored", "因病")
    assert episode.identified_on == case.decided_on
    assert episode.size == 3
    assert heard == [episode]
    assert Clue.objects.get(household=household).state == "enrolled"
    assert [event.kind for event in episode.events.all()] == ["identified"]
    actions = list(case.transitions.values_list("action", flat=True))
    assert actions == [
        "open", "authorise", "compare", "to_appraisal", "appraise", "hang_notice", "take_down", "submit",
        "review_pass", "decide_pass", "announce", "end_announcement", "record",
    ]  # fmt: skip


def test_the_decided_household_is_sealed_into_the_case(office: Office) -> None:
    household = make_household(office.village)
    office.enrolled(household)
    case = Case.objects.get(household=household)
    snapshot = json.loads(case.snapshot)
    assert [member["name"] for member in snapshot["members"]] == ["张三", "李四", "张小明"]
    assert b"990101" not in bytes(case.snapshot_sealed)


def test_the_notice_shows_no_number_and_no_risk(office: Office) -> None:
    household = make_household(office.village, group_name="三组", members=[{"name": "欧阳明", "phone": "13800000000"}])
    case = office.posted(office.prepared(office.case_of(office.verified(household))))
    text = Notice.objects.get(case=case).text
    assert "欧阳明" in text and "三组" in text and "边缘易致贫户" in text
    assert "因病" not in text and "1380" not in text and "9901" not in text


def test_a_place_with_a_telephone_number_is_refused(office: Office) -> None:
    case = office.prepared(office.case_of(office.verified(make_household(office.village))))
    office.do(case, "appraise", office.owner, data=VOTE, with_file=True)
    with pytest.raises(Refused, match="不能有证件号码"):
        office.do(case, "hang_notice", office.owner, data={"place": "公开栏 138 0000-0000"}, with_file=True)


def test_a_notice_hangs_five_full_days_by_the_servers_clock(office: Office) -> None:
    case = office.posted(office.prepared(office.case_of(office.verified(make_household(office.village)))))
    notice = Notice.objects.get(case=case)
    assert (notice.hung_on, notice.ends_on) == (date(2026, 11, 10), date(2026, 11, 15))
    office.wait(5)
    with pytest.raises(Refused, match="满 5 天"):
        office.do(case, "take_down", office.owner, with_file=True)
    office.wait(1)
    office.do(case, "take_down", office.owner, with_file=True)


@pytest.mark.parametrize("action", ["hang_notice", "to_appraisal"])
def test_a_step_that_starts_a_term_cannot_be_back_dated(office: Office, action: str) -> None:
    case = office.case_of(office.verified(make_household(office.village)))
    if action == "hang_notice":
        case = office.do(office.prepared(case), "appraise", office.owner, data=VOTE, with_file=True)
    office.wait(1)
    data = {"place": "公开栏"} if action == "hang_notice" else None
    with pytest.raises(Refused) as refusal:
        office.do(case, action, office.owner, data=data, happened_on=date(2026, 11, 10), with_file=True)
    assert refusal.value.code == "back_dated"


def test_refusing_the_authorisation_stops_the_case(office: Office) -> None:
    clue = office.verified(make_household(office.village))
    case = office.case_of(clue)
    office.do(case, "refuse_authorisation", office.owner, note="户主不同意查询", data={"signed_on": "2026-11-10"})
    case.refresh_from_db()
    clue.refresh_from_db()
    assert (case.state, case.authorisation.granted, clue.state) == ("stopped", False, "not_enrolled")
    assert list(Case.objects.untold()) == [case]
    office.do(case, "tell_household", office.owner, note="当面告知")
    assert not Case.objects.untold().exists()


def test_everything_missing_before_the_vote_is_named_at_once(office: Office) -> None:
    case = office.case_of(
        office.verified(make_household(office.village, members=[{"name": "张三"}])), monitored_type=""
    )
    with pytest.raises(Refused) as refusal:
        office.do(case, "to_appraisal", office.owner)
    details = refusal.value.details
    assert "没有登记农户的承诺授权" in details
    assert "没有拟定监测对象类别" in details
    assert sum("没有比对" in line for line in details) == 4


def test_comparison_needs_the_authorisation(office: Office) -> None:
    case = office.case_of(office.verified(make_household(office.village)))
    with pytest.raises(Refused, match="没有登记农户的承诺授权"):
        office.do(case, "compare", office.bureau, data={"results": office.results(case)})


def _with_hit(office: Office) -> tuple[Case, dict[str, str]]:
    case = office.case_of(office.verified(make_household(office.village)))
    signing = {"signed_on": office.today.isoformat()}
    office.do(case, "authorise", office.owner, data=signing, with_file=True)
    case = office.do(case, "compare", office.bureau, data={"results": office.results(case, hit=HIT)})
    return case, {"person": str(members_of(case, office.today)[0].uid), "item": HIT.value}


def test_a_hit_is_explained_and_decided_by_somebody_else(office: Office) -> None:
    case, hit = _with_hit(office)
    with pytest.raises(Refused, match="触碰：还没有处理"):
        office.do(case, "to_appraisal", office.owner)
    with pytest.raises(Refused, match="还没有农户的说明"):
        office.do(case, "decide_hit", office.leader, data={**hit, "decision": "accepted"}, note="可以")
    office.do(case, "explain_hit", office.owner, data={**hit, "explanation": "残疾人代步车"})
    with pytest.raises(Refused, match="须由他人处理"):
        office.do(case, "decide_hit", office.bureau, data={**hit, "decision": "accepted"}, note="可以")
    office.do(case, "decide_hit", office.leader, data={**hit, "decision": "accepted"}, note="代步车")
    assert office.do(case, "to_appraisal", office.owner).state == "appraising"


def test_a_refused_explanation_keeps_the_case_from_the_vote(office: Office) -> None:
    case, hit = _with_hit(office)
    office.do(case, "explain_hit", office.owner, data={**hit, "explanation": "朋友的车"})
    office.do(case, "decide_hit", office.leader, data={**hit, "decision": "refused"}, note="登记在本人名下")
    with pytest.raises(Refused, match="应终止办件"):
        office.do(case, "to_appraisal", office.owner)
    assert office.do(case, "stop", office.township, note="资产不符合").state == "stopped"


def test_a_result_recorded_again_loses_its_decision(office: Office) -> None:
    case, hit = _with_hit(office)
    office.do(case, "explain_hit", office.owner, data={**hit, "explanation": "代步车"})
    office.do(case, "decide_hit", office.leader, data={**hit, "decision": "accepted"}, note="可以")
    office.do(case, "compare", office.bureau, data={"results": office.results(case, hit=HIT)})
    assert Comparison.objects.get(case=case, hit=True).decision == ""


def test_a_comparison_of_the_last_six_months_counts_again(office: Office) -> None:
    household = make_household(office.village)
    first = office.prepared(office.case_of(office.verified(household)))
    office.do(first, "stop", office.township, note="家庭情况有变")
    office.wait(30)
    again = office.case_of(office.verified(household))
    office.do(again, "authorise", office.owner, data={"signed_on": office.today.isoformat()}, with_file=True)
    assert office.do(again, "to_appraisal", office.owner).state == "appraising"
    office.do(again, "stop", office.township, note="又有变化")
    office.wait(183)
    late = office.case_of(office.verified(household))
    office.do(late, "authorise", office.owner, data={"signed_on": office.today.isoformat()}, with_file=True)
    with pytest.raises(Refused, match="没有比对"):
        office.do(late, "to_appraisal", office.owner)


@pytest.mark.parametrize(
    ("category", "monitored_type", "fits"),
    [
        ("脱贫户", "脱贫不稳定户", True),
        ("一般农户", "脱贫不稳定户", False),
        ("脱贫户", "边缘易致贫户", False),
        ("脱贫户", "突发严重困难户", True),
        ("一般农户", "突发严重困难户", True),
    ],
)
def test_the_type_fits_the_category(office: Office, category: str, monitored_type: str, fits: bool) -> None:
    household = make_household(office.village, category=category)
    case = office.case_of(office.verified(household), monitored_type=monitored_type)
    if fits:
        assert office.prepared(case).state == "appraising"
        return
    with pytest.raises(Refused, match="须是"):
        office.prepared(case)


@pytest.mark.parametrize(
    ("vote", "state", "fault"),
    [
        ({"present": 20, "agree": 11, "disagree": 9}, "notice", ""),
        ({"present": 20, "agree": 10, "disagree": 10}, "rejected", ""),
        ({"present": 21, "agree": 11, "disagree": 9, "barred": 1}, "notice", ""),
        ({"present": 19, "agree": 19, "disagree": 0}, "", "评议无效"),
        ({"present": 24, "agree": 20, "disagree": 3}, "", "不符"),
        ({"present": 31, "agree": 31, "disagree": 0}, "", "不能多于应到"),
    ],
)
def test_the_vote_decides_by_quorum_and_majority(office: Office, vote: dict[str, int], state: str, fault: str) -> None:
    case = office.prepared(office.case_of(office.verified(make_household(office.village))))
    data = {**VOTE, **vote}
    if fault:
        with pytest.raises(Refused, match=fault):
            office.do(case, "appraise", office.owner, data=data, with_file=True)
        return
    assert office.do(case, "appraise", office.owner, data=data, with_file=True).state == state


def test_members_of_the_household_do_not_vote(office: Office) -> None:
    case = office.prepared(office.case_of(office.verified(make_household(office.village))))
    rows = [{"name": f"代表{n}"} for n in range(23)] + [{"name": "李四"}]
    with pytest.raises(Refused, match="李四是户内成员或近亲属，须回避"):
        office.do(case, "appraise", office.owner, data={**VOTE, "attendance": rows}, with_file=True)
    rows[-1]["barred"] = True
    good = {**VOTE, "attendance": rows, "disagree": 3, "barred": 1}
    assert office.do(case, "appraise", office.owner, data=good, with_file=True).state == "notice"


def test_an_open_objection_stops_the_clock_and_moves_every_term(office: Office) -> None:
    case = office.posted(office.prepared(office.case_of(office.verified(make_household(office.village)))))
    decision_due, notice_due = case.decision_due_on, case.due_on
    office.wait(2)
    case = office.do(case, "object", office.owner, data={"content": "有存款", "objector": ""})
    objection = Objection.objects.get()
    assert objection.due_on == office.today + timedelta(days=3)
    office.wait(20)
    assert not Case.objects.overdue(office.today).exists()
    assert not Case.objects.decision_overdue(office.today).exists()
    answer = {"objection": str(objection.uid), "finding": "存款系借款", "upheld": False, "answered_how": "书面"}
    with pytest.raises(Refused, match="调查人至少 2 人"):
        office.do(case, "answer_objection", office.owner, data={**answer, "investigators": ["甲", "甲"]})
    case = office.do(case, "answer_objection", office.owner, data={**answer, "investigators": ["甲", "乙"]})
    assert case.state == "notice" and case.paused_on is None
    assert case.decision_due_on == decision_due + timedelta(days=20)
    assert case.due_on == notice_due + timedelta(days=20)
    assert Clue.objects.get(pk=case.clue_id).decision_due_on == case.decision_due_on
    with pytest.raises(Refused, match="满 5 天"):
        office.do(case, "take_down", office.owner, with_file=True)
    office.wait(4)
    assert office.do(case, "take_down", office.owner, with_file=True).state == "notice"


def test_the_clock_stands_until_the_last_objection_is_answered(office: Office) -> None:
    case = office.posted(office.prepared(office.case_of(office.verified(make_household(office.village)))))
    office.do(case, "object", office.owner, data={"content": "一"})
    office.wait(1)
    office.do(case, "object", office.township, data={"content": "二"})
    first, second = Objection.objects.order_by("id")
    answer = {"finding": "查无此事", "upheld": False, "investigators": ["甲", "乙"]}
    case = office.do(case, "answer_objection", office.owner, data={**answer, "objection": str(first.uid)})
    assert case.paused_on is not None
    office.wait(2)
    case = office.do(case, "answer_objection", office.owner, data={**answer, "objection": str(second.uid)})
    assert case.paused_on is None
    assert Notice.objects.get(case=case).ends_on == date(2026, 11, 18)


def test_an_upheld_objection_ends_the_case(office: Office) -> None:
    case = office.posted(office.prepared(office.case_of(office.verified(make_household(office.village)))))
    office.do(case, "object", office.owner, data={"content": "有两辆车"})
    answer = {"finding": "属实", "upheld": True, "investigators": ["甲", "乙"]}
    uid = str(Objection.objects.get().uid)
    case = office.do(case, "answer_objection", office.owner, data={**answer, "objection": uid})
    assert (case.state, case.paused_on) == ("stopped", None)
    assert Clue.objects.get(pk=case.clue_id).state == "not_enrolled"


def test_a_returned_case_comes_back_with_its_reason_and_goes_on(office: Office) -> None:
    case = office.submitted(
        office.posted(office.prepared(office.case_of(office.verified(make_household(office.village)))))
    )
    case = office.do(case, "review_return", office.leader, note="缺签到册")
    assert (case.state, case.returned, case.return_reason) == ("notice", True, "缺签到册")
    case = office.do(case, "submit", office.owner)
    assert (case.state, case.returned) == ("at_township", False)
    case = office.do(case, "review_pass", office.leader)
    case = office.do(case, "decide_return", office.second, note="请核实面积")
    assert (case.state, case.returned) == ("at_township", True)
    assert office.decided(case).state == "announcing"


def test_a_case_returned_to_the_vote_needs_a_new_notice(office: Office) -> None:
    case = office.submitted(
        office.posted(office.prepared(office.case_of(office.verified(make_household(office.village)))))
    )
    case = office.do(case, "review_return", office.leader, note="评议不合规", data={"to": "appraising"})
    case = office.do(case, "appraise", office.owner, data=VOTE, with_file=True)
    with pytest.raises(Refused, match="公示还没有张贴"):
        office.do(case, "submit", office.owner)
    case = office.do(case, "hang_notice", office.owner, data={"place": "公开栏"}, with_file=True)
    assert office.submitted(case).state == "at_township"


def test_a_household_cleared_before_is_identified_again_in_a_new_episode(office: Office) -> None:
    household = make_household(office.village)
    make_episode(household, identified_on=date(2023, 1, 1), cleared_on=date(2024, 1, 1))
    episode = office.enrolled(household)
    assert (episode.serial, episode.reidentified, Case.objects.get(household=household).kind) == (2, True, "reidentify")
    assert Episode.objects.get(household=household, serial=1).state == "cleared"


def test_a_second_clue_joins_the_running_case(office: Office) -> None:
    household = make_household(office.village)
    first, second = office.verified(household), office.verified(household, risk="因残")
    case = office.case_of(first)
    office.do(second, "identify", office.owner, data={"risks": ["因残"]})
    case.refresh_from_db()
    assert case.risks == ["因病", "因残"]
    for stage in (office.prepared, office.posted, office.submitted, office.decided, office.recorded):
        case = stage(case)
    assert {clue.state for clue in Clue.objects.filter(household=household)} == {"enrolled"}


def test_a_new_risk_of_a_monitored_household_joins_its_episode(office: Office) -> None:
    household = make_household(office.village)
    episode = make_episode(household)
    clue = office.verified(household, risk="因残")
    with pytest.raises(Refused, match="正在监测中"):
        office.do(clue, "identify", office.owner, data=MARGINAL)
    office.do(clue, "join_episode", office.owner, note="残疾证新办")
    episode.refresh_from_db()
    assert episode.risks == ["因病", "因残"]


def test_a_leader_who_went_to_see_the_household_cannot_review(office: Office) -> None:
    clue = office.check(office.clue(make_household(office.village)), "true", office.owner, office.leader)
    case = office.submitted(office.posted(office.prepared(office.case_of(clue))))
    with pytest.raises(Forbidden) as refusal:
        office.do(case, "review_pass", office.leader)
    assert refusal.value.code == "duty_barred"
    assert office.do(case, "review_pass", office.township).state == "at_county"


def test_a_household_cancelled_meanwhile_is_not_recorded(office: Office) -> None:
    household = make_household(office.village)
    case = office.case_of(office.verified(household))
    for stage in (office.prepared, office.posted, office.submitted, office.decided):
        case = stage(case)
    type(household).objects.filter(pk=household.pk).update(cancelled_on=office.today)
    with pytest.raises(Refused, match="该户已注销"):
        office.recorded(case)
    assert not Episode.objects.exists()


def test_the_history_keeps_no_personal_words(office: Office) -> None:
    case, hit = _with_hit(office)
    office.do(case, "explain_hit", office.owner, data={**hit, "explanation": "患尿毒症，车是借的"})
    written = json.dumps(list(Transition.objects.values_list("data", "note")), ensure_ascii=False)
    assert "尿毒症" not in written and "轿车" not in written
