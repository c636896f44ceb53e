"""A ledger of 100,000 rows by 30 columns: the program's writer, the floor, and xlsxwriter where it is installed."""

from __future__ import annotations

from importlib.util import find_spec
from statistics import median
from typing import Any

from benchmarks.goals import Goal, say
from benchmarks.runs import Place, Stage, run_alone

ROWS = 100_000


def measure(place: Place, scale: float, rounds: int) -> tuple[dict[str, Any], list[Goal]]:
    """CPU seconds and memory over the rows of each writer, in turns."""
    rows = max(1_000, int(ROWS * min(scale * 4, 1)))
    writers = ["ours", "floor", *(["xlsxwriter"] if find_spec("xlsxwriter") else [])]
    found: dict[str, list[Stage]] = {writer: [] for writer in writers}
    for number in range(rounds):
        say(f"台账 {rows:,} 行 × 30 列，第 {number + 1}/{rounds} 轮")
        for writer in writers:
            if writer == "xlsxwriter" and number:
                continue
            found[writer].append(
                run_alone("ledger", {}, writer=writer, rows=rows, path=str(place.folder / f"{writer}.xlsx"))
            )
    figures: dict[str, Any] = {"rows": rows} | {writer: _figures(stages) for writer, stages in found.items()}
    ratio = median(ours["cpu"] / floor["cpu"] for ours, floor in zip(found["ours"], found["floor"], strict=True))
    goals = [
        Goal("台账：相对保留全部版式的最快写法（倍 CPU）", ratio, 1.5),
        Goal("台账：行数据之外的内存（MB）", figures["ours"]["over_rows_mb"], 50),
    ]
    if goals[0].missed:
        profiled = run_alone("ledger", {}, writer="ours", rows=rows, path=str(place.folder / "ours.xlsx"), profile=True)
        goals[0].why = [profiled["profile"]]
    if goals[1].missed:
        traced = run_alone("ledger", {}, writer="ours", rows=rows, path=str(place.folder / "ours.xlsx"), traced=True)
        goals[1].why = [traced["profile"]]
    return figures, goals


def _figures(stages: list[Stage]) -> dict[str, float]:
    return {
        "cpu": round(median(stage["cpu"] for stage in stages), 2),
        "wall": round(median(stage["wall"] for stage in stages), 2),
        "over_rows_mb": round(max(stage["peak_mb"] - stage["value"]["before_mb"] for stage in stages), 1),
        "file_mb": round(stages[0]["value"]["bytes"] / 1e6, 1),
    }
