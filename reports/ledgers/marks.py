"""Conditions on what a query has said of a row already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q


def holds(where: Q, marks: Mapping[str, Any]) -> bool:
    """Whether a condition on marks is true: `name=value` and `name__in=values`, joined and negated.

    Raises: ValueError for another kind of condition.
    """
    answers = (holds(one, marks) if isinstance(one, Q) else _is(one, marks) for one in where.children)
    return (any(answers) if where.connector == Q.OR and where.children else all(answers)) != where.negated


def _is(condition: Any, marks: Mapping[str, Any]) -> bool:
    path, value = condition
    name, _, how = path.partition("__")
    if how not in ("", "in"):
        raise ValueError(f"{path} is no condition on a mark")
    return bool(marks[name] in value if how else marks[name] == value)
