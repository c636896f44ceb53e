"""Conditions of the steps of problems."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from monitoring.workflow.step import Act, guard
from records.models import Problem

# Days that a step may set ahead of today.
AHEAD = frozenset({"due_on"})


@guard("填写的日期不晚于今天", upfront=False)
def days_fit(act: Act) -> Iterator[str]:
    titles = {one.name: one.title for one in act.step.inputs}
    for name, value in act.data.items():
        if isinstance(value, date) and name not in AHEAD and value > act.on:
            yield f"{titles[name]}不能晚于今天"


@guard("时限不早于今天", upfront=False)
def due_ahead(act: Act) -> Iterator[str]:
    due_on = act.data.get("due_on")
    if due_on and due_on < act.happened_on:
        yield "时限不能早于交办日期"


@guard("同一户（人）没有别的在办问题")
def no_other_open(act: Act) -> Iterator[str]:
    problem: Problem = act.subject
    if other := twin_of(problem):
        yield f"同一户（人）已有在办的{problem.get_kind_display()}问题 {other.number}，在那一件里办理"


def twin_of(problem: Problem) -> Problem | None:
    """Another open problem of the same kind about the same person or household; rectification items may be many."""
    if problem.kind == Problem.Kind.RECTIFICATION or problem.household_id is None:
        return None
    same = Problem.objects.open().filter(kind=problem.kind).exclude(pk=problem.pk)
    if problem.person_id is not None:
        return same.filter(person_id=problem.person_id).first()
    return same.filter(household_id=problem.household_id, person__isnull=True).first()


@guard("已复学、已送教上门，或已有别的了结", upfront=False)
def child_is_taught(act: Act) -> Iterator[str]:
    if not act.data["resumed_on"] and not act.data["taught_at_home"] and not act.data["settled"]:
        yield "复学日期、送教上门、其他了结至少填一项"


@guard("维修、重建有竣工日期，开工不晚于竣工", upfront=False)
def house_is_mended(act: Act) -> Iterator[str]:
    begun, ended = act.data["begun_on"], act.data["ended_on"]
    if act.data["handling"] in ("repair", "rebuild") and not ended:
        yield "维修、重建须填竣工日期"
    if begun and ended and begun > ended:
        yield "开工日期不能晚于竣工日期"


@guard("上级反馈的问题有反馈单位的销号依据", upfront=False)
def level_has_said(act: Act) -> Iterator[str]:
    problem: Problem = act.subject
    if problem.level in ABOVE_COUNTY and not (act.data["signed_by"] and act.data["signed_number"]):
        yield f"{problem.get_level_display()}反馈的问题由反馈单位销号，须填销号单位和依据文号"


# Levels whose signing off the county records.
ABOVE_COUNTY = (Problem.Level.CENTRAL, Problem.Level.PROVINCE, Problem.Level.CITY)
