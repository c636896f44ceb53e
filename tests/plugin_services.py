"""What the whole suite shares about databases and workers: a SQLite file like the embedded default's, a real Celery
worker on the tests' database, and no silent skip in CI. Loaded by tests/conftest.py."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connections

ROOT = Path(__file__).parent.parent
IN_CI = os.environ.get("CI") == "true"


def take_own_redis() -> None:
    """With xdist every process gets a Redis database of its own, so that no worker takes another's messages."""
    process = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not process or not django_settings.REDIS_URL:
        return
    server, _, number = django_settings.REDIS_URL.rpartition("/")
    url = f"{server}/{(int(number) - 1 - int(process.removeprefix('gw'))) % 16}"
    django_settings.REDIS_URL = django_settings.CELERY_BROKER_URL = url
    django_settings.CACHES["default"]["LOCATION"] = url


take_own_redis()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """In CI a test that cannot run is a failure: nobody reads the list of skips."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, which CI does not allow: {report.longrepr}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a real worker run one after the other: with --dist loadgroup in one process."""
    for item in items:
        if "celery_worker" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("worker"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file, so that WAL, immediate transactions and a second process are what they are outside tests."""
    for connection in connections.all(initialized_only=False):
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(
                tmp_path_factory.mktemp("database") / "test_shouwang.sqlite3"
            )


class Worker:
    """A real Celery worker, solo pool, on the tests' database and a broker of its own."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.environment = environment
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-P", "solo", "-l", "INFO"]
        command += ["--without-gossip", "--without-mingle", "--without-heartbeat", *arguments]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        said = self.log.stat().st_size
        self.until(lambda: " ready." in self.log.read_bytes()[said:].decode(errors="replace"), seconds=240)
        return self.process

    def kill(self) -> None:
        """As a power cut would: the worker and its children, at once."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def until(self, happened: Callable[[], Any], seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while not happened():
            assert self.process is None or self.process.poll() is None, self._tail()
            assert time.monotonic() < deadline, self._tail()
            time.sleep(0.05)

    def _tail(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]


@pytest.fixture
def celery_worker(transactional_db: None, data_dir: Path, tmp_path: Path) -> Iterator[Worker]:
    """A worker that is not started yet: `celery_worker.start()`, `.kill()`, `.until(condition)`.

    Messages that the test sends go to the same broker: the embedded one in the test's DATA_DIR, or the Redis that
    REDIS_URL names, emptied before and after.
    """
    environment = os.environ | {
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": _test_database_url(),
        "REDIS_URL": django_settings.REDIS_URL,
        "PYTHONUNBUFFERED": "1",
    }
    worker = Worker(environment, tmp_path / "worker.log")
    _empty_broker()
    yield worker
    worker.kill()
    _empty_broker()


def _test_database_url() -> str:
    """The address of the database that this test process uses (a `test_…` one), for another process."""
    settings = connections["default"].settings_dict
    if connections["default"].vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    place = f"{settings['HOST'] or 'localhost'}:{settings['PORT'] or 5432}"
    return f"postgres://{settings['USER']}:{settings['PASSWORD']}@{place}/{settings['NAME']}"


def _empty_broker() -> None:
    from config.celery import app

    app.control.purge()
