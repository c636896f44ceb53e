"""The lines of the household list: few columns, three queries, nothing left to look up while they are printed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.urls import reverse

from households.models import Household, Membership

_COLUMNS = (
    "id",
    "village_id",
    "uid",
    "number",
    "category",
    "per_capita_income",
    "village__name",
    "village__parent__name",
)


class Line(NamedTuple):
    """One household as the list shows it; `heads` is empty where a householder is missing."""

    number: str
    address: str
    heads: str
    township: str
    village: str
    category: str
    income: Any
    monitored: str
    cleared: bool


def bare(households: QuerySet[Household]) -> QuerySet[Any, Any]:
    """What a line needs of a household."""
    return households.values_list(*_COLUMNS, named=True)


def lines_of(rows: Sequence[Any]) -> list[Line]:
    """The lines of rows of `bare`, in their order."""
    keys = [row.id for row in rows]
    heads, monitored, cleared = _heads(keys), *_episodes(keys)
    return [
        Line(
            row.number,
            reverse("household-detail", args=(row.uid,)),
            "、".join(heads[row.id]),
            row.village__parent__name,
            row.village__name,
            row.category,
            row.per_capita_income,
            "；".join(monitored[row.id]),
            row.id in cleared,
        )
        for row in rows
    ]


def _heads(households: list[int]) -> defaultdict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    heads = Membership.objects.heads().current().filter(household__in=households).order_by("id")
    for household, name in heads.values_list("household_id", "person__name"):
        found[household].append(name)
    return found


def _episodes(households: list[int]) -> tuple[defaultdict[int, list[str]], set[int]]:
    """What each household is monitored for, and the households that had an episode which is cleared."""
    monitored: defaultdict[int, list[str]] = defaultdict(list)
    cleared: set[int] = set()
    found = Household.objects.filter(pk__in=households, episodes__isnull=False).order_by("episodes__serial")
    for household, state, kind, risk in found.values_list(
        "pk", "episodes__state", "episodes__monitored_type", "episodes__main_risk"
    ):
        if state == "monitored":
            monitored[household].append(f"{kind} · {risk}")
        elif state == "cleared":
            cleared.add(household)
    return monitored, cleared
