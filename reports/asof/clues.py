"""Clues as they stood on any day, read from their transitions: the row of a clue knows only today.

A *move* is a transition that led to another state. A clue stands on a day as its last move by then says, so its row
here is that move: `target` is the state, `happened_on` since when.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Case as Choose
from django.db.models import CharField, DateField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from accounts.knowledge import day_of
from accounts.models import Division
from accounts.scope import in_division
from monitoring.models import Case, Clue, Transition, Visit

STATE = Clue.State
OPEN = Clue.OPEN_STATES
REFUSED = (STATE.UNFOUNDED, STATE.NOT_ENROLLED)
LAID_ASIDE = (STATE.WATCHED, STATE.UNVERIFIABLE, STATE.WITHDRAWN)
TRUE = (Visit.Finding.TRUE, Visit.Finding.PARTLY)
CHECKS = ("verify", "reopen")
Known = datetime | None


def stands(division: Division, on: date, known_at: Known = None) -> QuerySet[Any]:
    """The last move by a day of every clue of a place received by then; `place` is the clue's village."""
    return _last(Transition.objects.as_of(on, known_at).exclude(source=F("target")), division, on)


def checks(division: Division, on: date, known_at: Known = None) -> QuerySet[Any]:
    """The home check of every clue that had one handed in by a day and was not reopened since; `found` its finding."""
    steps = Transition.objects.as_of(on, known_at).filter(action__in=CHECKS)
    last = _last(steps, division, on).filter(action="verify")
    return last.annotate(found=Cast(KT("data__finding"), CharField(max_length=10)))


def overdue(division: Division, on: date, known_at: Known = None) -> QuerySet[Any]:
    """The clues of `stands` that are in hand, and the county had not decided by its term. The county decides on the
    day itself, so the day says whether the decision was known."""
    decided_by = min(on, day_of(known_at))
    decided = Choose(
        When(decided_on__lte=decided_by, then=F("decided_on")), default=Value(on), output_field=DateField()
    )
    number = Cast(KT("data__case"), CharField(max_length=30))
    late = Case.objects.filter(number=OuterRef("case_number"), paused_on__isnull=True, decision_due_on__lt=decided)
    rows = stands(division, on, known_at).filter(target__in=OPEN).annotate(case_number=number)
    in_case = Q(target=STATE.IDENTIFYING)
    return rows.filter(Q(in_case, Exists(late)) | Q(~in_case, clue__decision_due_on__lt=on))


def is_late(clue: Clue, case: Case | None, ended_on: date | None, on: date, known_at: Known = None) -> bool:
    """The rule of `overdue` for one clue, whether still in hand or not; `case` is the one into which it went."""
    decided_by = min(on, day_of(known_at))
    decided_on = case.decided_on if case and case.decided_on and case.decided_on <= decided_by else None
    term = (None if case.paused_on else case.decision_due_on) if case else clue.decision_due_on
    return term is not None and term < (decided_on or ended_on or on)


def _last(rows: QuerySet[Transition], division: Division, on: date) -> QuerySet[Any]:
    """The last of these transitions of each clue."""
    later = rows.filter(clue=OuterRef("clue"), id__gt=OuterRef("id"))
    here = rows.filter(in_division("clue__village_id", division), Q(clue__received_on__lte=on))
    return here.filter(~Exists(later)).annotate(place=F("clue__village_id"))
