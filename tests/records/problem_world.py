"""Problems for tests: registered and worked through the services, by the fixed cast."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from builders import make_jpeg
from cast import NOW

from accounts.models import StoredFile, User
from accounts.services.pictures import keep_picture
from records.models import Problem
from records.problems.table import TABLE
from records.services.problems import perform
from records.services.problems_opening import open_problem

ASSIGNMENT = {"measures": "修好", "unit": "石桥镇", "person_in_charge": "王五"}
# What each kind's steps must be given.
DATA: dict[tuple[str, str], dict[str, Any]] = {
    ("dropout", "note_progress"): {"persuaded_on": date(2026, 11, 9), "way": "visit", "result": "愿意回校"},
    ("dropout", "report_done"): {"resumed_on": date(2026, 11, 10)},
    ("uninsured", "report_done"): {"insured_on": date(2026, 11, 10)},
    ("house", "report_done"): {"handling": "repair", "subsidy": "35000.00", "ended_on": date(2026, 11, 10)},
    ("house", "accept"): {"checked_by": "住建局李工"},
    ("water", "report_done"): {"done": "换了水泵"},
    ("water", "accept"): {"checked_by": "水务局张工"},
    ("zero_job", "report_done"): {"worker": "张三", "hired_on": date(2026, 11, 10)},
    ("rectification", "report_done"): {"evidence": "照片和台账"},
    ("rectification", "accept"): {"checked_by": "县督查组"},
}
PATH = ("assign", "report_done", "accept", "sign_off")


def make_problem(
    *, kind: str, actor: User, at: datetime = NOW, found_on: date = date(2026, 11, 1), **values: Any
) -> Problem:
    """A problem of this kind as its finder registers it."""
    if kind == "rectification":
        values.setdefault("level", "county")
    if kind == "water":
        values.setdefault("details", {"category": "水质"})
    values.setdefault("origin", "cadre")
    values.setdefault("description", "测试问题")
    return open_problem(kind=kind, actor=actor, at=at, found_on=found_on, **values)


def paper(actor: User, at: datetime = NOW) -> StoredFile:
    return keep_picture(content=make_jpeg(), name="照片.jpg", actor=actor, at=at)


def take(problem: Problem, action: str, actor: User, *, at: datetime = NOW, **more: Any) -> Problem:
    """Take one step with everything that it asks for; the row as it then stands."""
    step = next(step for step in TABLE[problem.kind] if step.action == action)
    data = {**(ASSIGNMENT if action == "assign" else {}), **DATA.get((problem.kind, action), {})}
    data.update(more.pop("data", {}))
    files = [paper(actor, at)] if step.files else []
    problem.refresh_from_db()
    return perform(
        problem=problem, action=action, actor=actor, at=at, version=problem.version, note=more.pop("note", "说明"),
        data=data, files=files, **more,
    )  # fmt: skip


def clear(problem: Problem, doer: User, judge: User, *, at: datetime = NOW, until: str = "sign_off") -> Problem:
    """From found to the named step: the doer assigns nothing, works and reports; the judge does the rest."""
    for action in PATH:
        problem = take(problem, action, doer if action == "report_done" else judge, at=at)
        if action == until:
            break
    return problem


def later(days: int) -> datetime:
    return NOW + timedelta(days=days)
