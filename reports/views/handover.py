"""One's own list for a hand-over: everything that waits for the user and every household that carries his name."""

from __future__ import annotations

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.scope import scope_of
from accounts.views.base import Page
from households.models import Household, Membership
from reports.desk.tasks import tasks_of

MOST = 500


class HandOverList(Page):
    """For printing: the list that who leaves hands to who comes, and that who comes checks against."""

    def get(self, request: HttpRequest) -> HttpResponse:
        scope, today = scope_of(self.user), timezone.localdate(self.at)
        heads = Prefetch("memberships", Membership.objects.heads().current().select_related("person"), to_attr="heads")
        helped = Household.objects.visible_to(self.user).filter(helper=self.user, cancelled_on__isnull=True)
        context = {
            "posts": scope.posts,
            "tasks": tasks_of(self.user, scope, today),
            "households": helped.select_related("village__parent")
            .prefetch_related(heads)
            .order_by("village_id", "id")[:MOST],
            "count": helped.count(),
            "today": today,
        }
        return render(request, "reports/handover.html", context)
