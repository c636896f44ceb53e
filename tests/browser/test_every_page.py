"""Every page that somebody can reach by links: it answers, fits a phone, has no serious fault for those who use a
screen reader or the keyboard, breaks no content policy, and stays light."""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urldefrag, urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from chrome import DESK, PHONE, ZOOMED, County
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Page, Request
from walks import cut_off

pytestmark = [pytest.mark.embedded, pytest.mark.slow, pytest.mark.xdist_group("county")]

# By their names in the list of logins; of the two villages the first.
ROLES = (
    "县级主管部门",
    "乡镇工作人员",
    "乡镇分管领导",
    "帮扶责任人",
    "村级监测员",
    "部门联络员",
    "审计监督",
    "系统管理员",
)
FIRST_VISIT_KB, LATER_KB = 300, 50
_LEAKS = re.compile(r"\bNone\b|\bnan\b|Traceback|\{\{|\{%")
_LINKS = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"')
# What a page is made of: every element with its classes.
_PARTS = re.compile(r'<(\w+)(?:[^>]*?\bclass="([^"]*)")?')
# The grave faults that axe finds. The first rows of a table stand for the others.
_AXE = """contrast => axe.run(
  {exclude: [["tbody tr:nth-child(n+6)"], ["li:nth-child(n+9)"]]},
  {resultTypes: ["violations"], rules: {"color-contrast": {enabled: contrast}}},
).then(found => found.violations.filter(fault => ["serious", "critical"].includes(fault.impact))
  .map(fault => `${fault.id}：${fault.nodes[0].html.slice(0, 160)}`))"""
# What was looked at of every kind of page, by whomever.
_looked: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)


def kind_of(path: str) -> str:
    try:
        return resolve(urlsplit(path).path).url_name or path
    except Resolver404:
        return path


class Watched:
    """A tab that writes down what goes wrong in it."""

    def __init__(self, page: Page) -> None:
        self.page, self.faults, self.where = page, [], ""
        self._line = page.context.new_cdp_session(page)
        page.on("console", lambda message: message.type == "error" and self.note(f"控制台：{message.text}"))
        page.on("pageerror", lambda error: self.note(f"脚本：{error}"))
        page.on("requestfailed", self._missed)

    def _missed(self, request: Request) -> None:
        """What is still on its way when the next page is opened is broken off, not missed."""
        if request.failure != "net::ERR_ABORTED":
            self.note(f"取不到：{request.url}")

    def note(self, fault: str) -> None:
        self.faults.append(f"{self.where} {fault}")

    def visit(self, path: str) -> list[str] | None:
        """Ask for a page, and show it where it has what was not looked at before; the addresses it links to. None for
        a download."""
        self.where = path
        answer = self.page.request.get(path)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            return None
        if answer.status != 200:
            self.note(f"状态 {answer.status}")
        text = answer.text()
        for leak in set(_LEAKS.findall(text)):
            self.note(f"页面上有 {leak}")
        looked, parts = _looked[kind_of(path)], set(_PARTS.findall(text))
        # The workbench is looked at for everybody: its frame, with his own menu, is that of all his pages.
        if path == "/" or not parts <= looked:
            self.page.route(answer.url, lambda route: route.fulfill(response=answer), times=1)
            self.look(answer.url)
            looked |= parts
        return [unescape(link) for link in _LINKS.findall(text)]

    def look(self, path: str) -> None:
        """Open a page once, and see it at a desk, there at 200 % and on a phone."""
        self.where = path
        self.page.goto(path)
        # Sheets that are printed together have a title each.
        titles, sheets = self.page.locator("h1:visible").count(), self.page.locator(".pp").count()
        if not 1 <= titles <= max(1, sheets):
            self.note(f"有 {titles} 个大标题")
        self.axe("桌面")
        for name, window in (("放大到 200%", ZOOMED), ("手机", PHONE)):
            self.resize(**window)
            for fault in cut_off(self.page):
                self.note(f"{name}：{fault}")
        # To compare colours takes longest; most are those of the desk.
        self.axe("手机", contrast=kind_of(path) == "home")
        self.resize(**DESK)

    def resize(self, width: int, height: int, scale: int = 1) -> None:
        """The same page in another window; Playwright itself cannot change the scale of an open one."""
        window = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
        self._line.send("Emulation.setDeviceMetricsOverride", window)

    def axe(self, width: str, *, contrast: bool = True) -> None:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        for fault in self.page.evaluate(_AXE, contrast):
            self.note(f"{width} {fault}")


def reachable(watched: Watched) -> Iterator[str]:
    """Pages by links from the workbench, one of every kind."""
    seen: set[str] = {"/"}
    waiting, opened = deque(["/"]), set[str]()
    while waiting:
        path = waiting.popleft()
        kind = kind_of(path)
        if kind in opened:
            continue
        links = watched.visit(path)
        if links is None:
            continue
        opened.add(kind)
        yield path
        for link in links:
            address = _inside(path, link)
            if address and address not in seen:
                seen.add(address)
                waiting.append(address)


def _inside(path: str, link: str) -> str:
    """The link as a path of this site, '' for what leads elsewhere."""
    link = urldefrag(link)[0]
    if link.startswith("?"):
        return f"{urlsplit(path).path}{link}"
    return link if link.startswith("/") and not link.startswith(("/static/", "/api/", "/logout")) else ""


@pytest.mark.parametrize("role", ROLES)
def test_every_page_that_a_role_reaches_holds(chromium: Browser, county: County, role: str) -> None:
    watched = Watched(county.sign_in(chromium, role).new_page())
    opened = list(reachable(watched))
    watched.page.close()
    assert not watched.faults, "\n".join(watched.faults)
    assert len(opened) >= 3


def loads(browser: Browser, county: County, role: str, path: str) -> tuple[int, int]:
    """The bytes that a page takes over the line, with an empty cache and with a warm one."""
    context = browser.new_context(base_url=county.address, storage_state=county.sign_in(browser, role).storage_state())
    page = context.new_page()
    sizes: list[int] = []
    client = context.new_cdp_session(page)
    client.send("Network.enable")
    client.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    totals = []
    for _ in range(2):
        sizes.clear()
        page.goto(path, wait_until="networkidle")
        totals.append(sum(sizes))
    context.close()
    return totals[0], totals[1]


@pytest.mark.parametrize("path", ["/", "/households/", "/clues/", "/cases/", "/dashboard/"])
def test_a_page_is_light(chromium: Browser, county: County, path: str) -> None:
    first, later = loads(chromium, county, "县级主管部门", path)
    assert first <= FIRST_VISIT_KB * 1024
    assert later <= LATER_KB * 1024


def test_the_visit_opens_in_two_seconds_on_a_poor_line(chromium: Browser, county: County) -> None:
    """400 kbit/s carry 100,000 bytes in two seconds; a phone that was here before has all but the page itself."""
    page = county.sign_in(chromium, "村级监测员").new_page()
    page.goto("/households/")
    household = page.locator("tbody a").first.get_attribute("href")
    page.close()
    first, later = loads(chromium, county, "村级监测员", f"{household}visit/")
    assert first <= 95_000
    assert later <= 20_000


def test_pages_without_a_sign_in_hold(chromium: Browser, county: County) -> None:
    watched = Watched(chromium.new_context(base_url=county.address, viewport=DESK).new_page())
    watched.look("/login/")
    assert watched.faults == []


def test_a_page_that_is_not_there_says_so(chromium: Browser, county: County) -> None:
    page: Any = county.sign_in(chromium, "村级监测员").new_page()
    answer = page.goto("/clues/00000000-0000-0000-0000-000000000000/")
    assert answer.status == 404
    assert page.locator("h1").inner_text()
    page.close()
