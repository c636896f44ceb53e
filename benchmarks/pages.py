"""The list of households at 150,000: what a page costs at the front and far down."""

from __future__ import annotations

from typing import Any

from benchmarks.goals import Goal, say
from benchmarks.runs import Place, Stage, run_alone

HOUSEHOLDS = 150_000


def measure(place: Place, scale: float, requests: int) -> tuple[dict[str, Any], list[Goal]]:
    """The figures, and the goals they are held against."""
    figures = figures_of(place, scale, requests)
    goals = [
        Goal("农户列表：第 1 页的 CPU（毫秒）", figures["first_ms"], 10),
        Goal("农户列表：第 2000 页相对第 1 页（倍）", figures["far_ms"] / figures["first_ms"], 1.2),
        Goal("农户列表：二十次里十九次的等待（毫秒）", figures["p95_ms"], 300),
    ]
    for goal, page in zip(goals, ("first", "far", ""), strict=True):
        if goal.missed:
            goal.why = [_run(place, figures["households"], requests, only=page, profile=True)["profile"]]
    return figures, goals


def figures_of(place: Place, scale: float, requests: int) -> dict[str, Any]:
    """150,000 households from SCALE 0.05 on; the far page is the 2,000th, or the last but one of a smaller county."""
    households = HOUSEHOLDS if scale >= 0.05 else max(300, int(HOUSEHOLDS * scale))
    say(f"农户列表，{households:,} 户（{place.name}）…")
    found: dict[str, Any] = _run(place, households, requests)["value"]
    return found | {"households": households}


def _run(place: Place, households: int, requests: int, *, only: str = "", profile: bool = False) -> Stage:
    environment = place.create("pages", place.blank())
    return run_alone("pages", environment, households=households, requests=requests, only=only, profile=profile)
