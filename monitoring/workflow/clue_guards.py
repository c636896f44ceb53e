"""Conditions of the steps of clues."""

from __future__ import annotations

from collections.abc import Iterator

from monitoring.models import Clue, Visit
from monitoring.risks import CLUE_ONLY
from monitoring.workflow.opening import MOST_RISKS, enrolment_kind, latest_episode, open_case_of, opening_faults
from monitoring.workflow.step import Act, Guard, guard
from monitoring.workflow.visit_rules import facts_of, visit_faults

_JOINABLE = ("preparing", "appraising")


def visit_named(act: Act) -> Visit | None:
    """The visit that the step's input names."""
    return Visit.objects.filter(uid=act.data["visit"], household_id=act.subject.household_id).first()


def verifying_visit(clue: Clue) -> Visit | None:
    """The visit by which the clue was last verified."""
    last = clue.transitions.filter(action="verify").order_by("-id").first()
    return Visit.objects.filter(uid=last.data["visit"]).first() if last else None


@guard("有本次的入户核实记录，人数、照片、签字合规", upfront=False)
def sound_check(act: Act) -> Iterator[str]:
    visit = visit_named(act)
    if visit is None:
        yield "没有找到该户的这次入户核实记录"
        return
    if visit.kind != Visit.Kind.CHECK:
        yield "这次走访不是线索核实"
    if visit.visited_on < act.subject.received_on:
        yield f"入户日期早于线索接收日期 {act.subject.received_on:%Y-%m-%d}"
    yield from visit_faults(facts_of(visit), act.setting)


def finding(*wanted: Visit.Finding) -> Guard:
    """The home check's finding is one of these."""
    names = "、".join(item.label for item in wanted)

    @guard(f"核实结论为{names}")
    def finding_fits(act: Act) -> Iterator[str]:
        visit = verifying_visit(act.subject)
        if act.subject.state == Clue.State.VERIFIED and (visit is None or visit.finding not in wanted):
            found = visit.get_finding_display() if visit else "未核实"
            yield f"核实结论为“{found}”，只有{names}的线索可以这样办"

    return finding_fits


@guard("下次复核日期晚于今天", upfront=False)
def review_later(act: Act) -> Iterator[str]:
    day = act.data.get("next_review_on")
    if day is None or day <= act.on:
        yield "下次复核日期须晚于今天"


@guard("该户可以发起认定，或并入在办的认定")
def can_identify(act: Act) -> Iterator[str]:
    household = act.subject.household
    running = open_case_of(household)
    if running is not None and running.kind in ("enrol", "reidentify") and running.state in _JOINABLE:
        return
    yield from opening_faults(household, enrolment_kind(household), act.on)


@guard("风险至多五个", upfront=False)
def few_risks(act: Act) -> Iterator[str]:
    if len(set(act.data.get("risks") or ())) > MOST_RISKS:
        yield f"风险至多 {MOST_RISKS} 个"


@guard("该户正在监测中，风险不超过五个")
def has_monitored_episode(act: Act) -> Iterator[str]:
    episode = latest_episode(act.subject.household)
    if episode is None or episode.state != "monitored":
        yield "该户不在监测中，应转认定"
        return
    known = act.subject.risk in episode.risks or act.subject.risk in CLUE_ONLY
    if not known and len(episode.risks) >= MOST_RISKS:
        yield f"监测周期已有 {MOST_RISKS} 个风险"


@guard("有报告人且尚未反馈")
def reporter_waits(act: Act) -> Iterator[str]:
    if not act.subject.reporter:
        yield "这条线索没有报告人"
    elif act.subject.told_reporter_on:
        yield f"已于 {act.subject.told_reporter_on:%Y-%m-%d} 反馈报告人"


@guard("该户没有同一风险的在办线索")
def no_other_open(act: Act) -> Iterator[str]:
    clue = act.subject
    if Clue.objects.open().filter(household_id=clue.household_id, risk=clue.risk).exclude(pk=clue.pk).exists():
        yield "该户同一风险已有在办线索"


@guard("尚未标注先帮后补")
def not_green_yet(act: Act) -> Iterator[str]:
    if act.subject.green_channel:
        yield "已标注先帮后补"
