"""A real Chromium against the real program: a small made-up county behind gunicorn, and the tests' own cast behind
Django's live server, where the clock can be moved."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from cast import NOW, PASSWORD
from chrome import ARGUMENTS, CHROMIUM, DESK, ROOT, County, Desk, Served, sign_in
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from config.celery import app

# The journeys through the workflow are told once, in its own tests.
sys.path.append(str(ROOT / "tests" / "workflow"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("没有 Chromium，网页没有在浏览器里测试（Debian：apt-get install chromium）")
    # Playwright keeps a loop running in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # What is expected comes at once or not at all; the usual five seconds are too few on a machine that others use.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """A hundred households after their year, behind gunicorn on the embedded default."""
    folder = tmp_path_factory.mktemp("county")
    unwanted = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_KEYS", "ALLOWED_HOSTS", "HTTPS", "DEBUG"}
    environment = {key: value for key, value in os.environ.items() if key not in unwanted}
    environment |= {"DATA_DIR": str(folder / "data"), "PYTHONPATH": str(ROOT), "COMPILED_STATIC": "true"}
    made = subprocess.run([sys.executable, "-m", "demo", "--households", "100", "--build-only"], cwd=folder,
                          env=environment, capture_output=True, text=True)  # fmt: skip
    assert made.returncode == 0, made.stderr[-2000:]
    lines = [line.split("\t") for line in made.stdout.splitlines() if line.count("\t") == 3]
    logins = {role.strip(): (username, password) for role, _, username, password in reversed(lines[1:])}
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run(collect, cwd=ROOT, env=environment, check=True)
    with Served(environment, folder / "web.log") as address:
        yield County(address, logins)


@pytest.fixture
def desk(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Desk]]:
    """`desk(user, PHONE)` signs a member of the cast in on the live server, through the page."""
    contexts: list[BrowserContext] = []

    def _desk(user: Any, viewport: dict[str, int] = DESK) -> Desk:
        context = chromium.new_context(viewport=viewport, locale="zh-CN", has_touch=viewport is not DESK)
        contexts.append(context)
        page = context.new_page()
        sign_in(page, user.username, PASSWORD, live_server.url)
        return Desk(page, live_server.url)

    yield _desk
    for context in contexts:
        context.close()


@pytest.fixture
def moving_clock() -> Iterator[time_machine.Coordinates]:
    """Begins at NOW and ticks: a browser waits by it."""
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


@pytest.fixture
def done_at_once() -> Iterator[None]:
    """Jobs run where they are ordered; that they run in a worker too is held by tests/ops."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False
