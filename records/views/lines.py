"""Pages of one line: its history, and the forms that add, change, correct, end and withdraw it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import User
from accounts.permissions import require_somewhere
from accounts.views.base import Page, put_on_form
from households.models import Household
from monitoring.risks import Risk
from records.book_forms import (
    AddForm,
    ChangeForm,
    ClueForm,
    CorrectForm,
    EndForm,
    FindHouseholdForm,
    LineForm,
    WithdrawForm,
    day_before,
)
from records.books import Book
from records.models import RecordBatch
from records.permissions import may_write, require_book
from records.readings import last_day, name_of, place_of, shown, with_names
from records.services.book_store import version_of
from records.services.hotline import open_hotline_clue
from records.services.lines import add_line, change_line, correct_line, end_line, withdraw_line
from records.values import day_after
from records.views.books import find_book


class LineDetail(Page):
    """What a line says now and said before, who wrote it when; what the user may do."""

    def get(self, request: HttpRequest, book: str, uid: UUID) -> HttpResponse:
        declared = find_book(self.user, book)
        rows = versions_of(self.user, declared, uid)
        standing = sorted((row for row in rows if row.withdrawn_at is None), key=lambda row: row.from_on, reverse=True)
        top = standing[0] if standing else rows[0]
        today = timezone.localdate()
        context = {
            "book": declared,
            "row": top,
            "name": name_of(declared, top),
            "sees_household": declared.subject != "place" and _sees(self.user, top.household),
            "where": place_of(declared, top),
            "cells": [(column, shown(column, top)) for column in declared.columns],
            "standing": [_said(declared, row) for row in standing],
            "withdrawn": [_said(declared, row) for row in rows if row.withdrawn_at is not None],
            "deliveries": _deliveries(self.user, rows),
            "in_force": any(row.from_on <= today and (not row.to_on or today < row.to_on) for row in standing),
            "may_write": bool(standing) and may_write(actor=self.user, book=declared, code=_code(top), at=self.at),
            "may_open_clue": declared.code == "hotline_cases" and bool(standing) and top.clue_id is None,
        }
        return render(request, "records/line.html", context)


def _sees(user: User, household: Household) -> bool:
    """Whether the household's page is there for him: a department writes about households that it does not see."""
    return Household.objects.visible_to(user).filter(pk=household.pk).exists()


def versions_of(user: User, book: Book, uid: UUID) -> list[Any]:
    """All versions of a line that the user sees, the newest first; 404 where there is none."""
    rows: Any = book.model.objects.visible_to(user).filter(line=uid)
    rows = rows.select_related("recorded_by", "withdrawn_by", "batch")
    if book.code == "hotline_cases":
        rows = rows.select_related("household", "clue")
    found = list(with_names(book, rows).order_by("-pk"))
    if not found:
        raise Http404
    return found


def _deliveries(user: User, rows: list[Any]) -> set[int]:
    """Those of the files that brought the versions that the user may open: a village sees its lines of the county's file."""
    batches = RecordBatch.objects.visible_to(user).filter(pk__in={row.batch_id for row in rows if row.batch_id})
    return set(batches.values_list("pk", flat=True))


def _code(row: Any) -> str:
    return str(row.division_id if hasattr(row, "division_id") else row.household.village_id)


def _said(book: Book, row: Any) -> dict[str, Any]:
    cells = [(column.name, shown(column, row)) for column in book.columns]
    return {"row": row, "last_day": last_day(row), "words": "，".join(f"{name} {word}" for name, word in cells if word)}


class LineNew(Page):
    """A new line; about a household it begins with its number."""

    def get(self, request: HttpRequest, book: str) -> HttpResponse:
        declared, household = self._allowed(book)
        if declared.subject != "place" and household is None:
            return self._page(declared, FindHouseholdForm(), None)
        initial = {"from_on": timezone.localdate()}
        return self._page(
            declared, AddForm(book=declared, user=self.user, household=household, initial=initial), household
        )

    def post(self, request: HttpRequest, book: str) -> HttpResponse:
        declared, household = self._allowed(book)
        if declared.subject != "place" and household is None:
            return self._find(declared)
        form = AddForm(request.POST, book=declared, user=self.user, household=household)
        row = self._add(declared, form, household) if form.is_valid() else None
        if row is None:
            return self._page(declared, form, household, status=400)
        messages.success(request, f"已录入{declared.title}。")
        return redirect("line-detail", declared.code, row.line)

    def _allowed(self, code: str) -> tuple[Book, Household | None]:
        book, household = find_book(self.user, code), self._household()
        if household is None:
            require_somewhere(actor=self.user, right=book.right, at=self.at)
        else:
            helper = household.helper_id
            require_book(actor=self.user, book=book, code=household.village_id, at=self.at, helper_id=helper)
        return book, household

    def _household(self) -> Household | None:
        given = self.request.GET.get("household", "")
        try:
            uid = UUID(given)
        except ValueError:
            return None
        return get_object_or_404(Household.objects.visible_to(self.user), uid=uid)

    def _find(self, book: Book) -> HttpResponse:
        form = FindHouseholdForm(self.request.POST)
        if form.is_valid():
            found = Household.objects.visible_to(self.user).filter(number=form.cleaned_data["number"]).first()
            if found is not None:
                return redirect(f"{reverse('line-new', args=[book.code])}?household={found.uid}")
            form.add_error("number", "没有这个户编号，或不在你的管辖范围内，请核对。")
        return self._page(book, form, None, status=400)

    def _add(self, book: Book, form: AddForm, household: Household | None) -> Any:
        given = form.cleaned_data
        try:
            return add_line(
                book=book,
                values=form.values,
                from_on=given["from_on"],
                to_on=day_after(given.get("last_day")),
                note=given["note"],
                household=household,
                person=form.person,
                division=form.division,
                actor=self.user,
                at=self.at,
            )
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            form.refuse(refusal)
            return None

    def _page(self, book: Book, form: forms.Form, household: Household | None, status: int = 200) -> HttpResponse:
        finding = isinstance(form, FindHouseholdForm)
        context = {"book": book, "form": form, "household": household, "finding": finding}
        return render(self.request, "records/line_form.html", {**context, **TITLES["new"]}, status=status)


TITLES: dict[str, dict[str, str]] = {
    "new": {"title": "录入", "verb": "录入"},
    "change": {"title": "变更", "verb": "记下变更", "hint": "情况变了用这个：从那一天起按新的算，以前的照旧。"},
    "correct": {"title": "更正", "verb": "更正", "hint": "原来就写错了用这个：旧的撤下并留痕，按新的重写。"},
    "end": {"title": "截止", "verb": "记为截止", "hint": "不再如此了用这个：到最后一天为止，历史还在。"},
    "withdraw": {"title": "撤回", "verb": "撤回这条", "hint": "整条都不该有才用这个：所有时段都撤下，仍可查到。"},
}


class LineAct(Page):
    """One of the acts on a line."""

    def get(self, request: HttpRequest, book: str, uid: UUID, act: str) -> HttpResponse:
        declared, row = self._row(book, uid, act)
        form = _form_of(act, declared, None, self._initial(declared, row, act))
        return self._page(declared, row, act, form)

    def post(self, request: HttpRequest, book: str, uid: UUID, act: str) -> HttpResponse:
        declared, row = self._row(book, uid, act)
        form = _form_of(act, declared, request.POST, None)
        if not form.is_valid() or not self._carry_out(declared, uid, act, form):
            return self._page(declared, row, act, form, status=400)
        messages.success(request, f"已{TITLES[act]['title']}。")
        return redirect("line-detail", declared.code, uid)

    def _row(self, book: str, uid: UUID, act: str) -> tuple[Book, Any]:
        if act not in TITLES or act == "new":
            raise Http404
        declared = find_book(self.user, book)
        rows = versions_of(self.user, declared, uid)
        standing = [row for row in rows if row.withdrawn_at is None]
        seen = self.request.GET.get("version", "")
        if act == "correct" and seen:
            standing = [row for row in standing if str(row.uid) == seen]
        if not standing:
            raise Http404
        row = max(standing, key=lambda row: row.from_on)
        helper = row.household.helper_id if declared.subject != "place" else None
        require_book(actor=self.user, book=declared, code=_code(row), at=self.at, helper_id=helper)
        return declared, row

    def _initial(self, book: Book, row: Any, act: str) -> dict[str, Any]:
        today = timezone.localdate()
        values = LineForm.initial_of(book, version_of(book, row).values) if act in ("change", "correct") else {}
        days = {"on": today, "last_day": today - timedelta(days=1) if act == "end" else day_before(row.to_on)}
        return {"seen": row.uid, "from_on": row.from_on, **days, **values}

    def _carry_out(self, book: Book, uid: UUID, act: str, form: Any) -> bool:
        given = form.cleaned_data
        same: dict[str, Any] = {
            "book": book,
            "line": uid,
            "seen": given["seen"],
            "reason": given["reason"],
            "actor": self.user,
            "at": self.at,
        }
        try:
            if act == "change":
                change_line(values=form.values, on=given["on"], **same)
            elif act == "correct":
                last = day_after(given["last_day"])
                correct_line(values=form.values, from_on=given["from_on"], to_on=last, lasting=last is None, **same)
            elif act == "end":
                end_line(on=given["last_day"] + timedelta(days=1), **same)
            else:
                withdraw_line(**same)
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            form.refuse(refusal)
            return False
        return True

    def _page(self, book: Book, row: Any, act: str, form: forms.Form, status: int = 200) -> HttpResponse:
        context = {"book": book, "name": name_of(book, row), "form": form, "line": row.line}
        return render(self.request, "records/line_form.html", {**context, **TITLES[act]}, status=status)


def _form_of(act: str, book: Book, data: Any, initial: dict[str, Any] | None) -> forms.Form:
    if act == "change":
        return ChangeForm(data, book=book, initial=initial)
    if act == "correct":
        return CorrectForm(data, book=book, initial=initial)
    return EndForm(data, initial=initial) if act == "end" else WithdrawForm(data, initial=initial)


class HotlineClue(Page):
    """A petition or call becomes a clue of the channel for them."""

    def get(self, request: HttpRequest, uid: UUID) -> HttpResponse:
        book, row = self._row(uid)
        number = row.household.number if row.household else ""
        return self._page(book, row, self._form(None, {"seen": row.uid, "number": number}))

    def post(self, request: HttpRequest, uid: UUID) -> HttpResponse:
        book, row = self._row(uid)
        form = self._form(request.POST, None)
        if form.is_valid():
            clue = self._open(form, uid)
            if clue is not None:
                messages.success(request, f"已转为线索 {clue.number}。")
                return redirect("clue-detail", clue.uid)
        return self._page(book, row, form, status=400)

    def _row(self, uid: UUID) -> tuple[Book, Any]:
        book = find_book(self.user, "hotline_cases")
        require_somewhere(actor=self.user, right="monitoring.register_clue", at=self.at)
        standing = [row for row in versions_of(self.user, book, uid) if row.withdrawn_at is None]
        if not standing:
            raise Http404
        return book, max(standing, key=lambda row: row.from_on)

    def _form(self, data: Any, initial: dict[str, Any] | None) -> ClueForm:
        form = ClueForm(data, initial=initial)
        form.fields["risk"].choices = [("", "请选择"), *Risk.choices]  # type: ignore[attr-defined]
        return form

    def _open(self, form: ClueForm, uid: UUID) -> Any:
        given = form.cleaned_data
        household = Household.objects.visible_to(self.user).filter(number=given["number"]).first()
        if household is None:
            form.add_error("number", "没有这个户编号，或不在你的管辖范围内，请核对。")
            return None
        try:
            return open_hotline_clue(
                line=uid, seen=given["seen"], household=household, risk=given["risk"], actor=self.user, at=self.at
            )
        except Refused as refusal:
            put_on_form(form, refusal)
            return None

    def _page(self, book: Book, row: Any, form: forms.Form, status: int = 200) -> HttpResponse:
        context = {
            "book": book,
            "name": row.number,
            "form": form,
            "line": row.line,
            "title": "转为线索",
            "heading": "把信访件转为线索",
            "verb": "登记为线索",
            "hint": f"按“社会监督（信访、12317、舆情）”登记，内容是：{row.appeal}",
        }
        return render(self.request, "records/line_form.html", context, status=status)
