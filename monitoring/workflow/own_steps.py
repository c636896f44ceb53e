"""Steps that the program itself takes, as part of something else that a person or the monthly match did."""

from __future__ import annotations

from monitoring.models import Case, Clue
from monitoring.workflow.step import NEW, Step

_CLUE = Clue.State
OPEN_CLUE = tuple(_CLUE(state).value for state in Clue.OPEN_STATES)

REGISTER = Step(
    action="register",
    title="登记线索",
    sources=(NEW,),
    targets=(_CLUE.AT_COUNTY, _CLUE.AT_TOWNSHIP, _CLUE.TO_VERIFY),
    right="monitoring.register_clue",
    dated=True,
)
EXTEND = Step(action="extend", title="补充证据", sources=OPEN_CLUE)
WITHDRAW = Step(
    action="withdraw",
    title="撤回证据",
    sources=(_CLUE.AT_COUNTY, _CLUE.AT_TOWNSHIP, _CLUE.TO_VERIFY, _CLUE.VERIFIED),
    targets=(_CLUE.WITHDRAWN,),
)
CASE_ENROLLED = Step(action="case_enrolled", title="认定纳入", sources=OPEN_CLUE, targets=(_CLUE.ENROLLED,))
CASE_ENDED = Step(action="case_ended", title="认定未通过", sources=(_CLUE.IDENTIFYING,), targets=(_CLUE.NOT_ENROLLED,))
FOLLOW_CLUE = Step(action="follow", title="随户迁移", sources=OPEN_CLUE)
FOLLOW_CASE = Step(action="follow", title="随户迁移", sources=tuple(Case.State(state) for state in Case.OPEN_STATES))
ATTACH_CLUE = Step(
    action="attach_clue", title="并入线索", sources=(Case.State.PREPARING, Case.State.APPRAISING), duty="prepare"
)


def opening(title: str, first: str, deadline: str) -> Step:
    """The step that makes a case of a kind."""
    return Step(
        action="open",
        title=title,
        sources=(NEW,),
        targets=(first,),
        right="monitoring.prepare_case",
        duty="prepare",
        deadline=deadline,
    )


OPENINGS: dict[str, Step] = {
    Case.Kind.ENROL: opening("发起纳入认定", Case.State.PREPARING, "comparison_days"),
    Case.Kind.REIDENTIFY: opening("发起重新识别", Case.State.PREPARING, "comparison_days"),
    Case.Kind.CLEAR: opening("发起风险消除", Case.State.ASSESSING, "check_days"),
    Case.Kind.ROLL_BACK: opening("发起消除回退", Case.State.ASSESSING, "check_days"),
}
