"""The hand-over of a post: what goes with it, who takes over from when, and the sheet that both sign."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from accounts.errors import OutOfScope, Refused
from accounts.handover import belongings_of
from accounts.models import AuditEvent, Post, User
from accounts.services.posts import first_day, hand_over
from accounts.staff_forms import DayField
from accounts.views.staff import StaffPage


class Successor(forms.ModelChoiceField):
    def label_from_instance(self, person: Any) -> str:
        return f"{person.name}（{person.username}{'，' + person.unit if person.unit else ''}）"


class SuccessorForm(forms.Form):
    to = Successor(
        User.objects.none(),
        label="谁接任",
        empty_label="请选择",
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text="没有的话，先在“新增人员”里建账号。",
        error_messages={"required": "请选接任人。"},
    )
    on = DayField(label="接任日", help_text="离任人做到前一天，接任人从这天起，中间不空一天。")

    def __init__(self, *args: Any, people: QuerySet[User], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["to"]
        assert isinstance(field, Successor)
        field.queryset = people


@method_decorator(never_cache, name="dispatch")
class HandOver(StaffPage):
    """One post of one person: first what goes with it, then a yes, then the sheet."""

    def get(self, request: HttpRequest, username: str, pk: int) -> HttpResponse:
        post = self._post(username, pk)
        return self._page(post, self._form(post, initial={"on": first_day(self.at) + timedelta(days=1)}))

    def post(self, request: HttpRequest, username: str, pk: int) -> HttpResponse:
        post = self._post(username, pk)
        form = self._form(post, request.POST)
        if not form.is_valid():
            return self._page(post, form, status=400)
        if "confirmed" not in request.POST:
            return self._page(post, form, confirming="back" not in request.POST)
        try:
            new = hand_over(post=post, **form.cleaned_data, actor=self.user, at=self.at)
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            field = "on" if refusal.field in ("last_day", "ends_on", "starts_on") else refusal.field
            form.add_error(field if field in form.fields else None, refusal.message)
            return self._page(post, form, status=refusal.status)
        return redirect("handover-sheet", pk=new.pk)

    def _post(self, username: str, pk: int) -> Post:
        rows = Post.objects.ending_after(timezone.localdate(self.at) - timedelta(days=1))
        rows = rows.filter(division__in=self.places(), user__username=username)
        return get_object_or_404(rows.select_related("user", "division"), pk=pk)

    def _form(self, post: Post, data: Any = None, **more: Any) -> SuccessorForm:
        today = timezone.localdate(self.at)
        people = User.objects.in_places(self.places()) | User.objects.without_post(today)
        people = people.filter(is_active=True).exclude(pk=post.user_id).distinct().order_by("name", "username")
        return SuccessorForm(data, people=people, **more)

    def _page(self, post: Post, form: SuccessorForm, *, confirming: bool = False, status: int = 200) -> HttpResponse:
        context = {"post": post, "form": form, "belongings": belongings_of(post), "confirming": confirming}
        return render(self.request, "accounts/handover.html", context, status=status)


class HandOverSheet(StaffPage):
    """The sheet of a hand-over that took place: who, what, from when; for printing and for both to sign."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = Post.objects.filter(division__in=self.places()).select_related("user", "division")
        post = get_object_or_404(rows, pk=pk)
        events = AuditEvent.objects.filter(
            action="post.handed_over", target_type="accounts.post", target_id=str(post.pk)
        )
        event = events.order_by("-id").select_related("actor").first()
        if event is None:
            raise OutOfScope
        context = {
            "post": post,
            "event": event,
            "left": User.objects.filter(pk=event.detail["from"]).first(),
            "taken": event.detail["taken"].items(),
        }
        return render(request, "accounts/handover_sheet.html", context)
