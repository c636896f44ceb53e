"""Measured work runs in processes of its own: `python -m benchmarks.child TASK ARGUMENTS` (JSON), stage by stage.

A task is a generator: what comes before its first `yield` is preparation and not measured, every further `yield`
ends a stage. The parent starts each stage with a line on standard input and gets a line of JSON back: wall and CPU
seconds of this process, CPU seconds of its PostgreSQL backend, and the peak memory of the process so far.
"""

from __future__ import annotations

import cProfile
import importlib
import io
import json
import os
import pstats
import sys
import time
import tracemalloc
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

Task = Generator[Any, None, None]
TASKS = {
    "blank": "benchmarks.tasks",
    "county": "benchmarks.tasks",
    "imports": "benchmarks.tasks",
    "floor": "benchmarks.floors",
    "clerk": "benchmarks.clerk",
    "reference": "benchmarks.reference",
    "ledger": "benchmarks.ledger_task",
    "pages": "benchmarks.pages_task",
    "statements": "benchmarks.statements_task",
    "closing": "benchmarks.closing_task",
}
_TICKS = os.sysconf("SC_CLK_TCK")


def main(name: str, arguments: str) -> None:
    """Do one task, a stage for each line that comes."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    given = json.loads(arguments)
    profiled, traced = given.pop("profile", False), given.pop("traced", False)
    task = getattr(importlib.import_module(TASKS[name]), name)(**given)
    _answer(answers, {"value": next(task)})
    for _ in sys.stdin:
        profile = cProfile.Profile(time.process_time) if profiled else None
        if traced:
            tracemalloc.start()
        wall, cpu, backend = time.perf_counter(), time.process_time(), backend_seconds()
        try:
            value = profile.runcall(next, task) if profile else next(task)
        except StopIteration:
            return
        _answer(
            answers,
            {
                "value": value,
                "wall": time.perf_counter() - wall,
                "cpu": time.process_time() - cpu,
                "backend": backend_seconds() - backend,
                "peak_mb": peak_mb(),
                "profile": _shown(profile) if profile else _traced() if traced else "",
            },
        )


def _answer(answers: io.TextIOBase | Any, values: dict[str, Any]) -> None:
    answers.write(json.dumps(values, ensure_ascii=False, default=str) + "\n")
    answers.flush()


def _shown(profile: cProfile.Profile, lines: int = 15) -> str:
    text = io.StringIO()
    pstats.Stats(profile, stream=text).strip_dirs().sort_stats("cumulative").print_stats(lines)
    return text.getvalue()


def _traced(lines: int = 15) -> str:
    """The most memory that the stage held, and the lines whose objects are still there at its end."""
    held, most = tracemalloc.get_traced_memory()
    largest = tracemalloc.take_snapshot().statistics("lineno")[:lines]
    tracemalloc.stop()
    head = f"Python 对象最多占用 {most / 1e6:.1f} MB，结束时 {held / 1e6:.1f} MB，其中最大的："
    return "\n".join([head, *(str(one) for one in largest)])


def peak_mb() -> float:
    """Most memory that this process has held, in MB (of the program itself, not of what it was forked from)."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return 0.0


def backend_seconds() -> float:
    """CPU seconds of this connection's PostgreSQL process; 0 where there is none or it runs elsewhere."""
    connection = getattr(sys.modules.get("django.db"), "connection", None)
    if connection is None or not connection.settings_dict or connection.vendor != "postgresql":
        return 0.0
    if connection.connection is None:
        return 0.0
    with suppress(OSError):
        stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text()
        fields = stat.rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS
    return 0.0


if __name__ == "__main__":
    main(*sys.argv[1:])
