"""A process that is killed in the middle of an import leaves the state before or the state after, nothing between."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from import_files import feed_row, headings, number, write_csv

ROOT = Path(__file__).parents[2]
ROWS = 6_000


class Program:
    """manage.py with a database and a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "db.sqlite3"
        self.data = folder / "data"
        self.environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{self.database}",
            "DATA_DIR": str(self.data),
        }

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def run(self, *arguments: str) -> bytes:
        process = self.start(*arguments)
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        return out

    def wait_for_scratch(self, process: subprocess.Popen[bytes]) -> None:
        """Until the import is under way: its rows are being kept."""
        while process.poll() is None and not list(self.data.glob("evidence/.new-*")):
            time.sleep(0.01)

    def state(self) -> tuple[list[Any], int, int]:
        """Batches, rows that belong to no batch, rows of the current one."""
        with sqlite3.connect(self.database) as connection:
            batches = connection.execute("SELECT state, accepted FROM monitoring_feedbatch ORDER BY id").fetchall()
            astray = (
                "SELECT COUNT(*) FROM monitoring_feedrow WHERE batch_id NOT IN (SELECT id FROM monitoring_feedbatch)"
            )
            current = (
                "SELECT COUNT(*) FROM monitoring_feedrow r JOIN monitoring_feedbatch b ON b.id = r.batch_id"
                " WHERE b.state = 'current'"
            )
            return batches, connection.execute(astray).fetchone()[0], connection.execute(current).fetchone()[0]


@pytest.mark.slow
def test_a_killed_import_leaves_before_or_after(tmp_path: Path) -> None:
    program = Program(tmp_path)
    program.run("migrate")
    first = write_csv(tmp_path / "first.csv", [headings("water"), feed_row("water", number(1))])
    program.run("import_feed", "water", str(first), "--period", "2026-10")
    before = program.state()
    assert before == ([("current", 1)], 0, 1)
    rows = [feed_row("water", number(i % 900, f"1990{i // 900 + 1:02}01"), 问题=str(i)) for i in range(ROWS)]
    second = write_csv(tmp_path / "second.csv", [headings("water"), *rows])
    after = ([("replaced", 1), ("current", ROWS)], 0, ROWS)
    seen = set()
    for delay in (0.0, 0.15, 0.4):
        process = program.start("import_feed", "water", str(second), "--period", "2026-10", "--json")
        program.wait_for_scratch(process)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for left in program.data.glob("evidence/.new-*"):
            left.unlink()
        state = program.state()
        assert state in (before, after), delay
        seen.add(str(state))
    # And it can be done again at once, whatever the killed ones left on the disk.
    answer = json.loads(
        program.run("import_feed", "water", str(second), "--period", "2026-10", "--json").splitlines()[-1]
    )
    assert answer["accepted"] == ROWS
    assert program.state() == after
    assert str(before) in seen
