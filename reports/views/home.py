"""The workbench: what waits for the user, what came since he was last here, how the clock stands in his places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.scope import Scope, scope_of
from accounts.views.base import Page, keyset_page
from households.heads import head_names
from monitoring.models import Application, Case, Clue, Episode, FeedBatch
from monitoring.workflow.step import CLUE
from monitoring.workflow.table import TABLE
from reports.desk.counts import counts_for
from reports.desk.lights import lights_of
from reports.desk.news import kinds_for, last_look, news
from reports.desk.tasks import Task, tasks_of


class Home(Page):
    """What the user must do, by deadline, and the figures behind which the lists open."""

    def get(self, request: HttpRequest) -> HttpResponse:
        scope, today = scope_of(self.user), timezone.localdate(self.at)
        tasks = tasks_of(self.user, scope, today)
        figures = _figures(self.user, scope, today)
        since = last_look(self.user, self.at)
        sorts = Counter(task.sort for task in tasks if task.sort)
        sort = request.GET.get("sort", "")
        context = {
            "groups": _grouped([task for task in tasks if task.sort == sort] if sort in sorts else tasks, today),
            "count": len(tasks),
            "sorts": sorts.most_common() if len(sorts) > 1 else [],
            "sort": sort if sort in sorts else "",
            "figures": figures,
            "elsewhere": [figure for figure in figures if figure.get("others")],
            "news": _news(self.user, scope, since),
            "since": since,
            "lights": lights_of(self.user, scope, today),
            "today": today,
            "hour": timezone.localtime(self.at).hour,
            "roles": scope.roles,
        }
        return render(request, "reports/home.html", context)


def _grouped(tasks: list[Task], today: date) -> list[dict[str, Any]]:
    """已超期, 今天, 三天内, 更晚; empty groups left out."""
    groups: dict[str, list[Task]] = {"已超期": [], "今天到期": [], "三天内": [], "更晚": []}
    for task in tasks:
        left = (task.due_on - today).days if task.due_on else 99
        groups["已超期" if left < 0 else "今天到期" if left == 0 else "三天内" if left <= 3 else "更晚"].append(task)
    looks = {"已超期": ("is-over", "exclamation-octagon-fill"), "今天到期": ("is-soon", "hourglass-split")}
    return [
        {"title": title, "tasks": found, "class": looks.get(title, ("", ""))[0], "icon": looks.get(title, ("", ""))[1]}
        for title, found in groups.items()
        if found
    ]


def _figures(user: User, scope: Scope, today: date) -> list[dict[str, Any]]:
    """Figures of the user's places; each link opens the rows that it counts."""
    if not scope.area_posts():
        return []
    clues, cases = Clue.objects.visible_to(user), Case.objects.visible_to(user)
    clue_list, case_list = reverse("clue-list"), reverse("case-list")
    late_clues, late_cases = clues.overdue(today), cases.overdue(today)
    applications = Application.objects.visible_to(user).waiting().count()
    return [
        *([_figure("待核对的申报", applications, "份", reverse("application-list"))] if applications else []),
        _figure(
            "监测中",
            Episode.objects.visible_to(user).monitored().count(),
            "户",
            f"{reverse('household-list')}?monitored=1",
        ),
        _figure("没有办结的线索", clues.open().count(), "条", clue_list),
        _late("超期线索", late_clues, user, "条", f"{clue_list}?overdue=1"),
        _figure("在办认定和消除", cases.open().count(), "件", case_list),
        _late("超期办件", late_cases, user, "件", f"{case_list}?overdue=1"),
    ]


def _figure(title: str, value: int, unit: str, link: str) -> dict[str, Any]:
    return {"title": title, "value": value, "unit": unit, "link": link}


def _late(title: str, rows: Any, user: User, unit: str, link: str) -> dict[str, Any]:
    """How many are past their day, and how many of them are not on the user's own list because others hold them."""
    value = rows.count()
    mine = rows.waiting_for(user).count() if value else 0
    return {**_figure(title, value, unit, link), "over": value > 0, "mine": mine, "others": value - mine}


def _news(user: User, scope: Scope, since: Any) -> list[dict[str, Any]]:
    """How much of each sort came since then, with the list behind it; sorts of which nothing came are left out."""
    if not scope.posts:
        return []
    steps, kinds = news(scope, user, since), kinds_for(scope)
    counts = steps.aggregate(**{kind.key: Count("pk", filter=kind.steps) for kind in kinds})
    found = [
        {"count": counts[kind.key], "title": f"{kind.unit}{kind.title}", "link": f"{reverse('news')}?what={kind.key}"}
        for kind in kinds
        if counts[kind.key]
    ]
    files = FeedBatch.objects.visible_to(user).current().filter(imported_at__gt=since).count()
    if files:
        found.append({"count": files, "title": "份部门数据送到", "link": reverse("feed-list")})
    return found


class DeskCounts(Page):
    """What the shell fetches once a page is there: the numbers beside the navigation and the data month."""

    def get(self, request: HttpRequest) -> HttpResponse:
        found = counts_for(self.user, timezone.localdate(self.at))
        return render(request, "reports/counts.html", {"counts": found.counts, "month": found.month})


class News(Page):
    """Step by step what others did in the user's places since he was last here."""

    def get(self, request: HttpRequest) -> HttpResponse:
        scope = scope_of(self.user)
        since = last_look(self.user, self.at)
        kinds = {kind.key: kind for kind in kinds_for(scope)}
        chosen = kinds.get(request.GET.get("what", ""))
        steps = news(scope, self.user, since)
        if chosen:
            steps = steps.filter(chosen.steps)
        rows = steps.select_related("clue__village__parent", "case__village__parent", "actor")
        page = keyset_page(rows, order=("-id",), query=request.GET)
        context = {
            "page": page,
            "lines": _lines(page.rows),
            "since": since,
            "kinds": kinds.values(),
            "chosen": chosen,
        }
        return render(request, "reports/news.html", context)


def _lines(steps: Sequence[Any]) -> list[dict[str, Any]]:
    heads = head_names({(step.case or step.clue).household_id for step in steps})
    return [_line(step, heads) for step in steps]


def _line(step: Any, heads: dict[int, str]) -> dict[str, Any]:
    subject = step.case or step.clue
    head = heads.get(subject.household_id)
    table = TABLE[subject.kind if step.case else CLUE]
    titles = [row.title for row in table if row.action == step.action and step.source in row.sources]
    titles += [row.title for row in table if row.action == step.action]
    return {
        "step": step,
        "subject": subject,
        "whom": f"{head}户" if head else "缺户主的户",
        "what": subject.get_kind_display() if step.case else f"{subject.risk}线索",
        "title": titles[0] if titles else step.action,
        "link": reverse("case-detail" if step.case else "clue-detail", args=[subject.uid]),
    }
