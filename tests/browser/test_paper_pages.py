"""Papers to fill in by hand fit the pages that they are meant for: no page with nothing but the signatures."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from builders import make_household
from chrome import Desk
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
