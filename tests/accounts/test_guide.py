"""The guide in the program: a chapter for every role, no dead link in it, and help that leads to the right place."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Department, Role, User
from accounts.views.guide import CHAPTERS, FOLDER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.mark.parametrize("role", Role.values)
def test_every_role_has_a_chapter_of_its_own(client: Client, hire: Callable[..., User], role: str) -> None:
    department = Department.WATER if role == Role.LIAISON else ""
    client.force_login(hire("reader", role, "990101000000", department=department))
    answer = client.get(reverse("guide"), follow=True)
    assert answer.status_code == 200
    assert answer.request["PATH_INFO"] != reverse("guide-chapter", args=["start"])


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.slug)
def test_a_chapter_leads_nowhere_that_is_not_there(client: Client, bureau: User, chapter: Any) -> None:
    client.force_login(bureau)
    page = client.get(reverse("guide-chapter", args=[chapter.slug])).content.decode()
    text = page[page.index("<article") : page.index("</article>")]
    assert text.count("<h1") == 1
    assert 'src="shots/' not in text and '.md"' not in text
    for picture in re.findall(r"/guide/([\w.-]+)\"", text):
        assert (FOLDER / "shots" / picture).is_file(), picture
    for address in set(re.findall(r'href="(/[^"#]*)', text)):
        assert client.get(address).status_code in (200, 302), address


def test_help_opens_at_the_heading_about_the_page(client: Client, bureau: User) -> None:
    client.force_login(bureau)
    about = client.get(reverse("guide"), {"about": "run-list"}).headers["Location"]
    nothing = client.get(reverse("guide"), {"about": '"><script>'}).headers["Location"]
    assert about == reverse("guide-chapter", args=["county"]) + "#run-list"
    assert nothing == reverse("guide-chapter", args=["county"])


@pytest.mark.parametrize(
    ("page", "heading"),
    [
        ("book-upload", "book-list"),
        ("line-detail", "book-list"),
        ("problem-step", "problem-list"),
        ("quality-fault", "quality-overview"),
        ("quality-exemption", "quality-exemptions"),
        ("closing-difference", "closing-difference"),
        ("edition-detail", "edition-list"),
        ("layout-detail", "ledger-layout"),
        ("indicator-detail", "indicator-list"),
    ],
)
def test_a_page_without_a_heading_is_told_of_where_its_subject_is(
    client: Client, bureau: User, page: str, heading: str
) -> None:
    client.force_login(bureau)
    assert client.get(reverse("guide"), {"about": page}).headers["Location"].endswith(f"#{heading}")


@pytest.mark.parametrize("slug", ["village", "township", "county", "auditor"])
def test_every_place_s_chapter_speaks_of_closing_books_problems_quality_and_indicators(slug: str) -> None:
    text = (FOLDER / f"{slug}.md").read_text(encoding="utf-8")
    for page in ("closing-board", "book-list", "problem-list", "quality-overview", "indicator-list", "ledger-list"):
        assert f"{{#{page}}}" in text, page


def test_an_unknown_chapter_is_not_there(client: Client, bureau: User) -> None:
    client.force_login(bureau)
    assert client.get("/help/nothing/").status_code == 404
