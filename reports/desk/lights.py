"""The traffic light of the policy clock: for each place below the user's, cases in hand, due soon and overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Substr

from accounts.due import DUE_SOON_DAYS
from accounts.models import Division, User
from accounts.scope import Scope
from monitoring.models import Case

# The digits of a place's code that name a township, and a village.
_TOWNSHIP, _VILLAGE = 9, 12


@dataclass(frozen=True)
class Light:
    """One place: cases in hand, of them due within two days and overdue on the policy clock."""

    place: Division
    open: int
    soon: int
    over: int

    @property
    def look(self) -> str:
        return "is-over" if self.over else "is-soon" if self.soon else "is-ok" if self.open else "is-idle"


def lights_of(user: User, scope: Scope, today: date) -> list[Light]:
    """Townships for a county, villages for a township, red ones first, the one village for a village; nothing for
    who has no place. Two queries."""
    if not scope.area_posts():
        return []
    length = _length(scope)
    open_cases = Case.objects.visible_to(user).open().order_by()
    rows: Any = open_cases.annotate(place=Substr("village_id", 1, length)).values("place").annotate(**_counts(today))
    counts: dict[str, dict[str, int]] = {row["place"]: row for row in rows}
    level = Division.Level.TOWNSHIP if length == _TOWNSHIP else Division.Level.VILLAGE
    places = Division.objects.visible_to(user).at_level(level).order_by("code")
    none = {"open": 0, "soon": 0, "over": 0}
    found = [(place, counts.get(place.code[:length], none)) for place in places]
    lights = [Light(place, row["open"], row["soon"], row["over"]) for place, row in found]
    return sorted(lights, key=lambda light: (-light.over, -light.soon, -light.open))


def _length(scope: Scope) -> int:
    level = min((post.division.level for post in scope.area_posts()), default=Division.Level.VILLAGE)
    return _TOWNSHIP if level <= Division.Level.COUNTY else _VILLAGE


def _counts(today: date) -> dict[str, Count]:
    """As `CaseQuerySet.decision_overdue` says it: paused and decided cases are neither soon nor over."""
    running = Q(paused_on__isnull=True, decided_on__isnull=True)
    soon = running & Q(decision_due_on__range=(today, today + timedelta(days=DUE_SOON_DAYS)))
    return {
        "open": Count("pk"),
        "soon": Count("pk", filter=soon),
        "over": Count("pk", filter=running & Q(decision_due_on__lt=today)),
    }
