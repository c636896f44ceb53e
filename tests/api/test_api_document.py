"""The OpenAPI document: whole, true, and readable in a browser under the program's own content policy."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from accounts.models import User


@pytest.fixture(scope="module")
def document() -> Any:
    GENERATOR_STATS.reset()
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(document: Any) -> list[tuple[str, str, Any]]:
    return [(path, method, one) for path, found in document["paths"].items() for method, one in found.items()]


def test_the_document_is_valid_and_made_without_a_warning(document: Any) -> None:
    validate_schema(document)
    assert not GENERATOR_STATS


def test_every_operation_has_a_chinese_title_a_group_and_its_errors(document: Any) -> None:
    assert len(operations(document)) > 120
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        assert any("\u4e00" <= letter <= "\u9fff" for letter in operation["summary"]), where
        assert operation["tags"], where
        statuses = set(operation["responses"])
        assert {"400", "401", "403"} <= statuses, where
        assert ("{" not in path) or "404" in statuses, where
        assert method == "get" or {"404", "409", "415"} <= statuses, where


def test_writes_that_change_a_row_name_its_version(document: Any) -> None:
    """Those without one create a row, are idempotent by the client's number, or stand for a whole batch."""
    free = {
        "post_token", "delete_token", "post_files", "post_households_find", "post_register_imports",
        "post_feed_batches", "post_match_runs", "post_policy_parameters_key", "post_clues", "post_clues_batch",
        "post_cases", "post_measure_types", "post_measure_types_retire", "post_households_uid_incomes",
        "post_households_uid_conditions", "post_persons_uid_reveal", "post_households_uid_reveal_phone",
        "post_episodes_uid_measures", "post_episodes_uid_plan", "put_visits_uid", "post_ledgers_name",
        "put_measures_uid_deliveries_delivery", "post_deliveries_uid_withdraw", "post_change_proposals_uid_decide",
        "post_feed_batches_uid_undo", "post_feed_batches_uid_replies", "post_register_imports_uid_undo", "post_match_runs_uid_confirm",
        "post_records_book", "post_records_book_imports", "post_record_batches_uid_undo",
        "post_problems", "post_problems_raise", "post_quality_runs", "post_quality_faults_uid_exempt",
        "post_quality_exemptions", "post_quality_exemptions_uid_decide", "post_quality_exemptions_uid_end",
        "post_ledgers_name_layouts", "post_ledgers_name_layouts_standard", "post_ledgers_name_layouts_uid_enact",
        "post_exports",
    }  # fmt: skip
    without = {one["operationId"] for _, method, one in operations(document) if method != "get"} - {
        one["operationId"] for _, _, one in operations(document) if "428" in one["responses"]
    }
    assert without == free


def test_the_page_shows_the_document_under_its_own_policy_only(owner: User) -> None:
    client = Client()
    assert client.get("/api/docs/")["Location"] == "/login/?next=/api/docs/"
    assert client.get("/api/schema/").status_code == 401
    client.force_login(owner)
    page = client.get("/api/docs/")
    assert page.status_code == 200
    assert "'unsafe-inline'" in page["Content-Security-Policy"]
    assert "http://" not in page.content.decode().replace("http://testserver", "")
    assert "https://" not in page.content.decode()
    schema = client.get("/api/schema/")
    assert (schema.status_code, b"/api/v1/households/" in schema.content) == (200, True)
    assert "'unsafe-inline'" not in client.get("/api/v1/me/")["Content-Security-Policy"]
