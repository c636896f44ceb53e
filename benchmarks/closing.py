"""The end of a month in a county of 150,000 households: closing it, checking its data, taking in a long book."""

from __future__ import annotations

from typing import Any

from benchmarks.goals import Goal, say
from benchmarks.runs import Child, Place

HOUSEHOLDS, EPISODES, ROWS = 150_000, 30_000, 100_000
STAGES = ("confirm", "submit", "accept", "freeze", "check", "check_again", "book")


def measure(place: Place, scale: float) -> tuple[dict[str, Any], list[Goal]]:
    """The figures, and the goals they are held against: CPU seconds, since a job waits for nobody. What
    is asked of 226 places takes some time whatever their size."""
    figures = figures_of(place, scale)
    share = figures["households"] / HOUSEHOLDS
    busy = {stage: figures[stage]["cpu_s"] for stage in STAGES}
    peak = max(figures[stage]["peak_mb"] for stage in STAGES)
    return figures, [
        Goal("结账：一村确认（CPU 秒）", busy["confirm"], 1),
        Goal("结账：县接收并封存全部台账（CPU 秒）", busy["accept"] + busy["freeze"], 30 + 270 * share),
        Goal("全县数据质量检查（CPU 秒）", busy["check"], 120 * share),
        Goal(f"底册导入（{figures['rows']:,} 行，CPU 秒）", busy["book"], 60 * figures["rows"] / ROWS),
        Goal("结账、检查、导入：最多占用内存（MB）", peak, 700),
    ]


def figures_of(place: Place, scale: float) -> dict[str, Any]:
    households, episodes, rows = (max(60, int(n * min(scale, 1))) for n in (HOUSEHOLDS, EPISODES, ROWS))
    say(f"结账、检查、底册，{households:,} 户（{place.name}）…")
    environment = place.create("closing", place.blank())
    with Child("closing", environment, households=households, episodes=episodes, rows=rows) as child:
        stages = {name: child.stage() for name in STAGES}
    told = {
        name: {
            "value": stage["value"],
            "wall_s": round(stage["wall"], 2),
            "cpu_s": round(stage["cpu"] + stage["backend"], 2),
            "peak_mb": round(stage["peak_mb"]),
        }
        for name, stage in stages.items()
    }
    return {"households": households, "episodes": episodes, "rows": rows, **told}
