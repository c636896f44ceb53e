"""The record of acts and steps only grows: the database itself refuses everything else."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import AuditEvent
from accounts.services.audit import record
from accounts.triggers import APPEND_ONLY, statements
from tests.conftest import NOW

SCRATCH = "scratch_append_only"


def _refused(sql: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    except DatabaseError as error:
        assert "只能追加" in str(error)
        return True
    return False


@pytest.fixture
def scratch(transactional_db: None) -> Iterator[str]:
    """A table whose triggers know no test database: as in a county's own database."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {SCRATCH} (id integer)")
        cursor.execute(f"INSERT INTO {SCRATCH} VALUES (1)")
        for statement in statements(connection.vendor, SCRATCH, scratch="nowhere"):
            cursor.execute(statement)
        yield SCRATCH
        cursor.execute(f"DROP TABLE {SCRATCH}")


@pytest.mark.django_db
def test_every_table_that_only_grows_has_its_triggers() -> None:
    listing = {
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    }
    with connection.cursor() as cursor:
        cursor.execute(listing[connection.vendor])
        there = {name for (name,) in cursor.fetchall()}
    assert there >= {f"{table}_{part}" for table in APPEND_ONLY for part in ("rows_stay", "table_stays")}


@pytest.mark.django_db
def test_a_recorded_act_cannot_be_changed() -> None:
    event = record(actor=None, at=NOW, action="register.imported")
    with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
        AuditEvent.objects.update(action="nothing")
    with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
        event.action = "nothing"
        event.save()
    assert AuditEvent.objects.get().action == "register.imported"


def test_rows_can_be_added_but_not_changed_or_deleted(scratch: str) -> None:
    assert not _refused(f"INSERT INTO {scratch} VALUES (2)")
    assert _refused(f"UPDATE {scratch} SET id = 3")
    if connection.vendor == "postgresql":
        assert _refused(f"DELETE FROM {scratch}") and _refused(f"TRUNCATE {scratch}")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {scratch} ORDER BY id")
        assert cursor.fetchall() == [(1,), (2,)]


def test_without_the_triggers_all_of_it_goes_through(scratch: str) -> None:
    """The control: the refusals above come from the triggers and from nothing else."""
    drops = {
        "postgresql": [
            f"DROP TRIGGER {scratch}_rows_stay ON {scratch}",
            f"DROP TRIGGER {scratch}_table_stays ON {scratch}",
        ],
        "sqlite": [f"DROP TRIGGER {scratch}_rows_stay", f"DROP TRIGGER {scratch}_table_stays"],
    }
    with connection.cursor() as cursor:
        for statement in drops[connection.vendor]:
            cursor.execute(statement)
    assert not _refused(f"UPDATE {scratch} SET id = 3")
    assert not _refused(f"DELETE FROM {scratch}")


@pytest.mark.parametrize(("name", "kept"), [("shouwang.sqlite3", True), ("test_shouwang.sqlite3", False)])
def test_a_database_file_refuses_deletion_unless_it_is_named_as_a_test(tmp_path: Path, name: str, kept: bool) -> None:
    with sqlite3.connect(tmp_path / name) as database:
        database.execute("CREATE TABLE t (id integer)")
        database.execute("INSERT INTO t VALUES (1)")
        for statement in statements("sqlite", "t"):
            database.execute(statement)
        if kept:
            with pytest.raises(sqlite3.IntegrityError, match="只能追加"):
                database.execute("DELETE FROM t")
        else:
            database.execute("DELETE FROM t")
        assert database.execute("SELECT count(*) FROM t").fetchone() == (int(kept),)


@pytest.mark.django_db(transaction=True)
def test_the_test_database_can_still_be_emptied_between_tests() -> None:
    record(actor=None, at=NOW, action="left.behind")


@pytest.mark.django_db(transaction=True)
def test_and_is_empty_in_the_next_one() -> None:
    assert not AuditEvent.objects.filter(action="left.behind").exists()
