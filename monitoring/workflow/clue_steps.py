"""The table of clues."""

from __future__ import annotations

from monitoring.models import Clue, Visit
from monitoring.risks import MonitoredType
from monitoring.workflow import clue_effects as effects
from monitoring.workflow import clue_guards as guards
from monitoring.workflow.inputs import Input
from monitoring.workflow.opening import ENROLLABLE
from monitoring.workflow.own_steps import CASE_ENDED, CASE_ENROLLED, EXTEND, FOLLOW_CLUE, REGISTER, WITHDRAW
from monitoring.workflow.step import Step

S = Clue.State
F = Visit.Finding
VILLAGE_AND_TOWNSHIP = "monitoring.verify_clue"
CLOSED_FOR_GOOD = (S.UNFOUNDED, S.SOLVED, S.WATCHED, S.UNVERIFIABLE, S.ENROLLED, S.NOT_ENROLLED)
NEXT_REVIEW = Input("next_review_on", "下次复核日期", "date", needed=True)
RISKS = tuple((risk, risk) for risk in ENROLLABLE)


def _close(action: str, title: str, target: str, *findings: Visit.Finding, review: bool = False) -> Step:
    """Closing a verified clue on the finding of its check."""
    return Step(
        action=action,
        title=title,
        sources=(S.VERIFIED,),
        targets=(target,),
        right=VILLAGE_AND_TOWNSHIP,
        guards=(guards.finding(*findings), *((guards.review_later,) if review else ())),
        inputs=(NEXT_REVIEW,) if review else (),
        note=True,
        effect=effects.closed,
    )


def _triage(level: str, source: str) -> tuple[Step, ...]:
    """A level closing what needs no home check: evidence that is wrong, or a matter already settled."""
    ends = (("close_unfounded", "以不属实办结", S.UNFOUNDED), ("close_solved", "以政策已化解办结", S.SOLVED))
    return tuple(
        Step(action, title, (source,), (target,), f"monitoring.triage_{level}", note=True, effect=effects.closed)
        for action, title, target in ends
    )


CLUE_STEPS: tuple[Step, ...] = (
    REGISTER,
    Step(
        "dispatch",
        "分派到乡镇",
        (S.AT_COUNTY,),
        (S.AT_TOWNSHIP,),
        "monitoring.triage_county",
        deadline="dispatch_township_days",
        effect=effects.dispatched,
    ),
    Step(
        "dispatch",
        "分派到村",
        (S.AT_TOWNSHIP,),
        (S.TO_VERIFY,),
        "monitoring.triage_township",
        deadline="check_days",
        effect=effects.dispatched,
    ),
    Step(
        "send_back",
        "退回县级",
        (S.AT_TOWNSHIP,),
        (S.AT_COUNTY,),
        "monitoring.triage_township",
        note=True,
        deadline="dispatch_county_days",
    ),
    Step(
        "send_back",
        "退回乡镇",
        (S.TO_VERIFY,),
        (S.AT_TOWNSHIP,),
        VILLAGE_AND_TOWNSHIP,
        note=True,
        deadline="dispatch_township_days",
    ),
    *_triage("county", S.AT_COUNTY),
    *_triage("township", S.AT_TOWNSHIP),
    Step(
        "verify",
        "提交核实结果",
        (S.TO_VERIFY,),
        (S.VERIFIED,),
        VILLAGE_AND_TOWNSHIP,
        guards=(guards.sound_check,),
        inputs=(Input("visit", "入户核实记录", "uid", needed=True),),
        effect=effects.verified,
    ),
    _close("close_unfounded", "以不属实办结", S.UNFOUNDED, F.UNFOUNDED),
    _close("close_solved", "以政策已化解办结", S.SOLVED, F.TRUE, F.PARTLY),
    _close("close_watched", "转为持续关注", S.WATCHED, F.TRUE, F.PARTLY, F.UNFOUNDED, review=True),
    _close("close_unverifiable", "以无法核实办结", S.UNVERIFIABLE, F.NOT_MET, review=True),
    Step(
        "close_unverifiable",
        "以无法核实办结",
        (S.TO_VERIFY,),
        (S.UNVERIFIABLE,),
        "monitoring.triage_township",
        guards=(guards.review_later,),
        inputs=(NEXT_REVIEW,),
        note=True,
        effect=effects.closed,
    ),
    Step(
        "identify",
        "转认定",
        (S.VERIFIED,),
        (S.IDENTIFYING,),
        VILLAGE_AND_TOWNSHIP,
        guards=(guards.finding(F.TRUE, F.PARTLY), guards.can_identify, guards.few_risks),
        inputs=(
            Input("monitored_type", "拟定类别", "choice", choices=tuple(MonitoredType.choices)),
            Input("risks", "风险（第一个为主要风险）", "choices", choices=RISKS),
        ),
        effect=effects.identified,
    ),
    Step(
        "join_episode",
        "并入监测周期",
        (S.VERIFIED,),
        (S.ENROLLED,),
        VILLAGE_AND_TOWNSHIP,
        guards=(guards.finding(F.TRUE, F.PARTLY), guards.has_monitored_episode),
        note=True,
        effect=effects.joined,
    ),
    Step(
        "tell_reporter",
        "反馈报告人",
        CLOSED_FOR_GOOD,
        (),
        "monitoring.flag_clue",
        guards=(guards.reporter_waits,),
        note=True,
        dated=True,
        effect=effects.told,
    ),
    Step(
        "reopen",
        "到期复核",
        (S.WATCHED, S.UNVERIFIABLE),
        (S.TO_VERIFY,),
        "monitoring.flag_clue",
        guards=(guards.no_other_open,),
        deadline="check_days",
        effect=effects.reopened,
    ),
    Step(
        "mark_green",
        "标注先帮后补",
        (S.AT_COUNTY, S.AT_TOWNSHIP, S.TO_VERIFY, S.VERIFIED),
        (),
        "monitoring.flag_clue",
        guards=(guards.not_green_yet,),
        note=True,
        effect=effects.flagged_green,
    ),
    EXTEND,
    FOLLOW_CLUE,
    WITHDRAW,
    CASE_ENROLLED,
    CASE_ENDED,
)
