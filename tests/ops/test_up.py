"""`manage.py up` for real: everything answers, what dies comes back, and nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.checks import SAID

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"), pytest.mark.slow]


class Site:
    """One `up` in a folder and on a port of its own; its processes are known by a mark in their environment."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.mark = f"SHOUWANG_TEST={uuid.uuid4().hex}"
        self.log = folder / "up.log"
        unwanted = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_KEYS", "ALLOWED_HOSTS", "HTTPS", "DEBUG"}
        # Another test of this process may have started a server in it, which leaves its mark in the environment.
        unwanted |= {SAID}
        self.environment = {key: value for key, value in os.environ.items() if key not in unwanted}
        self.environment |= {"DATA_DIR": str(folder), "SHOUWANG_TEST": self.mark.partition("=")[2]}
        self.command = [sys.executable, "manage.py", "up", "--port", str(self.port)]

    def start(self, command: list[str] | None = None) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command or self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        return self.process

    def pids(self, *words: str) -> set[int]:
        """Living processes that carry the mark and whose command line has all the words."""
        return {
            int(folder.name)
            for folder in Path("/proc").iterdir()
            if folder.name.isdigit()
            and self.mark.encode() in _read(folder / "environ").split(b"\0")
            and all(word.encode() in _read(folder / "cmdline") for word in words)
        }

    def answer(self, path: str) -> tuple[int, dict[str, str]]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except OSError:
            return 0, {}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def until(happened: Callable[[], object], log: Path, seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("up")


@pytest.fixture
def site(folder: Path) -> Iterator[Site]:
    site = Site(folder)
    yield site
    for pid in site.pids():
        os.kill(pid, signal.SIGKILL)


def test_it_serves_revives_the_dead_and_leaves_nothing_behind(site: Site) -> None:
    process = site.start()
    until(lambda: site.answer("/healthz")[0] == 200, site.log)
    assert site.answer("/readyz") == (200, {"status": "ok", "database": "ok", "broker": "ok", "disk": "ok"})
    # Two processes write to this log, so neither line waits for the other.
    until(lambda: all(line in site.log.read_text() for line in ("已启动", "仅供试用")), site.log)

    (worker,) = site.pids("celery", "worker")
    until(lambda: site.pids("celery", "beat"), site.log)
    os.kill(worker, signal.SIGKILL)
    until(lambda: site.pids("celery", "worker") - {worker}, site.log)
    until(lambda: "后台任务 意外退出" in site.log.read_text(), site.log)

    process.send_signal(signal.SIGTERM)
    assert process.wait(120) == 0, site.log.read_text()
    assert site.pids() == set()


def test_killing_the_starter_outright_stops_everything_too(site: Site) -> None:
    """As when somebody ends `make demo` with SIGKILL."""
    starter = site.start(["sh", "-c", " ".join(site.command) + " --with-parent; true"])
    until(lambda: site.answer("/healthz")[0] == 200, site.log)
    starter.kill()
    starter.wait()
    until(lambda: not site.pids(), site.log)


def test_killing_the_runner_outright_leaves_no_process(site: Site) -> None:
    process = site.start()
    until(lambda: site.answer("/healthz")[0] == 200, site.log)
    process.kill()
    process.wait()
    until(lambda: not site.pids(), site.log)


def test_a_taken_port_is_refused_in_one_line(site: Site) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", site.port))
        taken.listen()
        assert site.start().wait(240) == 2
    assert site.log.read_text().strip().splitlines() == [
        f"不能使用 127.0.0.1:{site.port}（多半已被占用）。请换一个端口，例如 make demo PORT={site.port + 1}。"
    ]
