"""Thousands of new rows of a model into its table at once: COPY on PostgreSQL, one prepared INSERT elsewhere.

Django's bulk_create makes an instance of every row and prepares every value through four layers, which for the clues
of a month takes longer than finding them. Here a row is a dict; nothing of the model runs but its defaults.
"""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Field, Model

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def insert(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, each {column's attribute: value}, inside the caller's transaction; what is not given has its
    default. Values have the types that an instance of the model would hold."""
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    write = _copy if connection.vendor == "postgresql" else _execute
    write(model._meta.db_table, fields, rows)


def _given(rows: Sequence[Mapping[str, Any]], field: Field[Any, Any]) -> list[Any]:
    """The field's value in each row."""
    name, default = field.attname, field.get_default
    return [row[name] if name in row else default() for row in rows]


def _copy(table: str, fields: Sequence[Field[Any, Any]], rows: Sequence[Mapping[str, Any]]) -> None:
    lines = map("\t".join, zip(*(_texts(_given(rows, field)) for field in fields), strict=True))
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" ({columns}) FROM STDIN', io.StringIO("\n".join(lines) + "\n"))


def _texts(values: list[Any]) -> list[str]:
    """A column as COPY's text format has it."""
    kinds = set(map(type, values))
    if len(kinds) == 1 and (write := _WRITERS.get(kinds.pop())) is not None:
        return list(map(write, values))
    return list(map(_text, values))


def _text(value: Any) -> str:
    """A value as COPY's text format has it."""
    write = _WRITERS.get(type(value))
    return write(value) if write is not None else str(value).translate(_ESCAPES)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: lambda value: value.translate(_ESCAPES),
    type(None): lambda value: "\\N",
    int: str,
    uuid.UUID: str,
    bool: lambda value: "t" if value else "f",
    bytes: lambda value: "\\\\x" + value.hex(),
    date: date.isoformat,
    datetime: datetime.isoformat,
    dict: _json,
    list: _json,
}


def _execute(table: str, fields: Sequence[Field[Any, Any]], rows: Sequence[Mapping[str, Any]]) -> None:
    columns = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    prepared = [[field.get_db_prep_save(value, connection) for value in _given(rows, field)] for field in fields]
    with connection.cursor() as cursor:
        cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', list(zip(*prepared, strict=True)))
