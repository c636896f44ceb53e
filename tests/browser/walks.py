"""What a person does at a browser: fills in forms, takes photos, goes through a visit."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image
from playwright.sync_api import Locator, Page, expect


def picture() -> dict[str, Any]:
    """A photo as a phone takes it."""
    content = BytesIO()
    Image.new("RGB", (1600, 1200), (120, 160, 120)).save(content, "JPEG")
    return {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def fill(form: Locator, values: dict[str, Any]) -> None:
    """Fields by their names, as a person would: typed, chosen, ticked or attached."""
    for name, value in values.items():
        field = form.locator(f'[name="{name}"]')
        kind = field.first.get_attribute("type")
        if kind == "file":
            field.set_input_files(value)
        elif kind in ("checkbox", "radio"):
            for one in value if isinstance(value, list) else [value]:
                form.locator(f'[name="{name}"][value="{one}"]').check(force=True)
        elif field.first.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def send(page: Page, values: dict[str, Any]) -> None:
    """The form of the page, filled in and sent without a fault."""
    form = page.locator("main form").last
    fill(form, values)
    form.get_by_role("button").last.click()
    page.wait_for_load_state()
    expect(page.locator(".sw-errors")).to_have_count(0)


def visit(page: Page) -> None:
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
            hand_in.last.click()
            expect(page).not_to_have_url(before, timeout=30_000)
            return
        if forward.count():
            forward.first.click()
        elif section.count():
            answer(page)
    raise AssertionError(page.locator("main").inner_text())


def answer(page: Page) -> None:
    """The section that is open: the first answer to each question that must have one, photos and reasons for signatures."""
    form = page.locator("form[data-answers]:visible").first
    name = form.get_attribute("data-section") or ""
    if name == "proof":
        page.locator("input[type=file]").first.set_input_files(picture())
        expect(page.locator(".sw-photo img")).to_have_count(1)
        for details in page.locator("details[data-sign]").all():
            if details.get_attribute("open") is None:
                details.locator("summary").click()
            details.locator("select").select_option(index=1)
    amounts = {"income": {"wage": "36000"}, "spending": {"medical": "8000"}}
    fill(form, amounts.get(name, {}))
    for question in form.locator("fieldset[data-needed]").all():
        if not question.locator(":checked").count():
            question.locator("input").first.check(force=True)
    for field in form.locator("div[data-needed] input").all():
        if not field.input_value():
            field.fill("1")
    if (companions := form.locator('[name="companions"]')).count():
        companions.first.check(force=True)
    form.locator("button").last.click()
    page.locator(f'form[data-answers][data-section="{name}"]').wait_for(state="hidden")
