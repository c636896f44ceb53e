"""Pages by key: the position is a value in an index, so the last page costs what the first does."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError as FieldError
from django.db.models import Model, Q, QuerySet
from rest_framework import serializers

PAGE_SIZE = 50
MOST = 200


@dataclass(frozen=True)
class KeyPage:
    """The rows of one page and the key after which the next one begins ('' on the last)."""

    rows: list[Any]
    next_key: str


def page_by_key(queryset: QuerySet[Any], *, order: Sequence[str], after: str, size: int) -> KeyPage:
    """The page of `queryset` after a key that an earlier page gave.

    `order` names fields of the model, all ascending or all descending (`-`), the last one unique.

    Raises:
        serializers.ValidationError: the key is not one of this list.
    """
    names = [name.lstrip("-") for name in order]
    if after:
        operator = "lt" if order[0].startswith("-") else "gt"
        queryset = queryset.filter(_beyond(names, _unpack(queryset.model, names, after), operator))
    rows = list(queryset.order_by(*order)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    return KeyPage(rows, _pack(rows[-1], names) if more else "")


def _beyond(names: list[str], values: list[Any], operator: str) -> Q:
    """(a, b) beyond (x, y) as `a >= x and (a > x or b > y)`: the first part lets the index seek."""
    condition = Q(**{f"{names[-1]}__{operator}": values[-1]})
    for name, value in zip(reversed(names[:-1]), reversed(values[:-1]), strict=True):
        condition = Q(**{f"{name}__{operator}e": value}) & (Q(**{f"{name}__{operator}": value}) | condition)
    return condition


def _pack(row: Model, names: list[str]) -> str:
    values = json.dumps([str(getattr(row, name)) for name in names], separators=(",", ":"))
    return base64.urlsafe_b64encode(values.encode()).decode().rstrip("=")


def _unpack(model: type[Model], names: list[str], key: str) -> list[Any]:
    try:
        texts = json.loads(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
        values = [_value(model, name, text) for name, text in zip(names, texts, strict=True)]
    except (ValueError, TypeError, binascii.Error, FieldError, RecursionError) as error:
        raise serializers.ValidationError({"after": ["这不是本列表给出的翻页位置。"]}) from error
    return values


def _value(model: type[Model], name: str, text: Any) -> Any:
    if not isinstance(text, str) or len(text) > 60 or "\x00" in text:
        raise ValueError(text)
    field: Any = model._meta.get_field(name)
    target = field.target_field if field.is_relation else field
    value = target.to_python(text)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError(text)
    return value
