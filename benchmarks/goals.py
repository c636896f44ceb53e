"""Goals, whether they are met, and the table of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Goal:
    """One figure held against its goal; `why` is the profile that is printed beside a missed one."""

    title: str
    figure: float
    limit: float
    at_least: bool = False
    why: list[str] = field(default_factory=list)

    @property
    def missed(self) -> bool:
        return self.figure < self.limit if self.at_least else self.figure > self.limit

    def line(self) -> str:
        sign = "≥" if self.at_least else "≤"
        return f"{'未达到' if self.missed else '达到　'}  {self.title}：{self.figure:.2f}（目标 {sign} {self.limit:g}）"


def say(line: str) -> None:
    """Progress, for the person who waits."""
    print(line, file=sys.stderr, flush=True)


def table(goals: Sequence[Goal]) -> str:
    """All goals, and beside each missed one what shows why."""
    lines: list[str] = []
    for goal in goals:
        lines.append(goal.line())
        for reason in goal.why:
            lines += [f"        {line}" for line in reason.rstrip().splitlines()]
    return "\n".join(lines)
