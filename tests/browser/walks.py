"""What a person does at a browser: fills in forms, takes photos, goes through a visit."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import Any

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from households.models import Person
from monitoring.feeds import FEEDS


def picture() -> dict[str, Any]:
    """A photo as a phone takes it."""
    content = BytesIO()
    Image.new("RGB", (1600, 1200), (120, 160, 120)).save(content, "JPEG")
    return {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def costs(person: Person) -> dict[str, Any]:
    """October's file of the medical insurance: the person with a large sum of his own, and a number that is none."""
    feed = FEEDS["medical_costs"]
    sample = {"date": "2026-10-05", "number": "60000", "text": "住院", "id": "无"}
    rest = [sample[column.kind] for column in feed.columns]
    rows = [
        ["姓名", feed.id_column, *(column.name for column in feed.columns)],
        [person.name, person.id_number, *rest],
        ["李明", "990101198001010000", *rest],
    ]
    out = StringIO(newline="")
    csv.writer(out).writerows(rows)
    return {"name": "10月.csv", "mimeType": "text/csv", "buffer": out.getvalue().encode("utf-8-sig")}


class Mouse:
    """How somebody with a mouse or a finger does it; keys.Keys is the other way."""

    def press(self, target: Locator) -> None:
        target.click()

    def tick(self, target: Locator) -> None:
        target.check(force=True)

    def choose(self, target: Locator, value: str = "") -> None:
        """A value of a list, or the first that is one."""
        target.select_option(value) if value else target.select_option(index=1)

    def write(self, target: Locator, value: str) -> None:
        target.fill(value)

    def attach(self, target: Locator, file: Any) -> None:
        target.set_input_files(file)


MOUSE = Mouse()


def fill(form: Locator, values: dict[str, Any], hand: Mouse = MOUSE) -> None:
    """Fields by their names, as a person would: typed, chosen, ticked or attached."""
    for name, value in values.items():
        field = form.locator(f'[name="{name}"]')
        kind = field.first.get_attribute("type")
        if kind == "file":
            hand.attach(field, value)
        elif kind in ("checkbox", "radio"):
            for one in value if isinstance(value, list) else [value]:
                hand.tick(form.locator(f'[name="{name}"][value="{one}"]'))
        elif field.first.evaluate("field => field.tagName") == "SELECT":
            hand.choose(field, value)
        else:
            hand.write(field, value)


def send(page: Page, values: dict[str, Any]) -> None:
    """The form of the page, filled in and sent without a fault."""
    form = page.locator("main form").last
    fill(form, values)
    form.get_by_role("button").last.click()
    page.wait_for_load_state()
    expect(page.locator(".sw-errors")).to_have_count(0)


def by_menu(page: Page, title: str) -> Page:
    """The page behind an entry of the navigation: at the side of a desk, under 全部 on a phone."""
    if (more := page.locator(".sw-more summary")).is_visible():
        more.click()
    page.locator(".sw-side:visible, .sw-more__l:visible").get_by_role("link", name=title).click()
    expect(page.locator("h1")).to_be_visible()
    return page


def fits(page: Page) -> None:
    """The page is as wide as its window at most, and nothing that can be pressed is cut off at its side."""
    cut = cut_off(page)
    assert not cut, f"{page.url}: {cut}"


def cut_off(page: Page) -> list[str]:
    """What can be pressed and is cut off at the side of the window, and how much wider than it the page is."""
    page.wait_for_load_state()  # a click ends when the next page begins to arrive, before it has a body
    return page.evaluate(_CUT)


# What can be pressed and lies beside the window, where nothing scrolls to it; then the page itself.
_CUT = """() => {
  const width = document.documentElement.clientWidth;
  const scrolls = node => node && (/(auto|scroll)/.test(getComputedStyle(node).overflowX) || scrolls(node.parentElement));
  const found = [...document.querySelectorAll("main :is(a, button, input, select, textarea, summary)")].filter(one => {
    const box = one.getBoundingClientRect();
    return one.checkVisibility({visibilityProperty: true}) && box.width && (box.right > width + 1 || box.left < -1) && !scrolls(one);
  }).map(one => one.outerHTML.slice(0, 120));
  if (document.documentElement.scrollWidth > width) found.push(`${document.documentElement.scrollWidth} > ${width}`);
  return found;
}"""


def visit(page: Page, hand: Mouse = MOUSE) -> None:
    """All sections of a visit, whichever comes next, until it is handed in."""
    hand_in, forward = (
        page.locator("[data-submit] button:visible", has_text="交上去"),
        page.locator("[data-next]:visible"),
    )
    section = page.locator("form[data-answers]:visible")
    for _ in range(40):
        hand_in.or_(forward).or_(section).first.wait_for()
        if hand_in.count():
            before = page.url
            hand.press(hand_in.last)
            expect(page).not_to_have_url(before, timeout=30_000)
            return
        if forward.count():
            hand.press(forward.first)
        elif section.count():
            answer(page, hand)
    raise AssertionError(page.locator("main").inner_text())


def answer(page: Page, hand: Mouse = MOUSE) -> None:
    """The section that is open: the first answer to each question that must have one, photos and reasons for signatures."""
    form = page.locator("form[data-answers]:visible").first
    name = form.get_attribute("data-section") or ""
    if name == "proof":
        hand.attach(page.locator("input[type=file]").first, picture())
        expect(page.locator(".sw-photo img")).to_have_count(1)
        for details in page.locator("details[data-sign]").all():
            if details.get_attribute("open") is None:
                hand.press(details.locator("summary"))
            hand.choose(details.locator("select"))
    amounts = {"income": {"wage": "36000"}, "spending": {"medical": "8000"}}
    fill(form, amounts.get(name, {}), hand)
    for question in form.locator("fieldset[data-needed]").all():
        if not question.locator(":checked").count():
            hand.tick(question.locator("input").first)
    for field in form.locator("div[data-needed] input").all():
        if not field.input_value():
            hand.write(field, "1")
    if (companions := form.locator('[name="companions"]')).count():
        hand.tick(companions.first)
    hand.press(form.locator("button").last)
    page.locator(f'form[data-answers][data-section="{name}"]').wait_for(state="hidden")
