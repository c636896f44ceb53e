"""How often cases were sent back, why, and from which villages: each figure with the list that it counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count
from django.db.models.fields.json import KT

from monitoring.models import Transition
from monitoring.querysets import TransitionQuerySet

if TYPE_CHECKING:
    from accounts.models import User

UNNAMED = "没有选原因"
BY_TOWNSHIP, BY_COUNTY = "review_return", "decide_return"


@dataclass
class ReasonCount:
    """One reason: returns by the township to villages, by the county to townships."""

    title: str
    by_township: int = 0
    by_county: int = 0

    @property
    def total(self) -> int:
        return self.by_township + self.by_county


@dataclass
class VillageCount:
    """One village: how often it handed in, how often it was sent back, and for which reason most."""

    code: str
    name: str
    township: str
    submitted: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def returned(self) -> int:
        return sum(self.reasons.values())

    @property
    def most(self) -> str:
        return self.reasons.most_common(1)[0][0] if self.reasons else ""


def returns_of(user: User, start: date, end: date) -> TransitionQuerySet:
    """The returns of the user's places between two days, both included."""
    rows: TransitionQuerySet = Transition.objects.of_cases_visible_to(user).returns().between(start, end)
    return rows.annotate(reason=KT("data__reason"))


def by_reason(user: User, start: date, end: date) -> list[ReasonCount]:
    """Reasons, the most frequent first."""
    found: dict[str, ReasonCount] = {}
    for title, action, number in _counted(returns_of(user, start, end), "reason", "action"):
        row = found.setdefault(title or UNNAMED, ReasonCount(title or UNNAMED))
        if action == BY_TOWNSHIP:
            row.by_township += number
        else:
            row.by_county += number
    return sorted(found.values(), key=lambda row: (-row.total, row.title))


def by_village(user: User, start: date, end: date) -> list[VillageCount]:
    """Villages that handed something in or got something back, the most returned first."""
    found: dict[str, VillageCount] = {}
    place = ("case__village_id", "case__village__name", "case__village__parent__name")
    handed = Transition.objects.of_cases_visible_to(user).submissions().between(start, end)
    for code, name, township, number in _counted(handed, *place):
        found[code] = VillageCount(code, name, township or "", submitted=number)
    for code, name, township, title, number in _counted(returns_of(user, start, end), *place, "reason"):
        row = found.setdefault(code, VillageCount(code, name, township or ""))
        row.reasons[title or UNNAMED] += number
    return sorted(found.values(), key=lambda row: (-row.returned, -row.submitted, row.code))


def _counted(rows: TransitionQuerySet, *names: str) -> list[tuple]:  # type: ignore[type-arg]
    return list(rows.order_by().values_list(*names).annotate(number=Count("id")))


def listed(
    user: User, start: date, end: date, *, reason: str = "", village: str = "", action: str = ""
) -> TransitionQuerySet:
    """The returns behind a figure."""
    rows = returns_of(user, start, end)
    if reason:
        rows = rows.filter(**({"data__reason__isnull": True} if reason == UNNAMED else {"data__reason": reason}))
    if village:
        rows = rows.filter(case__village_id=village)
    if action in (BY_TOWNSHIP, BY_COUNTY):
        rows = rows.filter(action=action)
    return rows
