"""The sample counties through the commands, month after month: exactly their truth."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[1] / "data" / "samples"


def in_order(clues: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(clues, key=lambda clue: (clue["household"], clue["risk"]))


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "backwards"), [("plain", True), ("rough", False)])
def test_a_sample_county_comes_out_as_its_truth_says(
    run_json: Callable[..., dict[str, Any]], kind: str, backwards: bool
) -> None:
    """`backwards`: the last month's files come first, which changes no clue."""
    folder = SAMPLES / kind
    truth = json.loads((folder / "truth.json").read_text())
    run_json("load_divisions", str(folder / "divisions.csv"))
    run_json("import_households", str(next(folder.glob("register.*"))))
    months = truth["periods"]
    if backwards:
        for month in reversed(months):
            send(run_json, folder, month)
    for month in months:
        if not backwards:
            send(run_json, folder, month)
        result = run_json("match", "--period", month["period"])
        assert result["clues"] == in_order(month["clues"])
        assert [result[key] for key in ("opened", "extended", "covered")] == [
            month[key] for key in ("opened", "extended", "covered")
        ]
        again = run_json("match", "--period", month["period"])
        assert again == result | {"opened": 0, "extended": 0}


def send(run_json: Callable[..., dict[str, Any]], folder: Path, month: dict[str, Any]) -> None:
    for feed, file in month["feeds"].items():
        run_json("import_feed", feed, str(folder / file["file"]), "--period", month["period"])
