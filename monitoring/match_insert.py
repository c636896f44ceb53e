"""Thousands of new rows of a model into its table at once: COPY on PostgreSQL, one prepared INSERT elsewhere.

Django's bulk_create makes an instance of every row and prepares every value through four layers, which for the clues
of a month takes longer than finding them. Here a row is a dict; nothing of the model runs but its defaults.
"""

from __future__ import annotations

import io
import json
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
    readers = [_reader(field) for field in fields]
    write = _copy if connection.vendor == "postgresql" else _execute
    write(model._meta.db_table, fields, ([read(row) for read in readers] for row in rows))


def _reader(field: Field[Any, Any]) -> Callable[[Mapping[str, Any]], Any]:
    name, default = field.attname, field.get_default
    return lambda row: row[name] if name in row else default()


def _copy(table: str, fields: Sequence[Field[Any, Any]], rows: Any) -> None:
    lines = ["\t".join(map(_text, row)) for row in rows]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.copy_expert(f'COPY "{table}" ({columns}) FROM STDIN', io.StringIO("\n".join(lines) + "\n"))


def _text(value: Any) -> str:
    """A value as COPY's text format has it."""
    if value is None:
        return "\\N"
    write = _WRITERS.get(type(value))
    return write(value) if write is not None else str(value).translate(_ESCAPES)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: lambda value: value.translate(_ESCAPES),
    int: str,
    bool: lambda value: "t" if value else "f",
    bytes: lambda value: "\\\\x" + value.hex(),
    date: date.isoformat,
    datetime: datetime.isoformat,
    dict: _json,
    list: _json,
}


def _execute(table: str, fields: Sequence[Field[Any, Any]], rows: Any) -> None:
    columns = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    prepared = [
        [field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)] for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', prepared)
