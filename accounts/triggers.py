"""Tables that only grow: triggers of the database refuse UPDATE and DELETE, whoever sends them.

A migration calls `append_only("app_table")` among its operations. On PostgreSQL TRUNCATE is refused too. Django's own
tests empty all tables between transactions (TRUNCATE on PostgreSQL, DELETE on SQLite), so that alone is let through
where nothing lasting is kept: in a PostgreSQL database or an SQLite file whose name begins with `test_`, which is what
Django calls its test databases, and in an SQLite database in memory. A database of a county must not be named so.

Altering a table on SQLite makes it anew and loses its triggers: a migration that does so calls `append_only` again. A
test compares the triggers of the migrated database with APPEND_ONLY.
"""

from __future__ import annotations

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython

# Every table that has the triggers; the test reads it.
APPEND_ONLY = (
    "accounts_auditevent",
    "accounts_auditseal",
    "accounts_handovercopy",
    "monitoring_transition",
    "monitoring_transition_files",
    "monitoring_dutytaken",
    "reports_closingstep",
    "reports_edition",
    "reports_editionsheet",
    "reports_ledgerlayout",
    "reports_layoutterm",
    "records_problemstep",
    "records_problemstep_files",
    "quality_exemption",
    "quality_exemptionstep",
)
MESSAGE = "这张表只能追加，不能修改或删除"

_POSTGRES = """
CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE '{scratch}\\_%' THEN RETURN NULL; END IF;
    RAISE EXCEPTION '{message}: {table}' USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER IF EXISTS {table}_rows_stay ON {table};
CREATE TRIGGER {table}_rows_stay BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_append_only();
DROP TRIGGER IF EXISTS {table}_table_stays ON {table};
CREATE TRIGGER {table}_table_stays BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only();
"""
_POSTGRES_DROP = """
DROP TRIGGER IF EXISTS {table}_rows_stay ON {table};
DROP TRIGGER IF EXISTS {table}_table_stays ON {table};
DROP FUNCTION IF EXISTS {table}_append_only();
"""
_SQLITE = (
    "DROP TRIGGER IF EXISTS {table}_rows_stay",
    "CREATE TRIGGER {table}_rows_stay BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{message}: {table}'); END",
    "DROP TRIGGER IF EXISTS {table}_table_stays",
    "CREATE TRIGGER {table}_table_stays BEFORE DELETE ON {table} WHEN EXISTS ("
    "SELECT 1 FROM pragma_database_list WHERE name = 'main' AND file <> '' AND"
    # The last part of the path: what is left when all that a folder can hold is trimmed off from the right.
    " substr(file, length(rtrim(file, replace(file, '/', ''))) + 1) NOT GLOB '{scratch}_*'"
    ") BEGIN SELECT RAISE(ABORT, '{message}: {table}'); END",
)
_SQLITE_DROP = ("DROP TRIGGER IF EXISTS {table}_rows_stay", "DROP TRIGGER IF EXISTS {table}_table_stays")


def statements(vendor: str, table: str, *, scratch: str = "test") -> list[str]:
    """The SQL that makes `table` append-only on a vendor; `scratch` begins the names of databases that tests empty."""
    scripts = (_POSTGRES,) if vendor == "postgresql" else _SQLITE
    return [script.format(table=table, message=MESSAGE, scratch=scratch) for script in scripts]


def append_only(table: str) -> RunPython:
    """The migration operation that gives `table` its triggers."""

    def protect(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in statements(editor.connection.vendor, table):
            editor.execute(statement, params=None)

    def release(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        scripts = (_POSTGRES_DROP,) if editor.connection.vendor == "postgresql" else _SQLITE_DROP
        for script in scripts:
            editor.execute(script.format(table=table), params=None)

    return RunPython(protect, release)
