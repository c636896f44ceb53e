"""Putting the register right, from a fault or by itself: one form, opened at the field, with what is doubtful beside it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from accounts.errors import Refused
from accounts.permissions import require
from accounts.views.base import Page, put_on_form
from households.entry_checks import Doubt, Entered, doubts_about
from households.models import Household, LivingCondition, Membership, Person
from households.permissions import RECORD
from households.services import life
from households.services.conditions import record_condition
from quality.facts import GUARANTEES
from quality.forms import CorrectForm, HouseholdForm, LivingForm, NumberForm, PersonForm
from quality.mending import OF_LIVING
from quality.models import Fault

LIVING = "households.record_living"
_FOUND = (*GUARANTEES, "spending_controlled", "house_grade", "house_area", "farmland", "road_km")


@method_decorator(never_cache, name="dispatch")
class Correct(Page):
    """`?person=` names the member, `?field=` what is to be put right."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        household, person = self._both(uid)
        return self._page(household, person, self._form(household, person, None))

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        household, person = self._both(uid)
        form = self._form(household, person, request.POST)
        if not form.is_valid():
            return self._page(household, person, form, status=400)
        changes = form.changes()
        doubts = self._doubts(household, person, form, changes)
        if doubts and "confirmed" not in request.POST:
            return self._page(household, person, form, doubts=doubts)
        try:
            self._save(household, person, form, changes)
        except Refused as refusal:
            put_on_form(form, refusal)
            return self._page(household, person, form, status=refusal.status)
        messages.success(request, "已改好。下次检查时，改对了的问题会自动销掉。")
        return redirect("quality-correct", uid=uid) if not person else redirect(self.request.get_full_path())

    @property
    def field(self) -> str:
        return self.request.GET.get("field", "")[:40]

    def _both(self, uid: str) -> tuple[Household, Person | None]:
        rows = Household.objects.visible_to(self.user).select_related("village__parent")
        household = get_object_or_404(rows, uid=uid)
        right = LIVING if self.field in OF_LIVING else RECORD
        require(actor=self.user, right=right, code=household.village_id, at=self.at, helper_id=household.helper_id)
        named = self.request.GET.get("person")
        if not named:
            return household, None
        try:
            membership = Membership.objects.current().filter(household=household, person__uid=UUID(named)).first()
        except ValueError as error:
            raise Http404 from error
        if membership is None:
            raise Http404
        return household, membership.person

    def _form(self, household: Household, person: Person | None, data: Any) -> CorrectForm:
        if person is not None:
            return NumberForm(data, person=person) if self.field == "id_number" else PersonForm(data, person=person)
        form = LivingForm if self.field in OF_LIVING else HouseholdForm
        return form(data, household=household)

    def _doubts(
        self, household: Household, person: Person | None, form: CorrectForm, changes: dict[str, Any]
    ) -> list[Doubt]:
        if isinstance(form, LivingForm | NumberForm):
            return []
        on = form.cleaned_data["happened_on"]
        return doubts_about(Entered(household, on, changes, person=person))

    def _save(self, household: Household, person: Person | None, form: CorrectForm, changes: dict[str, Any]) -> None:
        given = form.cleaned_data
        common: dict[str, Any] = {"actor": self.user, "at": self.at}
        dated = {**common, "version": given["version"], "happened_on": given["happened_on"], "reason": given["reason"]}
        if isinstance(form, NumberForm) and person is not None:
            life.change_number(person=person, id_number=given["id_number"], **dated)
        elif person is not None:
            life.correct_person(person=person, values=changes, **dated)
        elif isinstance(form, LivingForm):
            self._correct_living(household, given, changes)
        else:
            life.correct_household(household=household, values=changes, **dated)

    def _correct_living(self, household: Household, given: dict[str, Any], changes: dict[str, Any]) -> None:
        """The last finding once more with the right areas: what it said of the guarantees stands, on its own day."""
        if not changes:
            raise Refused("内容没有变化，不需要修改。", code="nothing_changed")
        rows = LivingCondition.objects.filter(household=household).as_of(given["happened_on"]).order_by("-on", "-id")
        last = rows.first()
        found = {name: getattr(last, name) for name in _FOUND} if last else {}
        on = last.on if last else given["happened_on"]
        with transaction.atomic():
            values = {**found, **changes, "note": given["reason"]}
            record_condition(household=household, on=on, actor=self.user, at=self.at, **values)

    def _page(
        self,
        household: Household,
        person: Person | None,
        form: CorrectForm,
        *,
        doubts: list[Doubt] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        members = Membership.objects.current().filter(household=household).select_related("person").order_by("id")
        at_field: dict[str, list[str]] = {}
        for doubt in doubts or []:
            at_field.setdefault(doubt.field, []).append(doubt.words)
        faults = Fault.objects.visible_to(self.user).standing().filter(household=household)
        context = {
            "household": household,
            "person": person,
            "members": members,
            "head": next((row.person.name for row in members if row.relation == "户主"), household.number),
            "form": form,
            "fields": [(field, at_field.get(field.name, [])) for field in form.visible_fields()],
            "elsewhere": at_field.get("", []),
            "doubtful": bool(doubts),
            "focus": self.field,
            "faults": faults.filter(person=person) if person else faults.filter(person__isnull=True),
        }
        return render(self.request, "quality/correct.html", context, status=status)
