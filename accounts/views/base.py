"""What all pages share: sign-in, keyset pages, and one way to turn a service call into an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
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
from django.utils.functional import cached_property
from django.views.generic.base import View

from accounts.errors import Refused
from accounts.models import User

PAGE_SIZE = 50
# A long list is counted no further: counting a county whole costs more than its page.
COUNTED = 1000
_KEY_PART = re.compile(r"[0-9]{1,18}|[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Page(LoginRequiredMixin, View):
    """A page behind the sign-in. `user` is the signed-in user, `at` the moment of the request."""

    @property
    def user(self) -> User:
        return cast(User, self.request.user)

    @cached_property
    def at(self) -> datetime:
        return timezone.now()


def asked(request: HttpRequest) -> dict[str, str]:
    """What an address asks for, without the NUL that no database takes."""
    return {name: str(value).replace("\0", "").strip() for name, value in request.GET.items()}


def whole_number(written: str | None, *, digits: int = 9) -> int | None:
    """The number that these letters are, of no more than so many digits; None for anything else."""
    return int(written) if written and re.fullmatch(f"[0-9]{{1,{digits}}}", written) else None


@dataclass(frozen=True)
class ListPage:
    """One page of a long list: its rows and the keys of its neighbours, '' where there is none."""

    rows: list[Any]
    next_key: str
    previous_key: str
    # How many rows the list has, in words; asked for only where a page says it.
    total: Callable[[], str]


def keyset_page(queryset: QuerySet[Any], *, order: tuple[str, ...], query: Mapping[str, str]) -> ListPage:
    """The page of `queryset` that an address asks for: after the key `?after=a:b` or before `?before=a:b`; costs the same
    on every page. A key that makes no sense, or beyond which nothing is left, gives page 1.

    `order` are names of numbers and days, none of them empty, all descending (with `-`) or all ascending; the last one
    is unique.
    """
    names = [name.lstrip("-") for name in order]
    key, back = _asked_key(query)
    rows = _rows_beyond(queryset, order, key, back=back) if key else []
    # A page before that is not full is the first one cut short.
    if not rows or (back and len(rows) < PAGE_SIZE):
        rows, key, back = list(queryset.order_by(*order)[: PAGE_SIZE + 1]), "", False
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    if back:
        rows.reverse()
    before, after = (more, True) if back else (bool(key), more)

    def total() -> str:
        return counted(queryset) if before or after else f"{len(rows):,}"

    return ListPage(rows, _key_of(rows[-1], names) if after else "", _key_of(rows[0], names) if before else "", total)


def counted(queryset: QuerySet[Any]) -> str:
    """How many rows, in words: 1,000+ for more than anybody goes through."""
    count = queryset.order_by().values("pk")[: COUNTED + 1].count()
    return f"{COUNTED:,}+" if count > COUNTED else f"{count:,}"


def _asked_key(query: Mapping[str, str]) -> tuple[str, bool]:
    """The key of an address, and whether the page before it is meant."""
    before = query.get("before") or ""
    return (before, True) if before else (query.get("after") or "", False)


def _rows_beyond(queryset: QuerySet[Any], order: tuple[str, ...], key: str, *, back: bool) -> list[Any]:
    """A page's rows beyond a key and one more, in the direction of reading; none for a key that is not one."""
    names, values = [name.lstrip("-") for name in order], key.split(":")
    if len(values) != len(names) or not all(map(_KEY_PART.fullmatch, values)):
        return []
    falling = order[0].startswith("-") != back
    try:
        beyond = queryset.filter(_beyond(names, values, "lt" if falling else "gt"))
    except (ValueError, ValidationError):
        return []
    return list(beyond.order_by(*(f"-{name}" if falling else name for name in names))[: PAGE_SIZE + 1])


def _key_of(row: Any, names: list[str]) -> str:
    return ":".join(str(getattr(row, name)) for name in names)


def _beyond(fields: list[str], values: list[str], operator: str) -> Q:
    """(a, b) beyond (x, y) as `a >= x and (a > x or b > y)`: the first part lets the index seek."""
    condition = Q(**{f"{fields[-1]}__{operator}": values[-1]})
    for field, value in zip(reversed(fields[:-1]), reversed(values[:-1]), strict=True):
        condition = Q(**{f"{field}__{operator}e": value}) & (Q(**{f"{field}__{operator}": value}) | condition)
    return condition


def sequence_page(items: Sequence[Any], query: Mapping[str, str]) -> ListPage:
    """A page of what is in memory already; its keys are places in the list."""
    key, back = _asked_key(query)
    place = whole_number(key) or 0
    start = max(0, place - PAGE_SIZE if back else place)
    start = start if start < len(items) else 0
    end = start + PAGE_SIZE
    return ListPage(
        list(items[start:end]),
        str(end) if end < len(items) else "",
        str(start) if start else "",
        lambda: f"{len(items):,}",
    )


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


def said(form: BaseForm) -> list[str]:
    """What is wrong with a form, each with its field's label: for a page that sent it by script."""
    return [
        f"{form.fields[name].label}：{error}" if name in form.fields else str(error)
        for name, errors in form.errors.items()
        for error in errors
    ]
