"""Somebody who has a keyboard and no mouse: where he is must show at every step, and nothing may hold him."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import FileChooser, Locator, Page, expect
from walks import Mouse

PATIENCE = 300
# The parts of a field for a date or a month are steps of their own.
STEPS_IN_ONE = 8


class Keys(Mouse):
    """Goes by Tab and Shift+Tab, presses by Enter, ticks by space, chooses by arrows."""

    def __init__(self, page: Page) -> None:
        self.page = page
        # What shows by degrees is not yet to be seen when it is asked for.
        page.emulate_media(reduced_motion="reduce")
        # From now on: to begin to listen only when the key is pressed would be too late at times.
        page.on("filechooser", lambda chooser: None)

    def tap(self, key: str) -> dict[str, Any]:
        """One key; then what is focused, with the faults of this step."""
        self.page.keyboard.press(key)
        now: dict[str, Any] = self.page.evaluate(_STEP)
        assert not now["faults"], f"{self.page.url}: {now['faults']}"
        return now

    def skip(self) -> None:
        """Past the menu: the first stop of a page is the link to its text."""
        self.tap("Tab")
        expect(self.page.locator(".sw-skip")).to_be_focused()
        expect(self.page.locator(".sw-skip")).to_be_in_viewport(ratio=1)
        self.page.keyboard.press("Enter")
        assert self.tap("Tab")["in_main"]

    def go(self, target: Locator) -> None:
        """Step by step to something, forwards or back, as it lies."""
        goal = target.element_handle()
        where = self.page.evaluate(_WAY, goal)
        stood, last = 0, None
        for _ in range(PATIENCE):
            if where == "there":
                return
            now = self.tap("Tab" if where == "on" else "Shift+Tab")
            stood = stood + 1 if now["at"] == last else 0
            assert stood < STEPS_IN_ONE, f"{self.page.url}: held at {now['at']}"
            last, where = now["at"], self.page.evaluate(_WAY, goal)
        raise AssertionError(f"{self.page.url}: not reached: {target}")

    def press(self, target: Locator) -> None:
        self.go(target)
        self.page.keyboard.press("Enter")

    def tick(self, target: Locator) -> None:
        self.go(self._stop_of(target))
        if not target.is_checked():
            self.page.keyboard.press("Space")
        for _ in range(12):
            if target.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{self.page.url}: not ticked: {target}")

    def _stop_of(self, target: Locator) -> Locator:
        """The radio button of the same question that Tab stops at: the chosen one, or any when none is."""
        name = target.get_attribute("name")
        chosen = target.page.locator(f'input[type=radio][name="{name}"]:checked')
        return chosen.first if target.get_attribute("type") == "radio" and chosen.count() else target

    def choose(self, target: Locator, value: str = "") -> None:
        """By arrows, down to the value, or to the first that is one."""
        self.go(target)
        for _ in range(PATIENCE):
            if target.input_value() == value if value else target.input_value():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{self.page.url}: no {value}")

    def write(self, target: Locator, value: str) -> None:
        self.go(target)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(value)

    def attach(self, target: Locator, file: Any) -> None:
        self.go(target)
        with self.page.expect_file_chooser() as opened:
            self.page.keyboard.press("Enter")
        chooser: FileChooser = opened.value
        chooser.set_files(file)

    def once_round(self) -> int:
        """Through all that can be reached and out at the end, then one step back in; how many stops there were."""
        self.page.evaluate("document.activeElement.blur()")
        last, stood = None, 0
        for stops in range(PATIENCE):
            now = self.tap("Tab")
            if now["at"] is None and stops:
                assert self.tap("Shift+Tab")["at"] is not None
                return stops
            stood = stood + 1 if now["at"] == last else 0
            assert stood < STEPS_IN_ONE, f"{self.page.url}: held at {now['at']}"
            last = now["at"]
        raise AssertionError(f"{self.page.url}: no end")


# Which way the goal lies from what is focused.
_WAY = """goal => {
  const now = document.activeElement;
  if (now === goal) return "there";
  return now === document.body || now.compareDocumentPosition(goal) & Node.DOCUMENT_POSITION_FOLLOWING ? "on" : "back";
}"""

# What is focused is in the window, and what was focused before looked different while it was. A box that is hidden behind
# its words is seen by them.
_STEP = """() => {
  const looks = one => [one, one.closest("label, .sw-photo--add")].filter(Boolean).map(each => {
    const style = getComputedStyle(each);
    const outline = style.outlineStyle === "none" ? "" : `${style.outlineStyle} ${style.outlineWidth} ${style.outlineColor}`;
    return `${outline}/${style.boxShadow}`;
  }).join();
  const faults = [], now = document.activeElement, was = window.swWasAt;
  if (was && was.one !== now && was.one.isConnected && was.one.checkVisibility() && looks(was.one) === was.looks) {
    faults.push(`not to be seen that it was focused: ${was.one.outerHTML.slice(0, 160)}`);
  }
  if (now === document.body) {
    window.swWasAt = null;
    return {at: null, in_main: false, faults};
  }
  const seen = now.matches("label input") ? now.closest("label") : now, box = seen.getBoundingClientRect();
  if (!box.width || box.bottom < 1 || box.right < 1 || box.top >= innerHeight || box.left >= innerWidth) {
    faults.push(`out of sight: ${now.outerHTML.slice(0, 160)}`);
  }
  window.swStops = window.swStops || new Map();
  if (!window.swStops.has(now)) window.swStops.set(now, `${window.swStops.size}: ${now.outerHTML.slice(0, 80)}`);
  window.swWasAt = {one: now, looks: looks(now)};
  return {at: window.swStops.get(now), in_main: Boolean(now.closest("main")), faults};
}"""
