"""Papers to fill in by hand fit the pages that they are meant for: no page with nothing but the signatures."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from builders import make_household
from chrome import HANDY, Desk
from django.urls import reverse

from accounts.models import User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.mark.parametrize(("name", "pages"), [("followup", 1), ("visit", 2), ("application", 2)])
def test_a_form_takes_as_many_pages_as_it_needs(
    desk: Callable[..., Desk], owner: User, village: Any, name: str, pages: int
) -> None:
    household = make_household(village, members=[{"name": f"张{place}"} for place in "一二三四"])
    page = desk(owner).open(reverse("household-blank", args=[household.uid, name]))
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))) == pages


def test_a_wide_paper_is_drawn_aside_on_a_phone(desk: Callable[..., Desk], owner: User, village: Any) -> None:
    """Its tables keep words on a line and scroll under the finger; the page itself and the heading stay."""
    household = make_household(village, members=[{"name": f"张{place}"} for place in "一二三四"])
    page = desk(owner, HANDY).open(reverse("household-collection", args=[household.uid]))
    assert page.evaluate("document.documentElement.scrollWidth") <= HANDY["width"]
    head = page.get_by_role("columnheader", name="在校生情况").bounding_box()
    assert head
    assert head["width"] > 2 * head["height"] / 3, "几个字一行，不是一个字一行"
    page.locator(".pp--scroll").evaluate("sheet => sheet.scrollLeft = 400")
    title = page.get_by_role("heading", level=1).bounding_box()
    assert title
    assert title["x"] >= 0
    assert title["x"] + title["width"] <= HANDY["width"]


def test_the_number_of_an_objection_stands_on_one_line(
    desk: Callable[..., Desk], moving_clock: Any, village: Any, hire: Callable[..., User]
) -> None:
    from journeys import make_office

    office = make_office(moving_clock, village, hire)
    case = office.posted(office.prepared(office.case_of(office.verified(make_household(office.village)))))
    office.do(case, "object", office.owner, data={"content": "反映该户有固定收入，请核实"})
    page = desk(office.owner, HANDY).open(reverse("case-paper", args=[case.uid, "objections"]))
    cell = page.get_by_role("cell", name=f"{case.number}-1")
    assert cell.evaluate("cell => { const r = document.createRange(); r.selectNodeContents(cell);"
                         " return new Set([...r.getClientRects()].map(box => box.top)).size }") == 1  # fmt: skip
