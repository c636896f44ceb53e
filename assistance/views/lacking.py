"""Pages of the monitored households that still lack something: a first visit, a plan."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.permissions import may
from accounts.views.base import Page, keyset_page, whole_number
from assistance.agenda import never_visited
from assistance.permissions import PLAN
from assistance.querysets import without_plan
from assistance.services.plans import begin_plan
from households.heads import with_heads
from monitoring.models import Episode

VISIT = "monitoring.record_visit"


class _Lacking(Page):
    """One such list, counted only where its page says how many; each row says whether the user may give the household
    what it lacks."""

    template: str
    right: str
    order: tuple[str, ...]

    def episodes(self) -> QuerySet[Episode]:
        raise NotImplementedError

    def get(self, request: HttpRequest) -> HttpResponse:
        found = self.episodes()
        rows = with_heads(found.select_related("household__village__parent", "household__helper"))
        page = keyset_page(rows, order=self.order, query=request.GET)
        for episode in page.rows:
            home = episode.household
            episode.writable = may(
                actor=self.user, right=self.right, code=home.village_id, at=self.at, helper_id=home.helper_id
            )
        return render(request, self.template, {"page": page, "total": found.count})


class NeverVisited(_Lacking):
    """Monitored households that nobody has visited yet, those identified first on top."""

    template = "assistance/never_visited.html"
    right = VISIT
    order = ("identified_on", "id")

    def episodes(self) -> QuerySet[Episode]:
        return never_visited(user=self.user)


class WithoutPlan(_Lacking):
    """Monitored households without a plan, and for whoever may, the button that opens one."""

    template = "assistance/without_plan.html"
    right = PLAN
    order = ("-id",)

    def episodes(self) -> QuerySet[Episode]:
        return without_plan(Episode.objects.visible_to(self.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        episodes = Episode.objects.visible_to(self.user).select_related("household")
        episode = get_object_or_404(episodes, pk=whole_number(request.POST.get("episode"), digits=18))
        plan = begin_plan(episode=episode, actor=self.user, at=self.at)
        messages.success(request, "已建立一户一策，请为每项风险安排措施。")
        return redirect("plan-detail", pk=plan.pk)
