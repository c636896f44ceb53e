"""The user guide inside the program, because offices work on closed networks: docs/guide, one page for each role."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown import Markdown

from accounts.models import Role
from accounts.scope import scope_of
from accounts.views.base import Page

FOLDER = settings.BASE_DIR / "docs" / "guide"
_EXTENSIONS = ["tables", "attr_list", "toc", "sane_lists"]
_PICTURE = re.compile(r'src="shots/([\w.-]+)"')
_LINK = re.compile(r'href="(?!https?:)(\w+)\.md(#[\w-]*)?"')


@dataclass(frozen=True)
class Chapter:
    """One page of the guide: its file, its title, and the roles that it is written for."""

    slug: str
    title: str
    roles: frozenset[str] = frozenset()

    @property
    def file(self) -> str:
        return "README.md" if self.slug == "start" else f"{self.slug}.md"


CHAPTERS = (
    Chapter("start", "开始使用"),
    Chapter("village", "村级监测员和帮扶责任人", frozenset({Role.VILLAGE_CADRE, Role.HELPER})),
    Chapter("township", "乡镇", frozenset({Role.TOWNSHIP_STAFF, Role.TOWNSHIP_LEADER})),
    Chapter("county", "县级主管部门", frozenset({Role.COUNTY_BUREAU})),
    Chapter("department", "部门联络员", frozenset({Role.LIAISON})),
    Chapter("auditor", "审计监督", frozenset({Role.AUDITOR})),
    Chapter("administrator", "系统管理员", frozenset({Role.ADMINISTRATOR})),
)


# Pages without a heading of their own: where the guide speaks of them. Others by their first word: book-upload by books.
_SPOKEN_OF = {
    "household-blank": "blank-list",
    "household-collection": "blank-list",
    "ledger-cell": "ledger-list",
    "quality-exemption": "quality-exemptions",
}
_SUBJECTS = {
    "book": "book-list",
    "line": "book-list",
    "hotline": "book-list",
    "problem": "problem-list",
    "quality": "quality-overview",
    "closing": "closing-board",
    "edition": "edition-list",
    "layout": "ledger-layout",
    "indicator": "indicator-list",
    "ledger": "ledger-list",
    "export": "export-list",
    "blank": "blank-list",
}


class GuideDoor(Page):
    """`/help/?about=clue-list` leads to the chapter of the user's role, at the heading about that page if it has one,
    else at the one about its subject."""

    def get(self, request: HttpRequest) -> HttpResponse:
        roles = scope_of(self.user).roles
        chapter = next((chapter for chapter in CHAPTERS if chapter.roles & roles), CHAPTERS[0])
        return redirect(reverse("guide-chapter", args=[chapter.slug]) + _anchor(chapter, request.GET.get("about", "")))


def _anchor(chapter: Chapter, about: str) -> str:
    """The first heading of a chapter that speaks of a page; '' where none does."""
    named = _SUBJECTS.get(about.partition("-")[0], "")
    # A village is told of editions where it is told of closing, of layouts and exports where of ledgers.
    wider = {"edition-list": "closing-board", "ledger-layout": "ledger-list", "export-list": "ledger-list"}
    for heading in filter(None, (about, _SPOKEN_OF.get(about), named, wider.get(named))):
        if f'id="{heading}"' in body_of(chapter):
            return f"#{heading}"
    return ""


class GuideChapter(Page):
    """One chapter, beside the list of all."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        chapter = next((chapter for chapter in CHAPTERS if chapter.slug == slug), None)
        if chapter is None:
            raise Http404
        return render(
            request, "accounts/guide.html", {"chapter": chapter, "chapters": CHAPTERS, "body": body_of(chapter)}
        )


@cache
def body_of(chapter: Chapter) -> SafeString:
    """The chapter as HTML. The text is the program's own, so its markup is trusted."""
    html = Markdown(extensions=_EXTENSIONS).convert((FOLDER / chapter.file).read_text(encoding="utf-8"))
    html = _PICTURE.sub(lambda found: f'loading="lazy" src="{static(f"guide/{found[1]}")}"', html)
    return mark_safe(_LINK.sub(lambda found: f'href="{_address(found[1])}{found[2] or ""}"', html))


def _address(name: str) -> str:
    return reverse("guide-chapter", args=["start" if name == "README" else name])
