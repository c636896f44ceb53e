"""Kept problems (records.Problem) as they stood on any day, read from their steps: the row knows only today.

A *move* is a step that led to another state. Steps of one problem never go back in time, so opening + found + returned
- cleared - void = closing, whatever the month and whatever was known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Case as Choose
from django.db.models import CharField, DateField, F, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from accounts.models import Division
from accounts.scope import in_division
from records.models import Problem, ProblemStep
from records.problems.kinds import KINDS
from records.problems.story import worded
from reports.asof.spoken_for import Homes, Trouble

Known = datetime | None
S = Problem.State
OPEN = Problem.OPEN_STATES
_TAKEN_UP = ("return_work", "send_back", "reopen")


def kept(kind: str, division: Division, on: date, known_at: Known = None) -> QuerySet[Any]:
    """Problems of a kind found by a day and not found untrue, with `place`, `state_then`, `solved` (1 or 0),
    `solved_on`, and the term that was then set, `due_then`, as an ISO date."""
    found: QuerySet[Any] = Problem.objects.of_kind(kind).as_of(on, known_at).within(division)
    rows = found.exclude(state_then=S.VOID)
    last = ProblemStep.objects.as_of(on, known_at).filter(problem=OuterRef("pk")).order_by("-id")
    return rows.annotate(
        place=F("division_id"),
        solved=Choose(When(state_then=S.SIGNED_OFF, then=1), default=0, output_field=IntegerField()),
        solved_on=Choose(When(state_then=S.SIGNED_OFF, then=F("since")), output_field=DateField()),
        due_then=Subquery(last.values(term=Cast(KT("data__due_on"), CharField(max_length=10)))[:1]),
    )


def late(on: date) -> Q:
    """Condition on rows of `kept`: in hand past its term."""
    return Q(state_then__in=OPEN, due_then__lt=on.isoformat()) & ~Q(due_then="")


def moves(kind: str, division: Division, after: date, on: date, known_at: Known = None) -> QuerySet[Any]:
    """Steps after one day and up to another by which problems of a kind were found, returned, cleared or found
    untrue; `place` is the problem's, `began_on` the day from which a clearing's days count."""
    steps = ProblemStep.objects.as_of(on, known_at).moves().filter(happened_on__gt=after, problem__kind=kind)
    turned = Q(source="") | Q(target__in=(S.SIGNED_OFF, S.VOID)) | Q(source=S.SIGNED_OFF)
    here = steps.filter(turned, in_division("problem__division_id", division))
    back = ProblemStep.objects.as_of(on, known_at).filter(
        problem=OuterRef("problem"), action="reopen", id__lt=OuterRef("id")
    )
    return here.annotate(
        place=F("problem__division_id"),
        reopened_on=Subquery(back.order_by("-id").values("happened_on")[:1], output_field=DateField()),
    )


class Instead:
    """The kept problems of a kind about some households, for rows of others (`Trouble`) whose place they take: they do
    where they were in hand at any time while the row was, found untrue too."""

    def __init__(self, kind: str, homes: Homes, on: date, known_at: Known) -> None:
        self._spans: defaultdict[int, list[tuple[date, date]]] = defaultdict(list)
        rows: QuerySet[Any] = Problem.objects.of_kind(kind).as_of(on, known_at).filter(household__in=homes)
        for home, found_on, state, since in rows.values_list("household_id", "found_on", "state_then", "since"):
            self._spans[home].append((found_on, date.max if state in OPEN else since))

    @property
    def households(self) -> Collection[int]:
        """Those that have any."""
        return self._spans.keys()

    def takes(self, row: Trouble) -> bool:
        until = row.solved_on or date.max
        return any(began <= until and row.found_on <= ended for began, ended in self._spans.get(row.household, ()))


@dataclass
class Stood:
    """One kept problem as it stood on a day: what its steps by then had said."""

    problem: Problem
    steps: list[ProblemStep] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    # When each of 报告办结, 验收, 销号 was done and not taken up again, by action.
    days: dict[str, date] = field(default_factory=dict)
    looked_back: str = ""

    def add(self, step: ProblemStep) -> None:
        self.steps.append(step)
        self.values.update({name: value for name, value in step.data.items() if value not in (None, "")})
        if step.action in _TAKEN_UP:
            self.days.clear()
            self.looked_back = f"{step.happened_on:%Y-%m-%d} 不合格" if step.action == "reopen" else self.looked_back
        elif step.action == "look_back":
            self.looked_back = f"{step.happened_on:%Y-%m-%d} 合格"
        elif step.target != step.source:
            self.days[step.action] = step.happened_on

    def say(self, name: str) -> str:
        """A value in words; "" where nothing was said by the day."""
        value = self.values.get(name)
        wanted = next((one for one in KINDS[self.problem.kind].details() if one.name == name), None)
        if value in (None, ""):
            return ""
        return worded(wanted, value) if wanted else str(value)

    def day(self, name: str) -> date | None:
        value = self.values.get(name)
        return date.fromisoformat(value) if value else None

    def notes(self, action: str) -> list[ProblemStep]:
        return [step for step in self.steps if step.action == action]

    def by(self, action: str) -> str:
        """Who took the last step of this name."""
        taken = self.notes(action)
        return taken[-1].actor.name if taken and taken[-1].actor else ""

    def progress(self) -> str:
        """The last word about how far it is, with its day."""
        said = [
            step for step in self.steps if step.note and step.action in ("note_progress", "report_done", *_TAKEN_UP)
        ]
        return f"{said[-1].happened_on:%Y-%m-%d} {said[-1].note}" if said else ""


def stood(problems: Iterable[Problem], on: date, known_at: Known = None) -> dict[int, Stood]:
    """Each problem as it stood, by key; two queries whatever their number."""
    found = {problem.pk: Stood(problem) for problem in problems}
    steps = ProblemStep.objects.as_of(on, known_at).filter(problem__in=list(found)).select_related("actor")
    for step in steps.order_by("id"):
        found[step.problem_id].add(step)
    return found


def by_household(kind: str, households: Iterable[int], on: date, known_at: Known = None) -> dict[int, list[Stood]]:
    """The problems of a kind of some households, as they stood."""
    rows: QuerySet[Any] = Problem.objects.of_kind(kind).as_of(on, known_at).filter(household__among=households)
    found: defaultdict[int, list[Stood]] = defaultdict(list)
    for one in stood(rows.exclude(state_then=S.VOID).order_by("id"), on, known_at).values():
        found[one.problem.household_id or 0].append(one)
    return found
