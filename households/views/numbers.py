"""Seeing one whole number: whose, which, for what purpose; kept before it is shown, and shown once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from accounts.errors import Refused, TooMany
from accounts.permissions import require
from accounts.views.base import Page
from households.heads import home_name
from households.models import Household, Membership
from households.services.view_log import PURPOSES, reveal_household_phone, reveal_person

HOUSE = "phone:0"


class NumberForm(forms.Form):
    what = forms.ChoiceField(
        label="看谁的什么号码", widget=forms.RadioSelect, error_messages={"required": "请选看谁的什么号码。"}
    )
    purpose = forms.ChoiceField(
        label="做什么用",
        choices=[(purpose, purpose) for purpose in PURPOSES],
        widget=forms.RadioSelect,
        error_messages={"required": "请选做什么用。"},
    )

    def __init__(self, *args: Any, household: Household, members: list[Membership], **more: Any) -> None:
        super().__init__(*args, **more)
        choices = [(HOUSE, "本户的联系电话")] if household.phone else []
        for row in members:
            choices.append((f"id_number:{row.person_id}", f"{row.person.name}的证件号码"))
            if row.person.phone:
                choices.append((f"phone:{row.person_id}", f"{row.person.name}的联系电话"))
        self.fields["what"].choices = choices  # type: ignore[attr-defined]


@method_decorator(never_cache, name="dispatch")
class ShowNumber(Page):
    """Ask for one number of a household or of a member."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        household, members = self._household(uid)
        return self._page(household, NumberForm(household=household, members=members))

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        household, members = self._household(uid)
        form = NumberForm(request.POST, household=household, members=members)
        if not form.is_valid():
            return self._page(household, form, status=400)
        field, _, key = form.cleaned_data["what"].partition(":")
        person = next((row.person for row in members if str(row.person_id) == key), None)
        common: dict[str, Any] = {
            "purpose": form.cleaned_data["purpose"],
            "actor": self.user,
            "at": self.at,
            "address": request.META.get("REMOTE_ADDR"),
        }
        try:
            if person is None:
                value = reveal_household_phone(household=household, **common)
            else:
                value = reveal_person(person=person, field=field, **common)  # type: ignore[arg-type]
        except TooMany:
            raise
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            form.add_error(None, refusal.message)
            return self._page(household, form, status=refusal.status)
        said = dict(form.fields["what"].choices)[form.cleaned_data["what"]]  # type: ignore[attr-defined]
        return self._page(household, form, value=value, said=said, call=field == "phone")

    def _household(self, uid: str) -> tuple[Household, list[Membership]]:
        rows = Household.objects.visible_to(self.user).select_related("village__parent")
        household = get_object_or_404(rows, uid=uid)
        code, helper = household.village_id, household.helper_id
        require(actor=self.user, right="accounts.reveal", code=code, at=self.at, helper_id=helper)
        members = Membership.objects.current().filter(household=household).select_related("person").order_by("id")
        return household, sorted(members, key=lambda row: not row.is_head)

    def _page(self, household: Household, form: NumberForm, status: int = 200, **shown: Any) -> HttpResponse:
        context = {"household": household, "home": home_name(household), "form": form, **shown}
        return render(self.request, "households/number.html", context, status=status)
