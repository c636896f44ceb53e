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
from accounts.templatetags.sw import short_date
from accounts.views.base import Page, put_on_form
from households.heads import home_name
from monitoring.case_forms import AppraisalForm, ProposeForm, SigningForm
from monitoring.clock import add_days
from monitoring.forms import CompareForm, StepForm
from monitoring.models import Appraisal, Case, Clue, Comparison, Notice, Objection
from monitoring.policy import PolicyBook, value_of
from monitoring.services.comparison import comparison_draft, members_of, missing_comparisons
from monitoring.services.notices import notice_text
from monitoring.services.return_reasons import reasons_for
from monitoring.workflow.engine import available_actions, conditions, perform
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
        given = {wanted.name: request.GET[wanted.name] for wanted in choice.step.inputs if wanted.name in request.GET}
        form = self.form_for(subject, choice.step, initial={**given, "version": subject.version})
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
            put_on_form(form, refusal, details=True)
            return self._page(request, subject, choice, form, status=refusal.status)
        messages.success(request, f"{choice.title}：已办理。")
        return redirect(self.detail, uid=subject.uid)

    def _perform(self, subject: Any, action: str, form: StepForm) -> None:
        given = form.handed_in(actor=self.user, at=self.at)
        perform(subject=subject, action=action, actor=self.user, at=self.at, **given)

    def _page(self, request: HttpRequest, subject: Any, choice: Any, form: StepForm, status: int = 200) -> HttpResponse:
        context = {
            "subject": subject,
            "home": home_name(subject.household),
            "choice": choice,
            "form": form,
            "detail": self.detail,
            "conditions": conditions(subject, choice.action, self.at),
            **self.more(subject, choice.step),
        }
        return render(request, self.template_for(choice.step), context, status=status)

    def template_for(self, step: Step) -> str:
        return "monitoring/step.html"

    def more(self, subject: Any, step: Step) -> dict[str, Any]:
        """What else the page of a step shows."""
        return {}


class ClueStep(StepPage):
    model = Clue
    detail = "clue-detail"


class CaseStep(StepPage):
    model = Case
    detail = "case-detail"

    def form_for(self, subject: Any, step: Step, *args: Any, **kwargs: Any) -> StepForm:
        today = timezone.localdate(self.at)
        kwargs["options"] = _options(subject, step, today)
        if step.action == "compare":
            return CompareForm(step, *args, grid=_grid(subject, today), **kwargs)
        if step.action in ("authorise", "refuse_authorisation"):
            return SigningForm(step, *args, members=_signers(subject, today), **kwargs)
        if step.action == "propose":
            return ProposeForm(step, *args, case=subject, **kwargs)
        if step.action == "appraise":
            return AppraisalForm(step, *args, before=_last_attendance(subject), **kwargs)
        form = StepForm(step, *args, **kwargs)
        if "place" in form.fields:
            form.fields["place"].widget.attrs["list"] = "places"
        return form

    def template_for(self, step: Step) -> str:
        return OWN_PAGES.get(step.action, "monitoring/step.html")

    def more(self, subject: Any, step: Step) -> dict[str, Any]:
        if step.action == "appraise":
            return {"quorum": value_of("quorum_percent", on=timezone.localdate(self.at), code=subject.village_id)}
        if step.action in ("hang_notice", "announce"):
            return _poster(subject, step, timezone.localdate(self.at))
        return {}


OWN_PAGES = {
    "appraise": "monitoring/steps/appraise.html",
    "compare": "monitoring/steps/compare.html",
    "hang_notice": "monitoring/steps/notice.html",
    "announce": "monitoring/steps/notice.html",
}
ADULT = 18


def _options(case: Case, step: Step, on: date) -> dict[str, list[tuple[str, str]]]:
    """The rows to choose from, by input: members, open objections, reasons for a return."""
    options = {"person": _members(case, on), "objection": _objections(case)}
    if step.action in ("explain_hit", "decide_hit"):
        hits = case.comparisons.filter(hit=True).select_related("person")
        options["person"] = list({(str(hit.person.uid), hit.person.name): None for hit in hits if hit.person})
        options["item"] = list({(hit.item, hit.get_item_display()): None for hit in hits})
    if step.action in ("review_return", "decide_return"):
        options["reason"] = [("", "不选"), *((row.title, row.title) for row in reasons_for(case.village_id))]
    return options


def _signers(case: Case, on: date) -> list[tuple[str, bool]]:
    return [(person.name, on.year - person.birth_year >= ADULT) for person in members_of(case, on)]


def _last_attendance(case: Case) -> list[dict[str, Any]]:
    """Who signed in at the village's last meeting: mostly the same representatives."""
    last = Appraisal.objects.filter(case__village_id=case.village_id).order_by("-held_on", "-id").first()
    return list(last.attendance) if last else []


def _poster(case: Case, step: Step, on: date) -> dict[str, Any]:
    """The text as it will hang, its last day, and where the village hung earlier ones."""
    book = PolicyBook()
    days = book.value(step.deadline, on=on, code=case.village_id)
    ends_on = add_days(on, days, book.value("notice_kind", on=on, code=case.village_id))
    kind = Notice.Kind.NOTICE if step.action == "hang_notice" else Notice.Kind.ANNOUNCEMENT
    vote = case.appraisals.order_by("-id").first()
    held_on = vote.held_on if vote else None
    text = notice_text(case, kind=kind, hung_on=on, ends_on=ends_on, days=days, held_on=held_on)
    earlier = Notice.objects.filter(case__village_id=case.village_id, kind=kind).order_by("-id")
    places = list(dict.fromkeys(earlier.values_list("place", flat=True)[:20]))
    paper = "notice" if step.action == "hang_notice" else "announcement"
    return {"lines": text.splitlines(), "ends_on": ends_on, "days": days, "places": places, "paper": paper}


def _members(case: Case, on: date) -> list[tuple[str, str]]:
    return [(str(person.uid), person.name) for person in members_of(case, on)]


def _objections(case: Case) -> list[tuple[str, str]]:
    rows = Objection.objects.filter(notice__case=case, answered_on__isnull=True)
    return [(str(row.uid), f"{short_date(row.received_on)} {row.content[:30]}") for row in rows]


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
