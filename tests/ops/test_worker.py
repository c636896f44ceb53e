"""A real worker on the tests' database: it answers, it survives nothing, it leaves nothing."""

from __future__ import annotations

from typing import Any

from django.db import connection

from config.celery import app


def test_the_test_database_is_set_as_the_real_one(transactional_db: None) -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            modes = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "foreign_keys")]
        assert modes == ["wal", 1]
        assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    else:
        assert connection.settings_dict["CONN_HEALTH_CHECKS"] is True


def test_a_worker_answers_and_dies_at_once(celery_worker: Any) -> None:
    process = celery_worker.start()
    celery_worker.until(lambda: app.control.ping(timeout=3))
    celery_worker.kill()
    assert process.returncode == -9
    assert app.control.ping(timeout=1) == []
