"""`make bench SCALE=0.1`, or `python -m benchmarks --scale 0.1 --parts month,growth,ledger,pages,statements,closing`.

Prints what it does and a table of goals; the last line of standard output is one JSON object of all figures.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import closing, ledger, month, pages, statements
from benchmarks.goals import Goal, say, table
from benchmarks.runs import Place, databases, find_server

PARTS = ("month", "growth", "ledger", "pages", "statements", "closing")


def main() -> None:
    given = _arguments()
    server = "" if given.sqlite else find_server()
    if not server and not given.sqlite:
        say("没有可用的 PostgreSQL：全部在嵌入式默认（SQLite）上测，与下限的比较略去。可用 BENCH_DATABASE_URL 指定。")
    folder = Path(given.folder)
    folder.mkdir(parents=True, exist_ok=True)
    figures: dict[str, Any] = {"scale": given.scale, "rounds": given.rounds, "load": os.getloadavg()[0]}
    goals: list[Goal] = []
    with databases(folder, server) as place:
        figures["database"] = place.name
        goals += _measure(given, place, figures)
    if server:
        with databases(folder, "") as embedded:
            figures["embedded"] = _embedded(given, embedded)
    figures["goals"] = {goal.title: {"figure": round(goal.figure, 3), "met": not goal.missed} for goal in goals}
    print(table(goals))
    print(json.dumps(figures, ensure_ascii=False))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description="测速")
    parser.add_argument("--scale", type=float, default=float(os.environ.get("SCALE") or 0.1), help="1 为全县全月")
    parser.add_argument("--parts", default=os.environ.get("PARTS") or ",".join(PARTS), help="要测的部分，逗号分隔")
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("ROUNDS") or 3), help="轮数")
    parser.add_argument("--sqlite", action="store_true", help="只测嵌入式默认")
    parser.add_argument("--folder", default=str(Path(tempfile.gettempdir()) / "shouwang-bench"), help="文件放在哪里")
    given = parser.parse_args()
    given.parts = given.parts.split(",")
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"没有这些部分：{'、'.join(sorted(unknown))}")
    return given


def _measure(given: argparse.Namespace, place: Place, figures: dict[str, Any]) -> list[Goal]:
    """The parts asked for on one database, with everything they are held against."""
    parts: dict[str, Callable[[], tuple[dict[str, Any], list[Goal]]]] = {
        "month": lambda: month.measure(place, given.scale, given.rounds, against=True),
        "growth": lambda: month.measure_growth(place, given.scale),
        "ledger": lambda: ledger.measure(place, given.scale, given.rounds),
        "pages": lambda: pages.measure(place, given.scale, _requests(given)),
        "statements": lambda: statements.measure(place, given.scale),
        "closing": lambda: closing.measure(place, given.scale),
    }
    goals: list[Goal] = []
    for name, measure in parts.items():
        if name in given.parts:
            figures[name], found = measure()
            _show(name, figures[name])
            goals += found
    return goals


def _embedded(given: argparse.Namespace, place: Place) -> dict[str, Any]:
    """The same program on SQLite, beside it; without goals."""
    found: dict[str, Any] = {}
    if "month" in given.parts:
        found["month"], _ = month.measure(place, given.scale, 1, against=False)
    if "pages" in given.parts:
        found["pages"] = pages.figures_of(place, given.scale, _requests(given))
    if "statements" in given.parts:
        found["statements"] = statements.figures_of(place, given.scale)
    if "closing" in given.parts:
        found["closing"] = closing.figures_of(place, given.scale)
    _show("embedded", found)
    return found


def _show(part: str, figures: dict[str, Any]) -> None:
    for name, figure in figures.items():
        print(f"{part:9} {name:12} {json.dumps(figure, ensure_ascii=False)}", flush=True)


def _requests(given: argparse.Namespace) -> int:
    return 20 if given.scale < 0.05 else 100


if __name__ == "__main__":
    main()
