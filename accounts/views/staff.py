"""Pages of staff: who holds which post, a new account, one person's account and posts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from accounts.errors import OutOfScope, Refused
from accounts.models import Division, Post, Role, SecondFactor, User
from accounts.permissions import PERMISSIONS
from accounts.scope import in_division
from accounts.services.posts import appoint, end_post, first_day, hand_over
from accounts.services.users import (
    MANAGE,
    create_user,
    disable_user,
    enable_user,
    reset_password,
    reset_second_factor,
    user_named,
)
from accounts.staff_forms import AccountForm, EndForm, HandOverForm, PostForm, ReasonForm
from accounts.views.base import Page, asked, keyset_page, put_on_form

VIEW = "accounts.view_users"
# What the role filter offers beside the roles.
WITHOUT_POST = "none"


class StaffPage(Page):
    def places(self) -> Any:
        """The places whose staff the user administers; nobody else's business is there for him."""
        places = Division.objects.in_charge(self.user, PERMISSIONS[MANAGE])
        if not places.exists():
            raise OutOfScope
        return places


class StaffList(Page):
    """Who holds which post today in the places whose staff the user may see, by name, place and role; and for whoever
    administers them, the accounts that hold none."""

    def get(self, request: HttpRequest) -> HttpResponse:
        query, manages = asked(request), self._manages()
        idle = User.objects.without_post(timezone.localdate()) if manages else User.objects.none()
        places = Division.objects.in_charge(self.user, PERMISSIONS[VIEW])
        context: dict[str, Any] = {
            "manages": manages,
            "idle": idle.count(),
            "filters": query,
            "filtered": any(query.get(name) for name in ("q", "role", "division")),
            "roles": [*Role.choices, *([(WITHOUT_POST, "没有岗位的账号")] if manages else [])],
            "none": WITHOUT_POST,
            "places": places.filter(level__in=(Division.Level.COUNTY, Division.Level.TOWNSHIP)).order_by("code"),
        }
        if query.get("role") == WITHOUT_POST:
            context["people"] = keyset_page(_called(idle, query), order=("id",), query=query)
        else:
            context["posts"] = keyset_page(self._posts(places, query), order=("division_id", "id"), query=query)
        return render(request, "accounts/staff.html", context)

    def _posts(self, places: Any, query: dict[str, str]) -> Any:
        posts = Post.objects.current(timezone.localdate()).filter(division__in=places)
        if query.get("role") in Role.values:
            posts = posts.filter(role=query["role"])
        if place := places.filter(code=query.get("division", "")).first():
            posts = posts.filter(in_division("division_id", place))
        letters = query.get("q", "")
        there = Q(division__name__contains=letters) | Q(division__parent__name__contains=letters)
        return _called(posts, query, "user__", there).select_related("user", "division__parent")

    def _manages(self) -> bool:
        return bool(Division.objects.in_charge(self.user, PERMISSIONS[MANAGE]).exists())


def _called(rows: Any, query: dict[str, str], path: str = "", more: Q | None = None) -> Any:
    """Those that the letters asked for name: a person by name, account or unit, and what `more` says."""
    letters = query.get("q", "")[:60]
    if not letters:
        return rows
    found = Q(**{f"{path}username__contains": letters.lower()}) | Q(**{f"{path}unit__contains": letters})
    found |= Q(**{f"{path}name__contains": letters})
    return rows.filter(found | more if more else found)


@method_decorator(never_cache, name="dispatch")
class StaffNew(StaffPage):
    """A new account with its first post; shows the first password once."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(AccountForm(places=self.places(), initial={"starts_on": first_day(self.at)}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AccountForm(request.POST, places=self.places())
        if not form.is_valid():
            return self._show(form)
        given = dict(form.cleaned_data)
        account = {name: given.pop(name) for name in ("username", "name", "unit", "phone")}
        try:
            with transaction.atomic():
                user, password = create_user(**account, actor=self.user, at=self.at)
                appoint(user=user, **given, actor=self.user, at=self.at)
        except Refused as refusal:
            put_on_form(form, refusal)
            return self._show(form)
        return render(request, "accounts/password_once.html", {"person": user, "password": password})

    def _show(self, form: AccountForm) -> HttpResponse:
        return render(self.request, "accounts/staff_new.html", {"form": form})


@method_decorator(never_cache, name="dispatch")
class StaffMember(StaffPage):
    """One person's account: posts, a new password, off and on."""

    def get(self, request: HttpRequest, username: str) -> HttpResponse:
        return self._show(self._person(username), {})

    def post(self, request: HttpRequest, username: str) -> HttpResponse:
        person, act = self._person(username), request.POST.get("act", "")
        if act == "password":
            password = reset_password(user=person, actor=self.user, at=self.at)
            return render(request, "accounts/password_once.html", {"person": person, "password": password})
        if act == "factor":
            reset_second_factor(user=person, actor=self.user, at=self.at)
            messages.success(request, f"{person}的二次验证已取消，其登录和令牌已全部失效；请本人登录后重新设置。")
            return redirect("staff-member", username=person.username)
        if act not in _ACTS:
            raise OutOfScope
        kind, carry_out = _ACTS[act]
        form = kind(request.POST, places=self.places()) if kind is PostForm else kind(request.POST)
        if form.is_valid():
            try:
                messages.success(request, carry_out(self, person, form.cleaned_data))
                return redirect("staff-member", username=person.username)
            except Refused as refusal:
                put_on_form(form, refusal)
        return self._show(person, {act: form})

    def _person(self, username: str) -> User:
        places = self.places()
        people = User.objects.in_places(places) | User.objects.without_post(timezone.localdate())
        return get_object_or_404(people.distinct(), username=username)

    def _show(self, person: User, bound: dict[str, forms.Form]) -> HttpResponse:
        today = {"starts_on": first_day(self.at)}
        context = {
            "person": person,
            "posts": person.posts.select_related("division"),
            "places": set(self.places().values_list("code", flat=True)),
            "appoint": bound.get("appoint") or PostForm(places=self.places(), initial=today),
            "end": bound.get("end") or EndForm(),
            "hand_over": bound.get("hand_over") or HandOverForm(),
            "switch": bound.get("disable") or bound.get("enable") or ReasonForm(),
            "today": timezone.localdate(),
            "has_factor": SecondFactor.objects.filter(user=person).exists(),
        }
        return render(self.request, "accounts/staff_member.html", context)


Given = dict[str, Any]


def _appoint(page: StaffMember, person: User, given: Given) -> str:
    post = appoint(user=person, **given, actor=page.user, at=page.at)
    return f"已任{post}。"


def _end(page: StaffMember, person: User, given: Given) -> str:
    post = get_object_or_404(person.posts, pk=given["post"])
    end_post(post=post, last_day=given["last_day"], actor=page.user, at=page.at)
    return f"{post}到{given['last_day']}为止。"


def _hand_over(page: StaffMember, person: User, given: Given) -> str:
    post, to = get_object_or_404(person.posts, pk=given["post"]), user_named(given["to"])
    hand_over(post=post, to=to, on=given["on"], actor=page.user, at=page.at)
    return f"{post}自{given['on']}起由{to}接任。"


def _disable(page: StaffMember, person: User, given: Given) -> str:
    disable_user(user=person, reason=given["reason"], actor=page.user, at=page.at)
    return f"{person}的账号已停用，其登录和令牌已全部失效。"


def _enable(page: StaffMember, person: User, given: Given) -> str:
    enable_user(user=person, reason=given["reason"], actor=page.user, at=page.at)
    return f"{person}的账号已启用。"


_ACTS: dict[str, tuple[type[forms.Form], Callable[[StaffMember, User, Given], str]]] = {
    "appoint": (PostForm, _appoint),
    "end": (EndForm, _end),
    "hand_over": (HandOverForm, _hand_over),
    "disable": (ReasonForm, _disable),
    "enable": (ReasonForm, _enable),
}
