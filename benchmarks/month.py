"""The whole month: twelve departments' files to clues with their evidence kept, beside the floor and the clerk."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from benchmarks.county import County
from benchmarks.files import FILES, write_files
from benchmarks.goals import Goal, say
from benchmarks.runs import Child, Place, Stage, run_alone

WORKERS = 2
MEMORY, SAME = "全月：每个工作进程的内存（MB）", "全月：线索与笨办法一致（1 为是）"


@dataclass
class Times:
    """What the rounds of one contender came to, in seconds of wall and CPU, and MB."""

    wall: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)  # import or COPY
    second: list[float] = field(default_factory=list)  # match or join
    cpu: list[float] = field(default_factory=list)
    peak: float = 0.0

    def shown(self) -> dict[str, float]:
        return {
            "wall": round(median(self.wall), 2),
            "first": round(median(self.first), 2) if self.first else 0.0,
            "second": round(median(self.second), 2) if self.second else 0.0,
            "cpu": round(median(self.cpu), 2),
            "peak_mb": round(self.peak),
            "rounds": len(self.wall),
        }


class Month:
    """The month of one county on one database; contenders take turns."""

    def __init__(self, place: Place, scale: float, *, of_county: float | None = None) -> None:
        self.place = place
        self.scale = scale
        self.county = County(of_county or scale)
        self.files = place.folder / f"files-{self.county.scale:g}-{scale:g}"
        self.ours, self.floor, self.clerk = Times(), Times(), Times()
        self.clues: list[list[Any]] = []
        self.clerks = 0
        self.plan = ""
        self.profiles: list[str] = []
        self.peaks = ""
        self.differences: list[str] = []

    @property
    def rows(self) -> int:
        return sum(file.rows(self.scale) for file in FILES)

    def prepare(self) -> None:
        """The files, and a database with the county in it that every round starts from."""
        say(f"造 {self.rows:,} 行的 12 个文件和 {self.county.persons:,} 人的县（{self.place.name}）…")
        write_files(self.county, self.files, self.scale)
        run_alone("county", self.place.create(self._template, self.place.blank()), scale=self.county.scale)

    @property
    def _template(self) -> str:
        return f"county_{self.county.scale:g}".replace(".", "_")

    def run_ours(self, *, profile: bool = False) -> None:
        """Two workers import the files, then one matches."""
        environment = self.place.create("month", self._template)
        claims = self.place.folder / "claims"
        shutil.rmtree(claims, ignore_errors=True)
        claims.mkdir()
        arguments = {"folder": str(self.files), "claims": str(claims), "profile": profile}
        workers = [Child("imports", environment, **arguments) for _ in range(WORKERS)]
        try:
            started = time.perf_counter()
            for worker in workers:
                worker.begin()
            imported = [worker.end() for worker in workers]
            between = time.perf_counter()
            matched = workers[0].stage()
            ended = time.perf_counter()
        finally:
            for worker in workers:
                worker.close()
        stages = [*imported, matched]
        if profile:
            self.profiles = [stage["profile"] for stage in stages]
            return
        self._note(self.ours, started, between, ended, stages)
        self.peaks = "；".join(_peaks(stage) for stage in imported)
        self._take_clues(matched["value"]["clues"])

    def _note(self, times: Times, started: float, between: float, ended: float, stages: list[Stage]) -> None:
        times.wall.append(ended - started)
        times.first.append(between - started)
        times.second.append(ended - between)
        times.cpu.append(sum(stage["cpu"] + stage["backend"] for stage in stages))
        times.peak = max([times.peak, *(stage["peak_mb"] for stage in stages)])

    def _take_clues(self, clues: list[Any]) -> None:
        flat = [[number, risk, rule, figure] for number, risk, rules in clues for rule, figure in rules]
        flat.sort(key=lambda clue: clue[:3])
        if self.clues and flat != self.clues:
            raise AssertionError("two rounds of the same month gave different clues")
        self.clues = flat

    def run_floor(self) -> None:
        """COPY of clean rows, then one join; PostgreSQL only."""
        environment = self.place.create("month", self._template)
        with Child("floor", environment, folder=str(self.files)) as child:
            started = time.perf_counter()
            copied = child.stage()
            between = time.perf_counter()
            joined = child.stage()
            ended = time.perf_counter()
            self._note(self.floor, started, between, ended, [copied, joined])
            shown = child.stage()["value"]
        self.plan = shown["plan"]
        ours = sorted({(number, rule) for number, _, rule, _ in self.clues})
        if self.clues and len(ours) != len(shown["clues"]):
            raise AssertionError(f"the floor finds {len(shown['clues'])} pairs, the program {len(ours)}")

    def run_clerk(self) -> None:
        stage = run_alone("clerk", {}, folder=str(self.files), register=str(self.files / "register.csv"))
        self.clerk.wall.append(stage["wall"])
        self.clerk.cpu.append(stage["cpu"])
        self.clerk.peak = max(self.clerk.peak, stage["peak_mb"])
        self.clerks = stage["value"]

    def check(self) -> bool:
        """Whether the slow, obvious reference comes to the same clues."""
        stage = run_alone("reference", {}, folder=str(self.files), register=str(self.files / "register.csv"))
        self.differences = _differences(self.clues, stage["value"])
        return bool(stage["value"] == self.clues)


def _differences(ours: list[Any], wanted: list[Any], most: int = 20) -> list[str]:
    """The first clues (household, risk, rule, figure) that only one of the two has."""
    own, other = set(map(tuple, ours)), set(map(tuple, wanted))
    lines = [f"只有本程序有：{clue}" for clue in sorted(own - other, key=str)[:most]]
    return lines + [f"只有笨办法有：{clue}" for clue in sorted(other - own, key=str)[:most]]


def _peaks(stage: Stage) -> str:
    """Peak of a worker after each of its files, in their order."""
    return "，".join(f"{feed} {counts['peak_mb']} MB" for feed, counts in stage["value"].items())


def measure(place: Place, scale: float, rounds: int, *, against: bool) -> tuple[dict[str, Any], list[Goal]]:
    """The month on one database; `against` floor, clerk and reference too."""
    month = Month(place, scale)
    month.prepare()
    for number in range(rounds):
        say(f"第 {number + 1}/{rounds} 轮：本程序")
        month.run_ours()
        if against and place.server:
            month.run_floor()
        if against and (number == 0 or scale <= 0.2):
            month.run_clerk()
    figures: dict[str, Any] = {"rows": month.rows, "clues": len(month.clues), "ours": month.ours.shown()}
    if not against:
        return figures, []
    figures |= {"clerk": month.clerk.shown() | {"clues": month.clerks}, "same_clues": month.check()}
    goals = _goals(month, figures)
    _explain(month, goals)
    return figures, goals


def _explain(month: Month, goals: list[Goal]) -> None:
    """Beside each missed goal what shows why: the clues that differ, the peaks, or where the time goes."""
    missed = [goal for goal in goals if goal.missed]
    for goal in missed:
        if goal.title == SAME:
            goal.why = month.differences
        elif goal.title == MEMORY:
            goal.why = [f"各进程依次读完每个文件后的内存峰值：{month.peaks}"]
    slow = [goal for goal in missed if not goal.why]
    if slow:
        month.run_ours(profile=True)
    for goal in slow:
        plan = [f"COPY 与连接的执行计划：\n{month.plan}"] if month.plan else []
        goal.why = [*plan, *month.profiles]


def _goals(month: Month, figures: dict[str, Any]) -> list[Goal]:
    ours = figures["ours"]
    goals = [
        Goal("全月：不慢于人工脚本的五分之一（倍）", figures["clerk"]["wall"] / ours["wall"], 5.0, at_least=True),
        Goal(MEMORY, ours["peak_mb"], 700),
        Goal(SAME, float(figures["same_clues"]), 1.0, at_least=True),
    ]
    if month.floor.wall:
        figures["floor"] = month.floor.shown()
        ratio = median(a / b for a, b in zip(month.ours.wall, month.floor.wall, strict=True))
        goals.insert(0, Goal("全月：相对 COPY 加连接的下限（倍）", ratio, 2.0))
    return goals


def measure_growth(place: Place, scale: float) -> tuple[dict[str, Any], list[Goal]]:
    """A quarter, half and the whole of `scale`: seconds a million rows, and the peak of a worker."""
    points: dict[str, Any] = {}
    peaks: list[str] = []
    months: list[Month] = []
    for times in (1, 2, 4):
        month = Month(place, scale * times / 4)
        months.append(month)
        month.prepare()
        month.run_ours()
        points[f"{times}x"] = month.ours.shown() | {"rows": month.rows}
        largest = max(file.rows(month.scale) for file in FILES if file.form == "xlsx")
        peaks.append(
            f"{times} 倍（档案 {month.county.persons:,} 人，最大的 xlsx {largest:,} 行）"
            f"各进程依次读完每个文件后的内存峰值：{month.peaks}"
        )
    per_row = {name: point["cpu"] / point["rows"] for name, point in points.items()}
    goals = [
        Goal("1 倍到 4 倍：每行 CPU 时间之比", per_row["4x"] / per_row["1x"], 1.2),
        Goal("1 倍到 4 倍：工作进程内存之比", points["4x"]["peak_mb"] / points["1x"]["peak_mb"], 1.2),
    ]
    goals[1].why = peaks if goals[1].missed else []
    if goals[0].missed:
        for times, month in ((1, months[0]), (4, months[-1])):
            month.run_ours(profile=True)
            goals[0].why += [f"{times} 倍：", *month.profiles]
    return points, goals
