"""How cases go: authorisation, comparison, vote, notice, review, decision, announcement, recording, and where they stop."""

from __future__ import annotations

from datetime import datetime, timedelta

from demo.deeds import Deeds
from demo.episode_stories import looked_after, monitored
from demo.stage import Story
from households.models import Household
from monitoring.models import Case, Clue, Episode, Notice, Objection
from monitoring.services.cases import start_case

# Where one in so many identifications ends early, and how.
TURNS = [
    ("through", 66),
    ("refused", 4),
    ("hit_refused", 4),
    ("voted_down", 5),
    ("objection", 6),
    ("upheld", 3),
    ("returned", 6),
    ("township_no", 3),
    ("county_no", 3),
]
Turn = str
ADULT = 18


def identification(deeds: Deeds, case: Case, at: datetime, turn: Turn = "") -> Story:
    """纳入认定 or 重新识别 from the authorisation on."""
    stage = deeds.stage
    turn = turn or stage.random.choices([name for name, _ in TURNS], [weight for _, weight in TURNS])[0]
    cadre = deeds.cadre(case)
    at = yield stage.later(at, 0, 1)
    members = case.household.memberships.current().select_related("person").order_by("id")
    adults = [member.person.name for member in members if at.year - member.person.birth_year >= ADULT]
    signing = {
        "signed_on": str(at.date()),
        "signatories": adults or ["户主"],
        "witnesses": [cadre.name],
    }
    if turn == "refused":
        deeds.step(case, "refuse_authorisation", cadre, at, "户主不同意查询家庭资产", **signing)
        yield from _tell(deeds, case, at)
        return
    deeds.step_with_paper(case, "authorise", cadre, at, "承诺授权书", **signing)
    at = yield stage.later(at, 0, 2)
    hits = deeds.compare(case, at)
    for hit in hits:
        at = yield stage.later(at, 0, 1)
        named = {"person": hit["person"], "item": hit["item"]}
        deeds.step(case, "explain_hit", cadre, at, explanation="系早年购置的代步工具，已多年未用", **named)
        at = yield at + timedelta(minutes=40)
        decision = "refused" if turn == "hit_refused" else "accepted"
        deeds.step(case, "decide_hit", deeds.leader(case), at, "经核实", decision=decision, **named)
    if hits and turn == "hit_refused":
        at = yield stage.later(at, 0, 1)
        deeds.step(case, "stop", deeds.leader(case), at, "资产说明不成立")
        yield from _tell(deeds, case, at)
        return
    at = yield at + timedelta(hours=1)
    deeds.step(case, "to_appraisal", cadre, at)
    yield from _village_round(deeds, case, at, turn)


def _village_round(deeds: Deeds, case: Case, at: datetime, turn: Turn) -> Story:
    """Vote and notice, then upwards; the same for every kind of case."""
    stage = deeds.stage
    at = yield stage.later(at, 1, 2)
    cadre, recorder = deeds.cadres(case)[:2]
    agree = 9 if turn == "voted_down" else stage.random.randint(17, 22)
    vote = {"entitled": 30, "present": 24, "agree": agree, "disagree": 24 - agree, "abstain": 0, "barred": 0}
    words = {"place": "村委会会议室", "chair": cadre.name, "recorder": recorder.name}
    said = "经评议，多数不同意，不再上报。" if turn == "voted_down" else "经评议，所报情况属实，同意上报乡镇。"
    deeds.step_with_paper(case, "appraise", cadre, at, "评议签到册", opinion=said, **words, **vote)
    if turn == "voted_down":
        yield from _tell(deeds, case, at)
        return
    at = yield stage.later(at, 0, 1)
    deeds.step_with_paper(case, "hang_notice", deeds.cadre(case), at, "公示照片", place="村务公开栏")
    if turn in ("objection", "upheld"):
        at = yield from _objection(deeds, case, at, upheld=turn == "upheld")
        if turn == "upheld":
            yield from _tell(deeds, case, at)
            return
    over = case.notices.filter(kind=Notice.Kind.NOTICE).latest("id").ends_on
    at = yield stage.later(at, (over - at.date()).days + 1, (over - at.date()).days + 2)
    deeds.step_with_paper(case, "take_down", deeds.cadre(case), at, "公示期满照片")
    at = yield at + timedelta(minutes=30)
    if _risk_came_up(deeds, case, at):
        return
    deeds.step(case, "submit", deeds.cadre(case), at)
    yield from _upwards(deeds, case, at, turn)


def _objection(deeds: Deeds, case: Case, at: datetime, *, upheld: bool) -> Story:
    """Somebody objects; the committee asks round and answers. Returns when."""
    stage = deeds.stage
    at = yield stage.later(at, 1, 2)
    deeds.step(case, "object", deeds.cadre(case), at, objector="", content="反映该户有固定收入，请核实")
    at = yield stage.later(at, 1, 3)
    objection = Objection.objects.filter(notice__case=case).latest("id")
    deeds.step(
        case,
        "answer_objection",
        deeds.cadre(case),
        at,
        objection=str(objection.uid),
        investigators=[user.name for user in deeds.cadres(case)],
        finding="经入户和走访邻居核实，情况属实" if upheld else "经入户和走访邻居核实，异议不成立",
        upheld=upheld,
        answered_how="当面答复",
    )
    return at


def _upwards(deeds: Deeds, case: Case, at: datetime, turn: Turn) -> Story:
    """Township review, county decision, announcement, recording."""
    stage = deeds.stage
    at = yield stage.later(at, 0, 2)
    if turn == "township_no":
        deeds.step(case, "review_reject", deeds.leader(case), at, "实地核查，家庭收入明显高于监测范围")
        yield from _tell(deeds, case, at)
        return
    if turn == "returned":
        deeds.step(
            case,
            "review_return",
            deeds.leader(case),
            at,
            "公示照片不清晰，请补正",
            reason="照片不清或缺少",
            to="notice",
        )
        at = yield stage.later(at, 1, 2)
        deeds.step(case, "submit", deeds.cadre(case), at)
        at = yield stage.later(at, 0, 1)
    deeds.step(case, "review_pass", deeds.leader(case), at, "同意")
    at = yield stage.later(at, 0, 2)
    if turn == "county_no":
        deeds.step(case, "decide_reject", deeds.decider, at, "不符合纳入条件")
        yield from _tell(deeds, case, at)
        return
    if _risk_came_up(deeds, case, at):
        return
    deeds.step(case, "decide_pass", deeds.decider, at, "同意")
    yield from _announce_and_record(deeds, case, at)


def _risk_came_up(deeds: Deeds, case: Case, at: datetime) -> bool:
    """Whether a clue came in while a clearing was under way, which ends it."""
    if case.kind != Case.Kind.CLEAR or not Clue.objects.open().filter(household_id=case.household_id).exists():
        return False
    deeds.step(case, "stop", deeds.leader(case), at, "办理期间出现新的风险线索，终止消除，先行核实")
    return True


def _announce_and_record(deeds: Deeds, case: Case, at: datetime) -> Story:
    stage = deeds.stage
    at = yield stage.later(at, 0, 1)
    deeds.step(case, "announce", deeds.clerk(case), at, place="乡镇政务公开栏和村务公开栏")
    over = case.notices.filter(kind=Notice.Kind.ANNOUNCEMENT).latest("id").ends_on
    at = yield stage.later(at, (over - at.date()).days + 1, (over - at.date()).days + 2)
    deeds.step(case, "end_announcement", deeds.clerk(case), at)
    at = yield stage.later(at, 0, 1)
    deeds.step(case, "record", deeds.clerk(case), at)
    case.refresh_from_db()
    episode = Episode.objects.get(cases=case)
    if case.kind == Case.Kind.CLEAR:
        stage.begin(looked_after(deeds, episode, at))
    elif case.kind != Case.Kind.ROLL_BACK:
        accompany(deeds, episode, at)


def accompany(deeds: Deeds, episode: Episode, at: datetime) -> None:
    """Begin the help of an episode, and its clearing when the time has come."""

    def clear(moment: datetime) -> None:
        deeds.stage.begin(clearing(deeds, episode.household, moment))

    deeds.stage.begin(monitored(deeds, episode, at, clear))


def _tell(deeds: Deeds, case: Case, at: datetime) -> Story:
    at = yield deeds.stage.later(at, 1, 3)
    deeds.step(case, "tell_household", deeds.cadre(case), at, "已上门说明理由和申诉渠道")


def clearing(deeds: Deeds, household: Household, at: datetime) -> Story:
    """风险消除 of a household whose conditions are met."""
    at = yield deeds.stage.later(at, 1, 3)
    if Clue.objects.open().filter(household=household).exists():
        return
    case = start_case(household=household, kind=Case.Kind.CLEAR, actor=deeds.cadre(household), at=at)
    at = yield deeds.stage.later(at, 1, 2)
    deeds.call_on(household, at, deeds.stage.random.randint(10800, 15500), deeds.cadre(household), case)
    at = yield at + timedelta(hours=1)
    if _risk_came_up(deeds, case, at):
        return
    deeds.step(case, "to_appraisal", deeds.cadre(case), at, clear_method="帮扶消除")
    turns = ["through"] * 8 + ["objection", "returned"]
    yield from _village_round(deeds, case, at, deeds.stage.random.choice(turns))


def rolling_back(deeds: Deeds, household: Household, at: datetime) -> Story:
    """消除回退 of a clearing that was not sound."""
    at = yield deeds.stage.later(at, 0, 2)
    reason = "复核发现收入不稳定，消除依据不足"
    case = start_case(household=household, kind=Case.Kind.ROLL_BACK, actor=deeds.cadre(household), at=at, reason=reason)
    at = yield deeds.stage.later(at, 1, 2)
    deeds.call_on(household, at, deeds.stage.random.randint(7400, 8700), deeds.cadre(household), case)
    at = yield at + timedelta(hours=1)
    deeds.step(case, "to_appraisal", deeds.cadre(case), at)
    yield from _village_round(deeds, case, at, "through")
