"""What was delivered to monitored households by any day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, QuerySet, When

from accounts.models import Division
from assistance import catalogue
from assistance.models import Measure
from households.history import ABLE
from households.models import Membership
from reports.asof.episodes import monitored


def helped(division: Division, on: date, known_at: datetime | None = None) -> QuerySet[Any]:
    """The turns by which households are monitored, with `has_0`, `has_1`, … (a measure of that category of the catalogue
    was delivered by the day), `has_any`, `has_other` (than 综合保障), `has_development` and `has_labour`; `lacks_any` and
    `lacks_other` are 1 or 0."""
    given = Measure.objects.delivered(on, known_at).filter(plan__episode=OuterRef("episode"))
    workers = Membership.objects.as_of(on, known_at).filter(
        household=OuterRef("episode__household"), person__labour_skill__in=ABLE
    )
    marks = {f"has_{i}": given.filter(type__category=name) for i, name in enumerate(catalogue.CATEGORIES)}
    marks["has_any"] = given
    marks["has_other"] = given.exclude(type__category=catalogue.COMPREHENSIVE)
    marks["has_development"] = given.filter(type__developmental=True)
    told = monitored(division, on, known_at).annotate(
        **{name: Exists(rows) for name, rows in marks.items()}, has_labour=Exists(workers)
    )
    return told.annotate(**{f"lacks_{what}": _lacks(what) for what in ("any", "other")})


def _lacks(what: str) -> Case:
    """Not as "none exists": the database expects of that hardly a row, and then looks at everybody again for each."""
    return Case(When(**{f"has_{what}": True}, then=0), default=1, output_field=IntegerField())
