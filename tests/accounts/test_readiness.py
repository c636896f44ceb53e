"""The machinery's two questions: does the process answer, and is all that it needs there."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_site_is_ready_with_all_its_migrations_and_not_before() -> None:
    assert Client().get("/readyz").json()["database"] == "ok"
    MigrationRecorder(connection).record_unapplied(*MigrationLoader(connection).graph.leaf_nodes("households")[0])
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "failed")
    assert Client().get("/healthz").status_code == 200


def test_a_data_folder_that_is_none_is_said(settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path / "no-folder"
    settings.DATA_DIR.write_text("")
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["disk"]) == (503, "failed")
