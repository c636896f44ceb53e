"""The rows of the sheet on which a township reviews, or the county decides, what a village has handed up (F7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from accounts.models import User
from accounts.scope import scope_of
from households.models import Membership
from monitoring.models import Case, Transition
from monitoring.querysets import CaseQuerySet


@dataclass(frozen=True)
class Sheet:
    """One level's sheet: what waits for it, its word, its steps with their outcome."""

    state: str
    verdict: str
    outcomes: dict[str, str]


SHEETS = {
    "township": Sheet(
        Case.State.AT_TOWNSHIP,
        "审核",
        {"review_pass": "通过", "review_return": "退回", "review_reject": "不通过"},
    ),
    "county": Sheet(
        Case.State.AT_COUNTY,
        "审定",
        {"decide_pass": "通过", "decide_return": "退回", "decide_reject": "不通过"},
    ),
}


@dataclass(frozen=True)
class SheetRow:
    """One household: who, how many, and what the level said of it today, where it already has."""

    case: Case
    head: str
    members: int
    verdict: str = ""
    note: str = ""


def may_see_sheet(user: User, village: str) -> bool:
    """Whose scope has the whole village; a helper sees only the households that are his."""
    return scope_of(user).covers(village)


def sheet_rows(cases: CaseQuerySet, sheet: Sheet, today: date) -> list[SheetRow]:
    """What waits, and what was settled today; three queries."""
    said = {
        step.case_id: step
        for step in Transition.objects.filter(case__in=cases, action__in=sheet.outcomes, happened_on=today).order_by(
            "id"
        )
    }
    wanted = cases.filter(Q(state=sheet.state) | Q(pk__in=list(said))).select_related("household").order_by("id")
    rows = list(wanted)
    members: dict[int, list[Membership]] = {}
    for member in (
        Membership.objects.current().filter(household__in=[row.household_id for row in rows]).select_related("person")
    ):
        members.setdefault(member.household_id, []).append(member)
    return [_row(case, members.get(case.household_id, []), said.get(case.pk), sheet) for case in rows]


def _row(case: Case, members: list[Membership], step: Transition | None, sheet: Sheet) -> SheetRow:
    head = next((member.person.name for member in members if member.is_head), case.household.number)
    settled = step is not None and case.state != sheet.state
    verdict = sheet.outcomes[step.action] if step and settled else ""
    return SheetRow(case, head, len(members), verdict, step.note if step and settled else "")
