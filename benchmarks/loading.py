"""The made-up county into the tables by the straight way: COPY on PostgreSQL, executemany elsewhere.

Not through the register's import, which is not what is measured here; the rows are what it would write.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from random import Random
from typing import Any

from django.db import connection, models

from accounts.crypto import blind_indexes, seal
from accounts.models import Division, Post, Role, User
from benchmarks.county import SEED, County
from households.models import BEGINNING, Category, Household, Membership, Person

AT = datetime(2026, 9, 1, tzinfo=UTC)
_CHUNK = 20_000


def load(county: County) -> None:
    """Places, households, persons and memberships; ids are 1, 2, 3 … in the county's order."""
    fill(Division, ("code", "name", "level", "parent_id"), county.divisions)
    fill(Household, ("id", "uid", "number", "village_id", "category", "per_capita_income"), _households(county))
    told = ("nation", "education", "health", "serious_illness_insurance")
    names = ("id", "uid", "name", "id_sealed", "id_index", "sex", "birth_year", "labour_skill", *told)
    fill(Person, names, _persons(county))
    fill(Membership, ("id", "person_id", "household_id", "relation", "joined_on", "recorded_at"), _members(county))
    renew_statistics()


def county_officer() -> User:
    """A person with a current post over the whole county, who can sign in."""
    user = User.objects.create_user("bench", password=None, name="县局甲", phone="13900000000")
    Post.objects.create(
        user=user, division_id=County(1).divisions[2][0], role=Role.COUNTY_BUREAU, starts_on=date(2020, 1, 1)
    )
    return user


def _uuids(seed: int) -> Iterable[uuid.UUID]:
    random = Random(SEED + seed)
    while True:
        yield uuid.UUID(int=random.getrandbits(128), version=4)


def _households(county: County) -> Iterable[Sequence[Any]]:
    rows = zip(
        county.numbers, county.villages, county.lifted.tolist(), map(str, county.incomes), _uuids(1), strict=False
    )
    for i, (number, village, lifted, income, uid) in enumerate(rows, 1):
        category = Category.LIFTED if lifted else Category.ORDINARY
        yield i, uid, number, village, category.value, Decimal(income)


def _persons(county: County) -> Iterable[Sequence[Any]]:
    indexes = blind_indexes("id_number", county.ids)
    rows = zip(county.ids, county.names, indexes, county.skills, _uuids(2), strict=False)
    for i, (number, name, index, skill, uid) in enumerate(rows, 1):
        sealed = seal(number.encode(), f"households.person|id_number|{uid}")
        # One in fifty has gaps in the register, which the checks find.
        told = ("汉族", "初中", "健康", "是") if i % 50 else ("", "", "", "")
        yield i, uid, name, sealed, index, "男" if int(number[16]) % 2 else "女", int(number[6:10]), skill, *told


def _members(county: County) -> Iterable[Sequence[Any]]:
    for i, (household, relation) in enumerate(zip(county.home.tolist(), county.relations, strict=True), 1):
        yield i, i, household + 1, relation, BEGINNING, AT


def fill(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows whose cells are the columns `names`; other columns get the model's defaults."""
    fields = [field for field in model._meta.concrete_fields if field.attname in names]
    others = [f for f in model._meta.concrete_fields if f.attname not in names and not f.primary_key]
    order = [names.index(field.attname) for field in fields]
    constants = [_constant(field) for field in others]
    columns = [field.column for field in [*fields, *others]]
    prepared = ([*[row[i] for i in order], *constants] for row in rows)
    write = _copy if connection.vendor == "postgresql" else _insert
    write(model._meta.db_table, columns, prepared)
    _renew_sequence(model)


def _constant(field: models.Field[Any, Any]) -> Any:
    value = None if field.null and not field.has_default() else field.get_default()
    return field.get_db_prep_save(value, connection)


def _insert(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    statement = f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(["%s"] * len(columns))})'
    adapt = {uuid.UUID: lambda value: value.hex, Decimal: str, datetime: lambda value: value.isoformat(" ")}
    source = iter(rows)
    with connection.cursor() as cursor:
        while chunk := list(islice(source, _CHUNK)):
            cursor.executemany(statement, [[adapt.get(type(v), lambda v: v)(v) for v in row] for row in chunk])


def _copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    source = iter(rows)
    with connection.cursor() as cursor:
        while chunk := list(islice(source, _CHUNK)):
            text = "".join(["\t".join(map(_written, row)) + "\n" for row in chunk])
            cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", io.StringIO(text))


def _written(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    if isinstance(value, bool):
        return "t" if value else "f"
    if hasattr(value, "adapted"):  # psycopg2's Json
        return "[]" if value.adapted == [] else "{}"
    return str(value)


def _renew_sequence(model: type[models.Model]) -> None:
    if connection.vendor == "postgresql" and model._meta.auto_field is not None:
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")


def renew_statistics() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


__all__ = ["AT", "county_officer", "fill", "load", "renew_statistics"]
