"""The householder of today, whom everybody calls a household by: of a whole page of rows, of many households, of one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import Prefetch, QuerySet

from households.models import Household, Membership
from households.querysets import MembershipQuerySet

Rows = TypeVar("Rows", bound=QuerySet[Any])


def with_heads(rows: Rows, path: str = "household") -> Rows:
    """Rows whose household (at `path`, "" for households themselves) knows its householder as `heads`: two queries for
    a whole page."""
    heads: Any = _heads().select_related("person")
    if not path:
        return rows.prefetch_related(Prefetch("memberships", heads, to_attr="heads"))
    return rows.select_related(path).prefetch_related(Prefetch(f"{path}__memberships", heads, to_attr="heads"))


def head_names(households: Iterable[int]) -> dict[int, str]:
    """The householders' names by household, in one query; a household without one is not in it."""
    return dict(_heads().filter(household__in=households).values_list("household_id", "person__name"))


def head_of(household: Household) -> Membership | None:
    """The householder's membership; None where the register names none."""
    return _heads().filter(household=household).select_related("person").first()


def home_name(household: Household) -> str:
    """张三户, as everybody calls it; its number where it has no householder. One query."""
    head = head_of(household)
    return f"{head.person.name}户" if head else f"户编号 {household.number}"


def _heads() -> MembershipQuerySet:
    return Membership.objects.heads().current()
