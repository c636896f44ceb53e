"""A browser and what it is pointed at: the made-up county behind gunicorn, or the tests' own live server."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 780}
# The desk's window at 200 %.
ZOOMED = {"width": 720, "height": 450, "scale": 2}
# The phone of most people who have one for their work.
HANDY = {"width": 390, "height": 844}


@dataclass
class County:
    """The made-up county as it is served: its address, and user name and password of somebody of every role."""

    address: str
    logins: dict[str, tuple[str, str]]
    contexts: dict[str, BrowserContext] = field(default_factory=dict)

    def sign_in(self, browser: Browser, role: str) -> BrowserContext:
        """A browser in which somebody of the role is signed in; one for each, kept."""
        if role not in self.contexts:
            context = browser.new_context(base_url=self.address, viewport=DESK, locale="zh-CN")
            sign_in(context.new_page(), *self.logins[role])
            self.contexts[role] = context
        return self.contexts[role]


def sign_in(page: Page, username: str, password: str, address: str = "") -> None:
    page.goto(f"{address}/login/")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(f"{address}/" if address else "**/")


@dataclass
class Desk:
    """One of the tests' cast at a browser; `page` is his only tab."""

    page: Page
    address: str

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.address}{path}")
        return self.page


class Served:
    """gunicorn with one process, for as long as the block lasts."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment, self.log = environment, log

    def __enter__(self) -> str:
        command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{self.port}"]
        command += ["--workers", "1", "--threads", "4", "--no-control-socket", "--log-level", "warning"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        address = f"http://127.0.0.1:{self.port}"
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with suppress(OSError), urllib.request.urlopen(f"{address}/healthz", timeout=5):
                return address
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def __exit__(self, *error: Any) -> None:
        self.process.terminate()
        self.process.wait(30)
