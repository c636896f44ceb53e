"""The one page that takes a step of the workflow table, for clues and for cases."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.errors import Refused
from accounts.views.base import Page
from monitoring.forms import CompareForm, StepForm, keep_uploads
from monitoring.models import Case, Clue, Comparison, Objection
from monitoring.policy import value_of
from monitoring.services.comparison import comparison_draft, members_of, missing_comparisons
from monitoring.workflow.engine import available_actions, perform
from monitoring.workflow.step import Step


class StepPage(Page):
    """Fill in and take one step with one row; what is missing is said before anything is filled in."""

    model: type[models.Model]
    detail: str

    def _subject(self, uid: str) -> Any:
        rows = self.model.objects.visible_to(self.user)  # type: ignore[attr-defined]
        return get_object_or_404(rows.select_related("household", "village__parent"), uid=uid)

    def _choice(self, subject: Any, action: str) -> Any:
        found = (item for item in available_actions(subject, self.user, self.at) if item.action == action)
        choice = next(found, None)
        if choice is None:
            raise Http404
        return choice

    def form_for(self, subject: Any, step: Step, *args: Any, **kwargs: Any) -> StepForm:
        return StepForm(step, *args, options={}, **kwargs)

    def get(self, request: HttpRequest, uid: str, action: str) -> HttpResponse:
        subject = self._subject(uid)
        choice = self._choice(subject, action)
        form = self.form_for(subject, choice.step, initial={"version": subject.version})
        return self._page(request, subject, choice, form)

    def post(self, request: HttpRequest, uid: str, action: str) -> HttpResponse:
        subject = self._subject(uid)
        choice = self._choice(subject, action)
        form = self.form_for(subject, choice.step, request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, subject, choice, form, status=400)
        try:
            self._perform(subject, action, form)
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            for detail in refusal.details:
                form.add_error(None, detail)
            return self._page(request, subject, choice, form, status=refusal.status)
        messages.success(request, f"{choice.title}：已办理。")
        return redirect(self.detail, uid=subject.uid)

    def _perform(self, subject: Any, action: str, form: StepForm) -> None:
        perform(
            subject=subject,
            action=action,
            actor=self.user,
            at=self.at,
            version=form.cleaned_data["version"],
            note=form.cleaned_data["note"],
            data=form.data_of_step(),
            files=keep_uploads(form.cleaned_data["files"], actor=self.user, at=self.at),
            happened_on=form.cleaned_data.get("happened_on"),
        )

    def _page(self, request: HttpRequest, subject: Any, choice: Any, form: StepForm, status: int = 200) -> HttpResponse:
        context = {"subject": subject, "choice": choice, "form": form, "detail": self.detail}
        return render(request, "monitoring/step.html", context, status=status)


class ClueStep(StepPage):
    model = Clue
    detail = "clue-detail"


class CaseStep(StepPage):
    model = Case
    detail = "case-detail"

    def form_for(self, subject: Any, step: Step, *args: Any, **kwargs: Any) -> StepForm:
        today = timezone.localdate(self.at)
        options = {"person": _members(subject, today), "objection": _objections(subject)}
        if step.action == "compare":
            return CompareForm(step, *args, grid=_grid(subject, today), options=options, **kwargs)
        return StepForm(step, *args, options=options, **kwargs)


def _members(case: Case, on: date) -> list[tuple[str, str]]:
    return [(str(person.uid), person.name) for person in members_of(case, on)]


def _objections(case: Case) -> list[tuple[str, str]]:
    rows = Objection.objects.filter(notice__case=case, answered_on__isnull=True)
    return [(str(row.uid), f"{row.received_on:%m月%d日} {row.content[:30]}") for row in rows]


def _grid(case: Case, on: date) -> list[dict[str, Any]]:
    """The draft from the departments' files, and an empty row for every member and item still to be compared."""
    names = dict(_members(case, on))
    titles = dict(Comparison.Item.choices)
    draft = comparison_draft(case, on=on)
    there = {(row["person"], row["item"]) for row in draft}
    months = value_of("comparison_valid_months", on=on, code=case.village_id)
    empty = {"hit": False, "found": "", "unit": "", "compared_on": on.isoformat()}
    draft += [
        {"person": str(person.uid), "item": item, **empty}
        for person, item in missing_comparisons(case, on=on, months=months)
        if (str(person.uid), item) not in there
    ]
    return [{**row, "name": names[row["person"]], "title": titles[row["item"]]} for row in draft]
