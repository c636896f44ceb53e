"""The lines of the household list: few columns, three queries, nothing left to look up while they are printed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from accounts.templatetags.sw import yuan
from households.models import Household, Membership
from households.models.person import HEAD

Names = defaultdict[int, list[str]]

_LINE = (
    '<tr><th scope="row"><a href="{}" class="{}">{}</a>{}</th><td class="sw-id" data-k="编号">{}</td>'
    '<td class="sw-where">{}</td><td class="sw-where">{}</td><td>{}</td>'
    '<td class="sw-num" data-k="人均纯收入（元）">{}</td><td>{}<span class="is-ok">{}</span></td></tr>'
)
_ANY = UUID(int=0)
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


def bare(households: QuerySet[Household]) -> QuerySet[Any, Any]:
    """What a line needs of a household."""
    return households.values_list(*_COLUMNS, named=True)


def lines_of(rows: Sequence[Any], name: str = "") -> SafeString:
    """The table rows of rows of `bare`, in their order; with the members by whose `name` a household was found. Put
    together here, every cell escaped, and not in the template, which takes half of the whole page's time for them."""
    keys = [row.id for row in rows]
    (heads, others), (monitored, cleared) = _members(keys, name), _episodes(keys)
    before, after = _address_parts()
    cells = (
        (
            f"{before}{row.uid}{after}",
            *_name(heads[row.id]),
            f"　家人{'、'.join(others[row.id])}" if row.id in others else "",
            row.number,
            row.village__parent__name,
            row.village__name,
            row.category,
            yuan(row.per_capita_income),
            "；".join(monitored[row.id]),
            "风险已消除" if row.id in cleared and not monitored[row.id] else "",
        )
        for row in rows
    )
    return mark_safe("".join([_LINE.format(*map(escape, line)) for line in cells]))


def _name(heads: list[str]) -> tuple[str, str]:
    """The class and the words of a household's name."""
    return ("", "、".join(heads)) if heads else ("is-soon", "缺户主，待完善")


@cache
def _address_parts() -> tuple[str, str]:
    """What stands before and after the household in its address: working one out costs more than all else of a line."""
    before, _, after = reverse("household-detail", args=(_ANY,)).partition(str(_ANY))
    return before, after


def _members(households: list[int], name: str) -> tuple[Names, Names]:
    """The heads of households, and their other members whose name has the letters of `name` in it."""
    heads: Names = defaultdict(list)
    others: Names = defaultdict(list)
    members = Membership.objects.current().filter(household__in=households).order_by("id")
    members = members.heads() | members.named(name) if name else members.heads()
    for household, relation, called in members.values_list("household_id", "relation", "person__name"):
        (heads if relation == HEAD else others)[household].append(called)
    return heads, others


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
