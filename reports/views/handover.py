"""One's own list for a hand-over: everything that waits for the user and every household that carries his name."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.models import HandOverCopy, User
from accounts.scope import scope_of
from accounts.views.base import Page
from households.heads import with_heads
from households.models import Household
from reports.desk.tasks import tasks_of

MOST = 500


class HandOverList(Page):
    """For printing: the list that who leaves hands to who comes, and that who comes checks against."""

    def get(self, request: HttpRequest) -> HttpResponse:
        scope, today = scope_of(self.user), timezone.localdate(self.at)
        helped = Household.objects.visible_to(self.user).filter(helper=self.user, cancelled_on__isnull=True)
        context = {
            "posts": scope.posts,
            "tasks": tasks_of(self.user, scope, today),
            "households": with_heads(helped.select_related("village__parent"), path="").order_by("village_id", "id")[
                :MOST
            ],
            "count": helped.count(),
            "today": today,
            "copies": _copies(self.user),
        }
        return render(request, "reports/handover.html", context)


def _copies(user: User) -> QuerySet[HandOverCopy]:
    """Of the hand-overs in which he left or came; nobody else sees whose households they were."""
    mine = HandOverCopy.objects.filter(Q(left=user) | Q(post__user=user))
    return mine.select_related("left", "post__user", "post__division")


class HandOverCopyPage(Page):
    """The list of one hand-over as it was kept, for printing."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        copy = get_object_or_404(_copies(self.user), pk=pk)
        lists = copy.lists
        context = {"copy": copy, "tasks": lists.get("tasks", []), "households": lists.get("households", [])}
        return render(request, "reports/handover_copy.html", context)
