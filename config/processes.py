"""A small runner of the program's own processes: start them, restart what dies, stop all of them together."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
STOP_SECONDS = 20.0
# A process that dies this often within a minute will not come up by itself.
MOST_DEATHS = 5
LOOK_SECONDS = 0.2


def die_with_parent(parent: int | None = None) -> None:
    """Ask Linux for a SIGTERM when the parent process ends, even by SIGKILL; elsewhere do nothing.

    `parent` is the expected parent: if it is gone already, end at once.
    """
    if LIBC is None:
        return
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


@dataclass
class Program:
    """One process to keep running: its name, its command line and when it died lately."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self) -> None:
        parent = os.getpid()
        # The hook only makes one system call, which is safe between fork and exec.
        hook = (lambda: die_with_parent(parent)) if LIBC else None
        # A session of its own: Ctrl-C is the runner's alone, which then stops everybody once. A gunicorn that got both
        # it and the runner's SIGTERM was seen to hang.
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, stdin=subprocess.DEVNULL, preexec_fn=hook, start_new_session=True
        )

    def has_died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def note_death(self, now: float) -> int:
        """Remember the death; how many there were within the last minute."""
        self.deaths = [moment for moment in self.deaths if now - moment < 60] + [now]
        return len(self.deaths)

    def stop(self, sign: signal.Signals) -> None:
        if self.process and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(sign)


class Runner:
    """Keeps programs running until SIGTERM or SIGINT; `say` tells the person what happens."""

    def __init__(self, programs: list[Program], say: Callable[[str], None]) -> None:
        self.programs = programs
        self.say = say
        self.stopping = False

    def run(self, announce: Callable[[], bool]) -> int:
        """Run until told to stop. `announce` is asked until it says that it has. Exit status: 0, or 1 on giving up."""
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, self._ask_to_stop)
        try:
            for program in self.programs:
                program.start()
            announced = False
            while not self.stopping:
                if not self._revive():
                    return 1
                announced = announced or announce()
                time.sleep(LOOK_SECONDS)
            return 0
        finally:
            self._stop_all()

    def _ask_to_stop(self, number: int, frame: object) -> None:
        self.stopping = True

    def _revive(self) -> bool:
        """Restart the dead; False when one of them dies too often."""
        for program in self.programs:
            if self.stopping or not program.has_died():
                continue
            if program.note_death(time.monotonic()) >= MOST_DEATHS:
                self.say(f"{program.name} 一分钟内退出了 {MOST_DEATHS} 次，停止运行。请看上面的错误信息。")
                return False
            self.say(f"{program.name} 意外退出，重新启动。")
            program.start()
        return True

    def _stop_all(self) -> None:
        """Ask everybody to end, wait, then end those who did not."""
        for program in self.programs:
            program.stop(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for program in self.programs:
            if program.process is None:
                continue
            try:
                program.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                program.process.kill()
                program.process.wait()
