"""One's own list for a hand-over: everything that waits for the user and every household that carries his name."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from accounts.models import HandOverCopy, User
from accounts.scope import scope_of
from accounts.views.base import Page
from reports.desk.handover import own_rows


class HandOverList(Page):
    """What who leaves would hand to who comes, as it stands now, and the lists of hand-overs that took place."""

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {
            "posts": scope_of(self.user).posts,
            "today": timezone.localdate(self.at),
            "copies": _copies(self.user),
            **own_rows(self.user, self.at),
        }
        return render(request, "reports/handover.html", context)


def _copies(user: User) -> QuerySet[HandOverCopy]:
    """Of the hand-overs in which he left or came; nobody else sees whose households they were."""
    mine = HandOverCopy.objects.filter(Q(left=user) | Q(post__user=user))
    return mine.select_related("left", "post__user", "post__division")


class HandOverPrint(Page):
    """The list as it stands, as the paper that both sign and that who comes checks against."""

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {
            "left": self.user,
            "posts": scope_of(self.user).posts,
            "on": timezone.localdate(self.at),
            "back": reverse("handover-list"),
            **own_rows(self.user, self.at),
        }
        return render(request, "reports/print/handover.html", context)


class HandOverCopyPage(Page):
    """The list of one hand-over as it was kept."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        copy = get_object_or_404(_copies(self.user), pk=pk)
        context = {"copy": copy, **copy.lists}
        return render(request, "reports/handover_copy.html", context)


class HandOverCopyPrint(Page):
    """The kept list as the paper to sign."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        copy = get_object_or_404(_copies(self.user), pk=pk)
        context = {
            "left": copy.left,
            "taker": copy.post.user,
            "posts": [copy.post],
            "starts_on": copy.post.starts_on,
            "kept_at": copy.kept_at,
            "on": timezone.localdate(self.at),
            "back": reverse("handover-copy", args=[copy.pk]),
            **copy.lists,
        }
        return render(request, "reports/print/handover.html", context)
