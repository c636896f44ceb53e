"""The smallest body that an input serializer takes, made from the serializer itself."""

from __future__ import annotations

from datetime import date
from typing import Any

from api_world import World
from builders import make_number
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework import serializers

from accounts.api import fields

NAMED = {
    "household": ("household", "own"),
    "into": ("neighbour", "own"),
    "person": ("person", "own"),
}
SAID = {
    "username": "nobody",
    "division": "990101100201",
    "county": "990101000000",
    "village": "990101100201",
    "responsible": "village_cadre",
    "id_number": make_number(999, date(2026, 11, 9)),
    "category": "健康帮扶",
    "item": "医疗救助",
    "risk": "因病",
    "value": 10,
}


def smallest_body(form: Any, world: World, *, files: bool = False) -> dict[str, Any]:
    """Required fields only, each with a value of its kind."""
    serializer = form if isinstance(form, serializers.BaseSerializer) else form()
    return {
        name: _value(name, field, world, files)
        for name, field in serializer.fields.items()
        if field.required and not field.read_only
    }


def _value(name: str, field: Any, world: World, files: bool) -> Any:
    if name in NAMED:
        return str(world.uid(*NAMED[name]))
    if SAID.get(name) is not None and SAID[name] in getattr(field, "choices", {SAID[name]: ""}):
        return SAID[name]
    if isinstance(field, serializers.ListSerializer):
        return [smallest_body(field.child, world)]
    if isinstance(field, serializers.Serializer):
        return smallest_body(field, world)
    if name == "files":
        return []
    if isinstance(field, serializers.ListField):
        return [_value("", field.child, world, files)]
    if isinstance(field, serializers.FileField):
        return SimpleUploadedFile("空.csv", "序号,姓名\n1,张三\n".encode())
    return _scalar(field, world)


def _scalar(field: Any, world: World) -> Any:
    if isinstance(field, serializers.DictField):
        return {"working": True}
    if isinstance(field, serializers.ChoiceField):
        return next(iter(field.choices))
    if isinstance(field, serializers.BooleanField):
        return True
    if isinstance(field, serializers.IntegerField):
        return max(field.min_value or 0, 1)
    if isinstance(field, serializers.DecimalField):
        return "1.00"
    if isinstance(field, serializers.DateField):
        return "2026-11-09"
    if isinstance(field, fields.Month):
        return "2026-08"
    if isinstance(field, serializers.UUIDField):
        return str(world.uid("visit", "own"))
    if type(field).__name__ == "Items":
        return {"wage": {"务工收入": "1.00"}}
    return "某某"
