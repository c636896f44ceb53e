"""A process that matches one county and dies in the middle: `killed_match.py COUNTY PERIOD STATEMENT HOW`.

HOW is `process` (SIGKILL before the given SQL statement is sent) or `backend` (its PostgreSQL connection is cut).
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))


class Death:
    """Counts statements; at the given one the process or its connection dies."""

    def __init__(self, statement: int, how: str) -> None:
        self.left = statement
        self.how = how

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            if self.how == "process":
                os.kill(os.getpid(), signal.SIGKILL)
            _cut(context["connection"])
        return execute(sql, params, many, context)


def _cut(connection: Any) -> None:
    import psycopg2

    pid = connection.connection.info.backend_pid
    other = psycopg2.connect(connection.connection.dsn, password=connection.settings_dict["PASSWORD"])
    with other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])


def main(county: str, period: str, statement: str, how: str) -> None:
    import django

    django.setup()
    from django.db import connection

    from accounts.models import Division
    from monitoring.services import matching

    matching.BATCH_HOUSEHOLDS = 4
    with connection.execute_wrapper(Death(int(statement), how)):
        matching.match(
            county=Division.objects.get(code=county),
            period=date.fromisoformat(period),
            actor=None,
            at=datetime(2026, 9, 1, 1, 0, tzinfo=UTC),
        )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main(*sys.argv[1:])
