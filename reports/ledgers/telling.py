"""One row behind a number, said in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from households.models import BEGINNING
from monitoring.models import Clue, EpisodeEvent, Visit
from records.models import Problem

KIND = EpisodeEvent.Kind
# How a turn is said of a household that stands so, or turned so.
_TURNS = {
    KIND.IDENTIFIED: "识别纳入",
    KIND.CLEARED: "风险消除",
    KIND.ROLLED_BACK: "消除后回退",
    KIND.CANCELLED: "注销",
    KIND.SECURED: "兜底保障",
}


@dataclass(frozen=True)
class Told:
    """A row in words: the day it is about (None: not dated), what happened, the clue that it is, or the page of what
    else it is."""

    on: date | None
    words: str
    clue: Clue | None = None
    link: str = ""


def of_turn(row: Any) -> Told:
    """An event of an episode."""
    episode = row.episode
    said = f"{episode.monitored_type} · {'、'.join(episode.risks)} · {_TURNS[row.kind]}"
    undated = not row.dated or row.happened_on <= BEGINNING
    return Told(None if undated else row.happened_on, f"{said}（档案没有日期）" if undated else said)


def of_ending(row: Any) -> Told:
    """A household that left monitoring without being cleared."""
    why = "" if row.kind == KIND.CANCELLED else f"：{row.episode.household.cancel_reason or '户籍注销'}"
    return Told(row.gone_on, f"{row.episode.monitored_type} · 注销{why}")


def of_move(row: Any) -> Told:
    """A move of a whole household between two villages (by code; the reader puts in the names)."""
    return Told(row.happened_on, "整户迁移")


def of_joining(row: Any) -> Told:
    return Told(row.joined_on, f"{row.person.name}（{row.relation}）加入本户")


def of_leaving(row: Any) -> Told:
    return Told(row.left_on, f"{row.person.name}（{row.relation}）离开本户：{row.get_left_reason_display() or '离开'}")


def of_late_member(row: Any) -> Told:
    """A member whom the closed month did not know of, or still had."""
    end = f"，{row.left_on:%Y-%m-%d} {row.get_left_reason_display() or '离开'}" if row.left_on else ""
    return Told(None if row.joined_on <= BEGINNING else row.joined_on, f"{row.person.name}（{row.relation}）{end}")


def of_clue(row: Any) -> Told:
    """The last move of a clue."""
    clue = row.clue
    state = Clue.State(row.target).label
    return Told(row.happened_on, f"{clue.risk} · {clue.warning or clue.get_channel_display()} · {state}", clue)


def of_check(row: Any) -> Told:
    """The home check of a clue."""
    found = dict(Visit.Finding.choices).get(row.found, "")
    return Told(row.happened_on, f"{row.clue.risk} · 入户核实：{found}", row.clue)


def of_problem_clue(row: Any) -> Told:
    told = of_clue(row)
    return Told(row.found_on, f"{told.words}{_solved(row)}", row.clue)


def of_evidence(row: Any) -> Told:
    """Evidence about a household that was monitored already."""
    return Told(row.found_on, f"{row.risk} · {row.arithmetic or '部门数据'} · 并入监测{_solved(row)}")


def of_finding(row: Any) -> Told:
    """What a visit alone found."""
    return Told(row.found_on, f"走访发现{f'：{row.note}' if row.note else ''}{_solved(row)}")


def of_kept(row: Any) -> Told:
    """A kept problem as it stood."""
    state = Problem.State(row.state_then).label
    link = reverse("problem-detail", args=[row.uid])
    return Told(row.found_on, f"{row.get_kind_display()} · {row.description} · {state}{_solved(row)}", link=link)


def of_problem_step(row: Any) -> Told:
    """The step by which a kept problem was found, returned, cleared or found untrue."""
    problem = row.problem
    words = _PROBLEM_STEPS[row.action]
    link = reverse("problem-detail", args=[problem.uid])
    return Told(row.happened_on, f"{problem.get_kind_display()} · {problem.description} · {words}", link=link)


_PROBLEM_STEPS = {"open": "发现", "reopen": "回头看不合格", "sign_off": "销号", "void": "不属实"}


def _solved(row: Any) -> str:
    return f" · {row.solved_on:%Y-%m-%d} 已清" if row.solved and row.solved_on else ""
