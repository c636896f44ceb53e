"""Where a fault is mended: the page and the field of it that its check names."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode

from quality.models import Fault

OF_PERSON = frozenset(
    {
        "nation",
        "education",
        "schooling",
        "health",
        "labour_skill",
        "work_months",
        "serious_illness_insurance",
        "phone",
        "id_number",
    }
)
OF_HOUSEHOLD = frozenset({"phone", "support_classes", "whole_without_labour"})
OF_LIVING = frozenset({"house_area", "farmland", "road_km"})
# Sections of the visit that ask for what a check reads.
IN_VISIT = {
    "insurance_ok": "school",
    "schooling_ok": "school",
    "water_ok": "home",
    "housing_ok": "home",
    "income": "income",
}
WITHOUT_PAGE = "农业人口在区划资料里，请系统管理员更新后重新导入。"


@dataclass(frozen=True)
class Mend:
    """A link with its words; no address where nothing in the program mends it, then `words` say who does."""

    words: str
    address: str = ""


def mend_of(fault: Fault) -> Mend:
    """Where this fault is mended."""
    household, rule = fault.household, fault.rule
    if household is None or rule is None:
        return Mend(WITHOUT_PAGE)
    field = rule.field
    if field in OF_PERSON | OF_HOUSEHOLD | OF_LIVING:
        return Mend("去修改", correct_address(household.uid, field, fault.person.uid if fault.person else None))
    if field in IN_VISIT:
        return Mend("走访核实", reverse("visit-section", args=[household.uid, IN_VISIT[field]]))
    if field == "relation":
        return Mend("去改与户主关系", reverse("household-change-record", args=[household.uid, "head"]))
    if field == "books":
        return Mend("去改底册", reverse("book-list"))
    if field == "members":
        return Mend("去登记变动", reverse("household-change", args=[household.uid]))
    if field == "measures":
        plan = getattr(household.episodes.order_by("-serial").first(), "plan", None)
        return Mend("去改一户一策", reverse("plan-detail", args=[plan.pk]) if plan else reverse("plan-missing"))
    if field == "enrol":
        return Mend("去发起认定", reverse("case-new", args=[household.uid]))
    return Mend("去农户页办理", reverse("household-detail", args=[household.uid]))


def correct_address(household: UUID, field: str, person: UUID | None) -> str:
    """The form of corrections, opened at a field."""
    query = {"field": field, **({"person": str(person)} if person else {})}
    return f"{reverse('quality-correct', args=[household])}?{urlencode(query)}#id_{field}"
