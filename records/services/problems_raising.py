"""Problems that the books themselves show: raised once, however often the books are looked through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import Division, User
from accounts.permissions import require
from accounts.scope import in_division
from accounts.services import audit
from households.models import Household
from records.models import House, Problem, Schooling
from records.problems.rights import RAISE
from records.services.problems_opening import open_problem
from records.work import nobody_works


@dataclass(frozen=True)
class Raised:
    """How many problems of each kind were raised, and how many the books show that are there already."""

    raised: dict[str, int]
    known: int


def raise_problems(*, division: Division, on: date, actor: User | None, at: datetime) -> Raised:
    """Raise what the books of a place show on a day: children out of school, dangerous houses, families without work.

    What has a problem already is left alone: an open one, one found untrue on the same words of the book, and one signed
    off after the book's line began. Raises Forbidden or OutOfScope without the right.
    """
    require(actor=actor, right=RAISE, code=division.code, at=at)
    raised = dict.fromkeys(("dropout", "house", "zero_job"), 0)
    known = 0
    for found in _findings(division, on):
        if _is_known(found):
            known += 1
            continue
        try:
            open_problem(**found, origin=Problem.Origin.DEPARTMENT, actor=actor, at=at)
        except Refused as refusal:
            # Somebody was quicker; a cancelled household is none of ours.
            if refusal.code not in ("exists", "household_cancelled", "invalid"):
                raise
            known += 1
        else:
            raised[found["kind"]] += 1
    audit.record(actor=actor, at=at, action="problems.raised", target=division, detail={**raised, "known": known})
    return Raised(raised, known)


def raise_everywhere(*, at: datetime) -> int:
    """The same for every county by the program itself; how many were raised."""
    counties = Division.objects.at_level(Division.Level.COUNTY)
    today = timezone.localdate(at)
    made = [raise_problems(division=county, on=today, actor=None, at=at) for county in counties]
    return sum(sum(one.raised.values()) for one in made)


def _findings(division: Division, on: date) -> Iterator[dict[str, Any]]:
    for child in Schooling.objects.as_of(on).within(division).filter(state__in=Schooling.OUT_OF_SCHOOL).select_related(
        "household__village", "person"
    ):  # fmt: skip
        said = "，".join(filter(None, [child.get_state_display(), child.school, child.leaving_reason]))
        yield {
            "kind": "dropout", "household": child.household, "person": child.person,
            "found_on": child.left_school_on or child.from_on, "description": f"学籍底册：{child.person.name}{said}",
        }  # fmt: skip
    for house in House.objects.as_of(on).within(division).filter(grade__in=House.DANGEROUS).select_related(
        "household__village"
    ):  # fmt: skip
        found_on = house.graded_on or house.from_on
        said = f"住房底册：{house.grade}级，{house.get_hazard_display() or '隐患来源未写'}"
        yield {"kind": "house", "household": house.household, "found_on": found_on, "description": said}
    for household in jobless(division, on).select_related("village"):
        said = "务工底册：有劳动力，全家无人就业"
        yield {"kind": "zero_job", "household": household, "found_on": on, "description": said}


def jobless(division: Division, on: date) -> QuerySet[Household]:
    """The families without work of a place."""
    rows = Household.objects.filter(in_division("village_id", division), cancelled_on__isnull=True)
    return rows.filter(nobody_works("pk", on)).order_by("pk")


def _is_known(found: dict[str, Any]) -> bool:
    """Whether the problem is there: in hand, or ended after the day on which the book says it began."""
    same = Problem.objects.filter(kind=found["kind"], household=found["household"], person=found.get("person"))
    open_or_later = same.open() | same.filter(found_on__gte=found["found_on"])
    return open_or_later.exists() or any(_ended_after(same, found["found_on"]))


def _ended_after(problems: Iterable[Problem], day: date) -> Iterator[bool]:
    for problem in problems:
        last = problem.steps.moves().order_by("-id").values_list("happened_on", flat=True).first()
        if last is not None and last >= day:
            yield True
