"""Thousands of new rows of a model into its table at once: COPY on PostgreSQL, one prepared INSERT elsewhere.

Django's bulk_create prepares every value of every row through four layers, which for a register or for the clues of a
month takes longer than everything else. Here values go to the database column by column as they are; of the model
nothing runs but its defaults, so it is for models whose fields do nothing when they are saved.
"""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Field, JSONField, Model

# What every database takes as it is.
_PLAIN = frozenset((str, int, bool, bytes, type(None)))
_PIECE_BYTES = 1 << 20
_encode = json.JSONEncoder(ensure_ascii=False).encode


def insert(model: type[Model], rows: Sequence[Mapping[str, Any]], common: Mapping[str, Any] | None = None) -> None:
    """Insert rows, each {column's attribute: value}, inside the caller's transaction; `common` is the same in all of
    them, and what is not given has its default. Values have the types that an instance of the model would hold; keys
    that are given are from `new_keys`."""
    if rows:
        named = set().union(*rows)
        fields = [field for field in model._meta.concrete_fields if not field.primary_key or field.attname in named]
        _write(model, {field: _given(rows, field, common or {}, named) for field in fields})


def create(model: type[Model], instances: Sequence[Any]) -> None:
    """Insert instances, which get their keys, inside the caller's transaction."""
    if not instances:
        return
    for instance, key in zip(instances, new_keys(model, len(instances)), strict=True):
        instance.pk = key
        instance._state.adding = False
        instance._state.db = connection.alias
    _write(
        model,
        {field: [getattr(instance, field.attname) for instance in instances] for field in model._meta.concrete_fields},
    )


def new_keys(model: type[Model], count: int) -> Sequence[int]:
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
            text = io.BytesIO(("\n".join(lines) + "\n").encode())
            cursor.copy_expert(f"COPY {table} FROM STDIN", text, _PIECE_BYTES)
            return
        prepared = [_prepared(field, values) for field, values in columns.items()]
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", list(zip(*prepared, strict=True)))


def _given(
    rows: Sequence[Mapping[str, Any]], field: Field[Any, Any], common: Mapping[str, Any], named: Collection[str]
) -> list[Any]:
    """The field's value in each row."""
    name = field.attname
    if name in named:
        return [row[name] if name in row else field.get_default() for row in rows]
    if name in common:
        return [common[name]] * len(rows)
    if field.has_default() and callable(field.default):
        return [field.get_default() for _ in rows]
    return [field.get_default()] * len(rows)


def _texts(values: list[Any]) -> list[str]:
    """A column as COPY's text format has it."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return _all_escaped(values)
    if kinds <= {dict, list}:
        return _all_json(values)
    if len(kinds) == 1 and (write := _WRITERS.get(kinds.pop())) is not None:
        return list(map(write, values))
    return list(map(_text, values))


def _all_escaped(values: list[str]) -> list[str]:
    """Texts in one go; PostgreSQL has no text with a NUL in it."""
    joined = "\0".join(values)
    if joined.count("\0") != len(values) - 1:
        return list(map(_escaped, values))
    return _escaped(joined).split("\0")


def _all_json(values: list[Any]) -> list[str]:
    """Each object once, however many rows hold it."""
    different = {id(value): value for value in values}
    texts = {key: _json(value) for key, value in different.items()}
    return [texts[id(value)] for value in values]


def _text(value: Any) -> str:
    """A value as COPY's text format has it."""
    write = _WRITERS.get(type(value))
    return write(value) if write is not None else _escaped(str(value))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _json(value: Any) -> str:
    return _escaped(_encode(value))


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: _escaped,
    type(None): lambda value: "\\N",
    int: str,
    uuid.UUID: str,
    bool: lambda value: "t" if value else "f",
    bytes: lambda value: "\\\\x" + value.hex(),
    date: date.isoformat,
    datetime: datetime.isoformat,
    Decimal: str,
    dict: _json,
    list: _json,
}


def _prepared(field: Field[Any, Any], values: list[Any]) -> list[Any]:
    """A column as parameters of a statement."""
    if _PLAIN.issuperset(map(type, values)) and not isinstance(field, JSONField):
        return values
    return [field.get_db_prep_save(value, connection) for value in values]
