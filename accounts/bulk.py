"""Thousands of new rows of a model into its table at once: COPY on PostgreSQL, one prepared INSERT elsewhere.

Django's bulk_create prepares every value of every row through four layers, which for a register or for the clues of a
month takes longer than everything else. Here values go to the database column by column as they are; of the model
nothing runs but its defaults, so it is for models whose fields do nothing when they are saved.
"""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Field, JSONField, Model

# What every database takes as it is.
_PLAIN = frozenset((str, int, bool, bytes, type(None)))


def insert(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, each {column's attribute: value}, inside the caller's transaction; what is not given has its
    default. Values have the types that an instance of the model would hold."""
    if rows:
        fields = [field for field in model._meta.concrete_fields if not field.primary_key]
        _write(model, {field: _given(rows, field) for field in fields})


def create(model: type[Model], instances: Sequence[Any]) -> None:
    """Insert instances, which get their keys, inside the caller's transaction."""
    if not instances:
        return
    for instance, key in zip(instances, _new_keys(model, len(instances)), strict=True):
        instance.pk = key
        instance._state.adding = False
        instance._state.db = connection.alias
    _write(
        model,
        {field: [getattr(instance, field.attname) for instance in instances] for field in model._meta.concrete_fields},
    )


def _new_keys(model: type[Model], count: int) -> Sequence[int]:
    """Keys that no row has had."""
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
            cursor.execute(sequence, [table, column, count])
            return [key for (key,) in cursor.fetchall()]
        # One writer at a time. The sequence remembers deleted rows, and follows keys that are given.
        remembered = "SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = %s), 0)"
        cursor.execute(f'SELECT MAX(({remembered}), (SELECT COALESCE(MAX("{column}"), 0) FROM "{table}"))', [table])
        (last,) = cursor.fetchone()
    return range(last + 1, last + 1 + count)


def _write(model: type[Model], columns: Mapping[Field[Any, Any], list[Any]]) -> None:
    names = ", ".join(f'"{field.column}"' for field in columns)
    table = f'"{model._meta.db_table}" ({names})'
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            lines = map("\t".join, zip(*map(_texts, columns.values()), strict=True))
            cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO("\n".join(lines) + "\n"))
            return
        prepared = [_prepared(field, values) for field, values in columns.items()]
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", list(zip(*prepared, strict=True)))


def _given(rows: Sequence[Mapping[str, Any]], field: Field[Any, Any]) -> list[Any]:
    """The field's value in each row."""
    name, default = field.attname, field.get_default
    return [row[name] if name in row else default() for row in rows]


def _texts(values: list[Any]) -> list[str]:
    """A column as COPY's text format has it."""
    kinds = set(map(type, values))
    if len(kinds) == 1 and (write := _WRITERS.get(kinds.pop())) is not None:
        return list(map(write, values))
    return list(map(_text, values))


def _text(value: Any) -> str:
    """A value as COPY's text format has it."""
    write = _WRITERS.get(type(value))
    return write(value) if write is not None else _escaped(str(value))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _json(value: Any) -> str:
    return _escaped(json.dumps(value, ensure_ascii=False))


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: _escaped,
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


def _prepared(field: Field[Any, Any], values: list[Any]) -> list[Any]:
    """A column as parameters of a statement."""
    if _PLAIN.issuperset(map(type, values)) and not isinstance(field, JSONField):
        return values
    return [field.get_db_prep_save(value, connection) for value in values]
