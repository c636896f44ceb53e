"""What all pages share: sign-in, keyset pages, and one way to turn a service call into an answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.generic.base import View

from accounts.errors import Refused
from accounts.models import User

PAGE_SIZE = 50
_KEY_PART = re.compile(r"[0-9]{1,18}|[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Page(LoginRequiredMixin, View):
    """A page behind the sign-in. `user` is the signed-in user, `at` the moment of the request."""

    @property
    def user(self) -> User:
        return cast(User, self.request.user)

    @property
    def at(self) -> datetime:
        return timezone.now()


def asked(request: HttpRequest) -> dict[str, str]:
    """What an address asks for, without the NUL that no database takes."""
    return {name: str(value).replace("\0", "").strip() for name, value in request.GET.items()}


@dataclass(frozen=True)
class KeysetPage:
    """One page of a long list: its rows and the key after which the next one begins ('' on the last page)."""

    rows: list[Any]
    next_key: str
    is_first: bool


def keyset_page(queryset: QuerySet[Any], *, order: tuple[str, ...], after: str) -> KeysetPage:
    """The page of `queryset` after a key `a:b`; costs the same on every page. A key that makes no sense gives page 1.

    `order` are names of numbers and days, none of them empty, all descending (with `-`) or all ascending; the last one
    is unique.
    """
    fields = [field.lstrip("-") for field in order]
    values = after.split(":") if after else []
    try:
        if len(values) != len(fields) or not all(map(_KEY_PART.fullmatch, values)):
            raise ValueError
        queryset = queryset.filter(_beyond(fields, values, "lt" if order[0].startswith("-") else "gt"))
    except (ValueError, ValidationError):
        values = []
    rows = list(queryset.order_by(*order)[: PAGE_SIZE + 1])
    more = len(rows) > PAGE_SIZE
    rows = rows[:PAGE_SIZE]
    next_key = ":".join(str(getattr(rows[-1], field)) for field in fields) if more else ""
    return KeysetPage(rows, next_key, not values)


def _beyond(fields: list[str], values: list[str], operator: str) -> Q:
    """(a, b) beyond (x, y) as `a >= x and (a > x or b > y)`: the first part lets the index seek."""
    condition = Q(**{f"{fields[-1]}__{operator}": values[-1]})
    for field, value in zip(reversed(fields[:-1]), reversed(values[:-1]), strict=True):
        condition = Q(**{f"{field}__{operator}e": value}) & (Q(**{f"{field}__{operator}": value}) | condition)
    return condition


def do_and_return(request: HttpRequest, act: Callable[[], str], *, to: str) -> HttpResponse:
    """Run one service call that says in Chinese what it did; show that, or why it was refused, on the page `to`."""
    try:
        messages.success(request, act())
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, "\n".join([refusal.message, *refusal.details]))
    return redirect(to)


def put_on_form(form: BaseForm, refusal: Refused, *, details: bool = False) -> None:
    """Show a service's refusal on the form, beside the field that it is about; with `details` each one of them too.

    What is not his to see or to do is no matter of the form: that refusal is raised again.
    """
    if refusal.status in (403, 404):
        raise refusal
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    for detail in refusal.details if details else ():
        form.add_error(None, detail)
