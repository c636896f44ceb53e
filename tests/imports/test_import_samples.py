"""The two sample counties, whose truth is known to the row: register, every feed, twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from households.models import Household, Membership, Person, RegisterBatch
from monitoring.evidence import rows_as_received
from monitoring.models import Episode, FeedBatch, FeedRow
from tests.conftest import SAMPLES

COUNTS = ("rows", "accepted", "rejected", "duplicates", "matched", "name_differs", "not_registered")
Run = Callable[..., dict[str, Any]]


def refused(errors: list[dict[str, Any]]) -> list[tuple[int, str, str]]:
    return [(error["row"], error["column"], error["code"]) for error in errors]


@pytest.fixture(params=["plain", "rough"])
def county_folder(request: Any, db: None, run_json: Run) -> Any:
    folder = SAMPLES / request.param
    run_json("load_divisions", str(folder / "divisions.csv"))
    return folder


def test_the_register_and_every_file_give_what_the_sample_says(county_folder: Any, run_json: Run, clock: Any) -> None:
    truth = json.loads((county_folder / "truth.json").read_text())
    register = run_json("import_households", str(county_folder / "register.xlsx"))
    for key in ("rows", "households", "persons", "rejected"):
        assert register[key] == truth["register"][key], key
    assert refused(register["errors"]) == refused(truth["register"]["refused"])
    assert register["created"] == register["persons"]
    assert Household.objects.count() == truth["register"]["households"]

    for period in truth["periods"]:
        for name, want in period["feeds"].items():
            got = run_json("import_feed", name, str(county_folder / want["file"]), "--period", period["period"])
            assert {key: got[key] for key in COUNTS} == {key: want[key] for key in COUNTS}, (period["period"], name)
            assert refused(got["errors"]) == refused(want["refused"]), (period["period"], name)
            assert (got["feed"], got["period"]) == (name, period["period"])


def test_running_everything_again_changes_nothing(county_folder: Any, run_json: Run, clock: Any) -> None:
    truth = json.loads((county_folder / "truth.json").read_text())
    feeds = [
        ("import_feed", name, str(county_folder / want["file"]), "--period", period["period"])
        for period in truth["periods"]
        for name, want in period["feeds"].items()
        if name in ("medical_costs", "disability", "school_dropout")
    ]
    register = ("import_households", str(county_folder / "register.xlsx"))
    first = [run_json(*command) for command in (register, *feeds)]
    before = _everything()
    again = [run_json(*command) for command in (register, *feeds)]
    assert _everything() == before
    assert again[1:] == first[1:]
    assert again[0]["unchanged"] == again[0]["persons"]
    assert (again[0]["created"], again[0]["updated"]) == (0, 0)


def _everything() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (Household, Person, Membership, Episode, RegisterBatch, FeedBatch, FeedRow)
    ]


def test_every_kept_row_can_be_read_as_it_was_received(county_folder: Any, run_json: Run, clock: Any) -> None:
    name = "water"
    path = next((county_folder / "2026-10").glob(f"{name}.*"))
    run_json("import_feed", name, str(path), "--period", "2026-10")
    batch = FeedBatch.objects.get()
    positions = list(batch.feed_rows.values_list("position", flat=True))
    rows = rows_as_received(batch, positions)
    assert sorted(rows) == list(range(batch.accepted))
    assert list(rows[0]) == batch.headings[batch.feed_rows.first().sheet]
    assert rows[0]["供水工程名称"] == "东沟供水站"
    sealed = b"".join(path.read_bytes() for path in _kept_files())
    assert "东沟供水站".encode() not in sealed


def _kept_files() -> list[Any]:
    from django.conf import settings

    return [path for path in settings.DATA_DIR.rglob("*") if path.is_file()]
