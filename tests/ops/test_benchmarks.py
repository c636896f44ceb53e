"""The benchmarks run; how fast things are is measured by `make bench`, not here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import closing
from benchmarks.runs import Child, Place
from benchmarks.statements import compared

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_a_tiny_month_and_ledger_end_in_one_line_of_figures_and_the_same_clues(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "--sqlite", "--scale", "0.002", "--rounds", "1"]
    done = subprocess.run(
        [*command, "--parts", "month,ledger", "--folder", str(tmp_path)],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name not in ("SCALE", "PARTS", "ROUNDS")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["month"]["same_clues"] and figures["month"]["clues"] > 0
    assert figures["ledger"]["ours"]["file_mb"] > 0
    assert set(figures["goals"]) and all("met" in goal for goal in figures["goals"].values())
    assert not list(tmp_path.glob("sw_bench_*"))


@pytest.mark.slow
def test_a_tiny_county_closes_its_month_checks_its_data_and_takes_in_a_book(tmp_path: Path) -> None:
    figures = closing.figures_of(Place(tmp_path), 0.002)
    assert figures["accept"]["value"] == "freezing" and figures["freeze"]["value"] > 200
    assert figures["check"]["value"]["found"] == figures["check_again"]["value"]["standing"] > 0
    assert figures["book"]["value"]["rejected"] == figures["rows"] // 100


@pytest.mark.slow
def test_a_tiny_county_has_its_summaries_and_the_sql_by_hand_counts_the_same(tmp_path: Path) -> None:
    place = Place(tmp_path)
    environment = place.create("statements", place.blank())
    with Child("statements", environment, households=300, episodes=60, only="T4") as child:
        now, before, national, opened, ours, by_hand = (child.stage() for _ in range(6))
    assert (now["value"]["rows"], before["value"]["rows"], national["value"]["rows"]) == (15, 15, 0)
    assert opened["value"]["numbers"] > 0
    assert all(compared(code, ours, by_hand) > 0 for code in ours["value"])
