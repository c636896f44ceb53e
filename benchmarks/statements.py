"""All ledgers of a county of 150,000 households and 30,000 episodes, and what lies behind their numbers.

The goal is about the set of ledgers and sheets (L, T) with the indicators, as one process writes it; each by itself, and
the lists of persons that go up into the national system with their checks, are measured beside it.
"""

from __future__ import annotations

from typing import Any

from benchmarks.goals import Goal, say
from benchmarks.runs import Child, Place, Stage, run_alone

HOUSEHOLDS, EPISODES = 150_000, 30_000


def measure(place: Place, scale: float) -> tuple[dict[str, Any], list[Goal]]:
    """The figures, and the goals they are held against. Raises AssertionError where the hand-written SQL counts other
    figures than the program."""
    figures = figures_of(place, scale)
    share = figures["households"] / HOUSEHOLDS
    goals = [
        Goal(f"整套台账（{figures['households']:,} 户，秒）", figures["set_s"], 60 * share),
        Goal("24 个月前的各本台账相对本月（倍，CPU）", figures["long_ago_cpu_s"] / figures["all_cpu_s"], 1.5),
        Goal("点开任一数字：最慢的一个（毫秒）", figures["opened"]["slowest_ms"], 300),
    ]
    if goals[0].missed:
        slowest = max(figures["ledgers"], key=figures["ledgers"].get)
        goals[0].why = [_profile(place, figures, slowest)]
    return figures, goals


def figures_of(place: Place, scale: float) -> dict[str, Any]:
    households = max(600, int(HOUSEHOLDS * min(scale * 4, 1)))
    episodes = max(120, int(EPISODES * min(scale * 4, 1)))
    say(f"各本台账，{households:,} 户、{episodes:,} 个监测周期（{place.name}）…")
    environment = place.create("statements", place.blank())
    with Child("statements", environment, households=households, episodes=episodes) as child:
        whole, now, before, national, opened, ours, by_hand = (child.stage() for _ in range(7))
    return {
        "households": households,
        "episodes": episodes,
        "set_s": round(whole["wall"], 2),
        "all_s": round(now["wall"], 2),
        "all_cpu_s": _busy(now),
        "national_s": round(national["wall"], 2),
        "national_cpu_s": _busy(national),
        "long_ago_s": round(before["wall"], 2),
        "long_ago_cpu_s": _busy(before),
        "rows": now["value"]["rows"],
        "national_rows": national["value"]["rows"],
        "peak_mb": round(max(whole["peak_mb"], now["peak_mb"], national["peak_mb"])),
        "opened": opened["value"],
        "against_sql": {code: compared(code, ours, by_hand) for code in ours["value"]},
        "ledgers": now["value"]["seconds"],
        "national": national["value"]["seconds"],
    }


def _busy(stage: Stage) -> float:
    """CPU seconds of the process and of its backend: about what the stage takes where nobody else works."""
    return round(stage["cpu"] + stage["backend"], 2)


def compared(code: str, ours: Stage, by_hand: Stage) -> float:
    """How many times the hand-written SQL's time the program takes for the same figures."""
    one, other = ours["value"][code], by_hand["value"][code]
    assert _told(one) == _told(other), f"{code}: the program and the SQL do not count the same"
    return round(float(one["seconds"]) / float(other["seconds"]), 2)


def _told(counted: dict[str, Any]) -> dict[str, list[float]]:
    """Figures by township, those that are all nought left out."""
    figures = {code: [float(value or 0) for value in row] for code, row in counted["figures"].items()}
    return {code: row for code, row in figures.items() if any(row)}


def _profile(place: Place, figures: dict[str, Any], slowest: str) -> str:
    environment = place.create("statements", place.blank())
    given = {key: figures[key] for key in ("households", "episodes")}
    stage = run_alone("statements", environment, only=slowest, profile=True, **given)
    return f"最慢的是 {slowest}：\n{stage['profile']}"
