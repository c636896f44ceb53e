"""The tables of cases: 纳入认定 and 重新识别, 风险消除 and 消除回退.

A case is prepared by the village (or the township for it), reviewed by the township and decided by the county, and
these three duties are never one person's (`barred`).
"""

from __future__ import annotations

from dataclasses import replace

from monitoring.models import Case
from monitoring.workflow import case_effects as effects
from monitoring.workflow import case_guards as guards
from monitoring.workflow import village_effects, village_guards
from monitoring.workflow.case_inputs import ITEM, METHOD, PERSON, PLACE, REASON, RESULTS, RISKS, SIGNING, TYPE, VOTE
from monitoring.workflow.inputs import Input
from monitoring.workflow.own_steps import ATTACH_CLUE, FOLLOW_CASE, OPENINGS
from monitoring.workflow.step import Guard, Step

S = Case.State
BEGINNINGS = (S.PREPARING, S.ASSESSING)
PREPARE = "monitoring.prepare_case"


def _prepares(action: str, title: str, source: str, target: str = "", **more: object) -> Step:
    """A step of who prepares the case: whoever reviewed or decided it is barred."""
    made = Step(
        action, title, (source,), (target,) if target else (), PREPARE, duty="prepare", barred=("review", "decide")
    )
    return replace(made, **more)  # type: ignore[arg-type]


def _reviews(action: str, title: str, *targets: str, **more: object) -> Step:
    made = Step(
        action,
        title,
        (S.AT_TOWNSHIP,),
        targets,
        "monitoring.review_case",
        duty="review",
        barred=("prepare", "decide"),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def _decides(action: str, title: str, target: str, **more: object) -> Step:
    made = Step(
        action,
        title,
        (S.AT_COUNTY,),
        (target,),
        "monitoring.decide_case",
        duty="decide",
        barred=("prepare", "review"),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def _stands(*more: Guard) -> tuple[Guard, ...]:
    return (guards.household_stands, *more)


PREPARING: tuple[Step, ...] = (
    _prepares(
        "authorise",
        "登记授权承诺",
        S.PREPARING,
        inputs=SIGNING,
        files=True,
        guards=(guards.signed_by_now,),
        effect=effects.authorised,
    ),
    _prepares(
        "refuse_authorisation",
        "登记拒绝授权",
        S.PREPARING,
        S.STOPPED,
        inputs=SIGNING,
        note=True,
        guards=(guards.signed_by_now,),
        effect=effects.authorisation_refused,
    ),
    Step(
        "compare",
        "登记比对结果",
        (S.PREPARING,),
        (),
        "monitoring.compare_assets",
        guards=(guards.authorised, guards.members_compared),
        inputs=(RESULTS,),
        effect=effects.compared,
    ),
    _prepares(
        "explain_hit",
        "登记户说明",
        S.PREPARING,
        inputs=(PERSON, ITEM, Input("explanation", "户说明", needed=True, sealed=True)),
        guards=(guards.is_a_hit,),
        effect=effects.hit_explained,
    ),
    Step(
        "decide_hit",
        "处理触碰项",
        (S.PREPARING,),
        (),
        "monitoring.decide_hit",
        guards=(guards.explained_to_another,),
        inputs=(
            PERSON,
            ITEM,
            Input("decision", "处理", "choice", True, choices=(("accepted", "说明成立"), ("refused", "说明不成立"))),
        ),
        note=True,
        effect=effects.hit_decided,
    ),
    _prepares(
        "propose",
        "拟定类别和风险",
        S.PREPARING,
        inputs=(TYPE, RISKS),
        guards=(guards.few_risks,),
        effect=effects.proposed,
    ),
    _prepares(
        "to_appraisal",
        "提交评议",
        S.PREPARING,
        S.APPRAISING,
        guards=_stands(guards.not_monitored, guards.authorised, guards.compared, guards.hits_settled, guards.proposed),
        deadline="appraisal_days",
    ),
)

ASSESSING: tuple[Step, ...] = (
    _prepares(
        "to_appraisal",
        "提交评议",
        S.ASSESSING,
        S.APPRAISING,
        inputs=(METHOD,),
        guards=_stands(guards.episode_fits, guards.assessed, guards.method_chosen, guards.exit_allowed),
        deadline="appraisal_days",
        effect=effects.exit_proposed,
    ),
)

ROLLING_BACK: tuple[Step, ...] = (
    _prepares(
        "to_appraisal",
        "提交评议",
        S.ASSESSING,
        S.APPRAISING,
        guards=_stands(guards.episode_fits, guards.assessed),
        deadline="appraisal_days",
    ),
)


PUBLIC: tuple[Step, ...] = (
    _prepares(
        "appraise",
        "登记评议结果",
        S.APPRAISING,
        targets=(S.NOTICE, S.REJECTED),
        inputs=VOTE,
        files=True,
        dated=True,
        guards=(village_guards.quorate, village_guards.votes_add_up, village_guards.relatives_barred),
        effect=village_effects.appraised,
    ),
    _prepares(
        "hang_notice",
        "张贴公示",
        S.NOTICE,
        inputs=(PLACE,),
        files=True,
        guards=(village_guards.not_hung_yet, village_guards.place_is_clean),
        deadline="notice_days",
        effect=village_effects.notice_hung,
    ),
    Step(
        "object",
        "登记异议",
        (S.NOTICE,),
        (),
        "monitoring.record_objection",
        guards=(village_guards.hung, village_guards.objected_after_hanging),
        inputs=(
            Input("objector", "异议人（可匿名）", longest=60, sealed=True),
            Input("content", "异议内容", needed=True, longest=1000, sealed=True),
        ),
        dated=True,
        effect=village_effects.objected,
    ),
    _prepares(
        "answer_objection",
        "答复异议",
        S.NOTICE,
        targets=(S.NOTICE, S.STOPPED),
        inputs=(
            Input("objection", "异议", "uid", needed=True),
            Input("investigators", "调查人", "names", needed=True),
            Input("finding", "调查结果", needed=True, longest=1000, sealed=True),
            Input("upheld", "异议是否成立", "flag", needed=True),
            Input("answered_how", "答复方式", longest=60),
        ),
        dated=True,
        guards=(village_guards.investigated,),
        effect=village_effects.answered,
    ),
    _prepares(
        "take_down",
        "撤下公示",
        S.NOTICE,
        files=True,
        guards=(village_guards.notice_over, village_guards.objections_answered),
        effect=village_effects.taken_down,
    ),
)


def _public(notice_term: str) -> tuple[Step, ...]:
    """Vote, notice of the days of `notice_term`, objections."""
    return tuple(replace(step, deadline=notice_term) if step.action == "hang_notice" else step for step in PUBLIC)


def _submission(*more: Guard) -> Step:
    return _prepares(
        "submit",
        "上报乡镇审核",
        S.NOTICE,
        S.AT_TOWNSHIP,
        guards=_stands(village_guards.notice_done, village_guards.objections_answered, guards.data_in_order, *more),
        deadline="township_review_days",
        effect=effects.submitted,
    )


def _approvals(first: str, *more: Guard) -> tuple[Step, ...]:
    """Review and decision; `first` is the state that a case returned to its beginning goes back to."""
    return (*_township_review(S.NOTICE, S.APPRAISING, S(first)), *_county_decision(*more))


def _township_review(*back: S) -> tuple[Step, ...]:
    return (
        _reviews(
            "review_pass",
            "审核通过",
            S.AT_COUNTY,
            guards=_stands(),
            deadline="county_decision_days",
            effect=effects.reviewed,
        ),
        _reviews(
            "review_return",
            "退回补正",
            *back,
            note=True,
            inputs=(
                REASON,
                Input("to", "退回到", "choice", choices=tuple((state.value, state.label) for state in back)),
            ),
            deadline="check_days",
            effect=effects.returned,
        ),
        _reviews("review_reject", "审核不通过", S.REJECTED, note=True, effect=effects.ended),
    )


def _county_decision(*more: Guard) -> tuple[Step, ...]:
    return (
        _decides(
            "decide_pass",
            "审定通过",
            S.ANNOUNCING,
            guards=_stands(*more),
            deadline="announcement_days",
            effect=effects.decided,
        ),
        _decides(
            "decide_return",
            "退回乡镇",
            S.AT_TOWNSHIP,
            note=True,
            inputs=(REASON,),
            deadline="township_review_days",
            effect=effects.returned,
        ),
        _decides("decide_reject", "审定不通过", S.REJECTED, note=True, effect=effects.ended),
    )


def _recording(*more: Guard) -> Step:
    return Step(
        "record",
        "录入标注",
        (S.RECORDING,),
        (S.DONE,),
        "monitoring.record_episode",
        guards=_stands(*more),
        effect=effects.recorded,
    )


ENDING: tuple[Step, ...] = (
    Step(
        "announce",
        "发布公告",
        (S.ANNOUNCING,),
        (),
        "monitoring.announce_case",
        guards=(village_guards.not_announced, village_guards.place_is_clean),
        inputs=(PLACE,),
        deadline="announcement_days",
        effect=village_effects.announced,
    ),
    Step(
        "end_announcement",
        "公告期满",
        (S.ANNOUNCING,),
        (S.RECORDING,),
        "monitoring.announce_case",
        guards=(village_guards.announcement_over,),
        deadline="recording_days",
        effect=village_effects.announcement_ended,
    ),
    Step(
        "stop",
        "终止办件",
        (S.NOTICE, S.AT_TOWNSHIP, S.AT_COUNTY, S.ANNOUNCING, S.RECORDING),
        (S.STOPPED,),
        "monitoring.stop_case",
        note=True,
        effect=effects.ended,
    ),
    Step(
        "tell_household",
        "告知农户",
        (S.REJECTED, S.STOPPED),
        (),
        "monitoring.tell_household",
        note=True,
        dated=True,
        guards=(guards.not_told,),
        effect=effects.household_told,
    ),
)


def _ending(first: str) -> tuple[Step, ...]:
    """Announcement, stopping and telling; a case in its first steps the village may stop too."""
    early = Step(
        "stop",
        "终止办件",
        (first, S.APPRAISING),
        (S.STOPPED,),
        "monitoring.stop_early",
        note=True,
        effect=effects.ended,
    )
    mine = {first, *(state for state in FOLLOW_CASE.sources if state not in BEGINNINGS)}
    following = replace(FOLLOW_CASE, sources=tuple(state for state in FOLLOW_CASE.sources if state in mine))
    return (*ENDING, early, following)


ENROL_STEPS: tuple[Step, ...] = (
    *PREPARING,
    *_public("notice_days"),
    _submission(),
    *_approvals(S.PREPARING, guards.not_monitored, guards.comparison_in_force),
    *_ending(S.PREPARING),
    _recording(guards.not_monitored),
    ATTACH_CLUE,
)
CLEAR_STEPS: tuple[Step, ...] = (
    *ASSESSING,
    *_public("notice_days_clear"),
    _submission(guards.episode_fits, guards.exit_allowed),
    *_approvals(S.ASSESSING, guards.episode_fits, guards.exit_allowed),
    *_ending(S.ASSESSING),
    _recording(guards.episode_fits),
)
ROLL_BACK_STEPS: tuple[Step, ...] = (
    *ROLLING_BACK,
    *_public("notice_days_clear"),
    _submission(guards.episode_fits),
    *_approvals(S.ASSESSING, guards.episode_fits),
    *_ending(S.ASSESSING),
    _recording(guards.episode_fits),
)
CASE_STEPS: dict[str, tuple[Step, ...]] = {
    Case.Kind.ENROL: (OPENINGS[Case.Kind.ENROL], *ENROL_STEPS),
    Case.Kind.REIDENTIFY: (OPENINGS[Case.Kind.REIDENTIFY], *ENROL_STEPS),
    Case.Kind.CLEAR: (OPENINGS[Case.Kind.CLEAR], *CLEAR_STEPS),
    Case.Kind.ROLL_BACK: (OPENINGS[Case.Kind.ROLL_BACK], *ROLL_BACK_STEPS),
}
