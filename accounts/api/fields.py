"""Input serializers and their fields: explicit, bounded, and deaf to nothing (an unknown field is an error)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)


class Input(serializers.Serializer[Any]):
    """What a request may say. Every field is declared; any other name is refused."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        values = super().to_internal_value(data)
        unknown = sorted(set(data) - set(self.fields))
        if unknown:
            raise serializers.ValidationError({str(name)[:60]: ["没有这个字段。"] for name in unknown})
        return values


class Output(serializers.Serializer[Any]):
    """What an answer says; never used for input."""


class Text(serializers.CharField):
    """Text for a column of `limit` characters; a number or a list is no text."""

    def __init__(self, limit: int, **options: Any) -> None:
        options.setdefault("max_length", limit)
        if not options.get("required", True):
            options.setdefault("allow_blank", True)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Day(serializers.DateField):
    """An ISO date of this age."""

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DD")
        day = super().to_internal_value(value)
        if not EARLIEST <= day <= LATEST:
            raise serializers.ValidationError(f"日期应在 {EARLIEST} 到 {LATEST} 之间。")
        return day


class PastDay(Day):
    """A day up to today in China."""

    def to_internal_value(self, value: Any) -> date:
        day = super().to_internal_value(value)
        if day > timezone.localdate():
            raise serializers.ValidationError("日期不能晚于今天。")
        return day


@extend_schema_field({"type": "string", "pattern": MONTH, "example": "2026-09"})
class Month(serializers.CharField):
    """YYYY-MM, read as the first day of the month."""

    def to_internal_value(self, data: Any) -> date:  # type: ignore[override]
        text = data.strip() if isinstance(data, str) else ""
        if not re.match(MONTH, text) or not EARLIEST.year <= int(text[:4]) <= LATEST.year:
            raise serializers.ValidationError("月份应写作 YYYY-MM。")
        return date(int(text[:4]), int(text[5:7]), 1)

    def to_representation(self, value: Any) -> str:
        return value.strftime("%Y-%m") if isinstance(value, date) else str(value)


class Count(serializers.IntegerField):
    """A whole number from 0 that a small column holds; `true` and "3" are none."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("min_value", 0)
        options.setdefault("max_value", 32767)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class Version(Count):
    """The version of the row that the client saw; without it the write is refused (428)."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("min_value", 1)
        options.setdefault("max_value", 2**31 - 1)
        options.setdefault("help_text", "你所看到的版本号；与现值不同则返回 409 和双方的值")
        super().__init__(**options)


class Money(serializers.DecimalField):
    """Yuan with two decimals, as text; not negative."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_digits", 12)
        options.setdefault("decimal_places", 2)
        options.setdefault("min_value", Decimal(0))
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """true or false, and for query parameters their words; never 1, "yes" or null."""

    def to_internal_value(self, data: Any) -> bool:
        if not any(data is value or data == word for value, word in ((True, "true"), (False, "false"))):
            self.fail("invalid", input=data)
        return data is True or data == "true"


class Choice(serializers.ChoiceField):
    """One of the values, as text."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=str(data)[:60])
        return super().to_internal_value(data)


class TextList(serializers.ListField):
    """A bounded list of short texts."""

    def __init__(self, *, limit: int = 60, most: int = 50, **options: Any) -> None:
        super().__init__(child=Text(limit), max_length=most, **options)


def choice_of(values: Iterable[Any] | Mapping[Any, Any], **options: Any) -> Choice:
    return Choice(choices=list(values), **options)


class DivisionCode(serializers.RegexField):
    """A 12-digit division code."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "12 位区划代码")
        super().__init__(r"^[0-9]{12}$", **options)
        self.error_messages["invalid"] = "区划代码应为 12 位数字。"


def many(form: type[Input], **options: Any) -> Any:
    """A bounded list of forms: `many(MeasureIn, max_length=50)`."""
    return form(many=True, **options)
