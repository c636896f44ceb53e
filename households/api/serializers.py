"""Households, their members (numbers masked), what happened to them, imports of the register."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.base import ListQuery
from accounts.api.fields import DivisionCode, Flag, Input, Output, Text, choice_of
from accounts.api.serializers import PersonName, RowFault
from households.api.brief import HouseholdBrief, MemberName
from households.api.living import ConditionOut, IncomeOut
from households.models import Category, ChangeProposal, Household, LifeEvent, Membership, Person, RegisterBatch
from sheets.faults import mask_id, mask_phone


class HouseholdOut(HouseholdBrief):
    group_name = serializers.CharField()
    category = serializers.CharField()
    support_classes = serializers.ListField(child=serializers.CharField())
    monitored = serializers.SerializerMethodField(help_text="正在监测")
    needs_mending = serializers.CharField()
    cancelled_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()

    def get_monitored(self, household: Household) -> bool:
        return bool(getattr(household, "is_monitored", False))


class PersonOut(MemberName):
    number = serializers.CharField(help_text="人编号")
    id_number = serializers.SerializerMethodField(help_text="已遮盖；完整号码用“查看完整信息”")
    sex = serializers.CharField()
    birth_year = serializers.IntegerField()
    nation = serializers.CharField()
    education = serializers.CharField()
    schooling = serializers.CharField()
    health = serializers.CharField()
    labour_skill = serializers.CharField()
    work_months = serializers.DecimalField(4, 1, allow_null=True)
    phone = serializers.SerializerMethodField()
    status = serializers.CharField()
    status_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()

    def get_id_number(self, person: Person) -> str:
        return mask_id(person.id_number)

    def get_phone(self, person: Person) -> str:
        return mask_phone(person.phone or "")


class PersonDetail(PersonOut):
    memberships = serializers.SerializerMethodField()

    @extend_schema_field({"type": "array", "items": {"type": "object", "additionalProperties": True}})
    def get_memberships(self, person: Person) -> list[dict[str, Any]]:
        rows = Membership.objects.visible_to(self.context["user"]).filter(person=person).select_related("household")
        return [
            {
                "household": str(row.household.uid),
                "relation": row.relation,
                "joined_on": row.joined_on.isoformat(),
                "left_on": row.left_on.isoformat() if row.left_on else None,
                "left_reason": row.left_reason,
            }
            for row in rows
        ]


class MemberOut(Output):
    person = PersonOut()
    relation = serializers.CharField()
    joined_on = serializers.DateField()


class EpisodeBrief(Output):
    uid = serializers.UUIDField()
    serial = serializers.IntegerField()
    state = serializers.CharField()
    main_risk = serializers.CharField()
    identified_on = serializers.DateField()
    cleared_on = serializers.DateField(allow_null=True)


class HouseholdDetail(HouseholdOut):
    declared_size = serializers.IntegerField(allow_null=True)
    phone = serializers.SerializerMethodField()
    per_capita_income = serializers.DecimalField(14, 2, allow_null=True)
    first_identified_on = serializers.DateField(allow_null=True)
    whole_without_labour = serializers.BooleanField()
    helper = PersonName(allow_null=True)
    registered_on = serializers.DateField()
    cancel_reason = serializers.CharField()
    members = serializers.SerializerMethodField()
    latest_income = serializers.SerializerMethodField()
    latest_condition = serializers.SerializerMethodField()
    episodes = serializers.SerializerMethodField()

    def get_phone(self, household: Household) -> str:
        return mask_phone(household.phone or "")

    @extend_schema_field(MemberOut(many=True))
    def get_members(self, household: Household) -> Any:
        rows = household.memberships.current().select_related("person").order_by("id")
        return MemberOut(rows, many=True).data

    @extend_schema_field(IncomeOut(allow_null=True))
    def get_latest_income(self, household: Household) -> Any:
        row = household.incomes.select_related("recorded_by").first()
        return IncomeOut(row).data if row is not None else None

    @extend_schema_field(ConditionOut(allow_null=True))
    def get_latest_condition(self, household: Household) -> Any:
        row = household.conditions.select_related("recorded_by").first()
        return ConditionOut(row).data if row is not None else None

    @extend_schema_field(EpisodeBrief(many=True))
    def get_episodes(self, household: Household) -> Any:
        return EpisodeBrief(household.episodes.order_by("serial"), many=True).data


class HouseholdQuery(ListQuery):
    division = DivisionCode(required=False)
    category = choice_of(Category.values, required=False)
    number = Text(40, required=False, help_text="户编号")
    head = Text(60, required=False, help_text="户主姓名中的字")
    monitored = Flag(required=False, help_text="正在监测")
    mending = Flag(required=False, help_text="true：只要待完善的")
    cancelled = Flag(required=False, help_text="已注销")


class LifeEventOut(Output):
    kind = serializers.CharField()
    kind_name = serializers.CharField(source="get_kind_display")
    person = MemberName(allow_null=True)
    other_household = serializers.SerializerMethodField()
    happened_on = serializers.DateField()
    recorded_at = serializers.DateTimeField()
    actor = PersonName(allow_null=True)
    reason = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]

    @extend_schema_field({"type": "string", "format": "uuid", "nullable": True})
    def get_other_household(self, event: LifeEvent) -> str | None:
        """Only where it is the caller's to see."""
        other = event.other_household
        seen = other is not None and Household.objects.visible_to(self.context["user"]).filter(pk=other.pk).exists()
        return str(other.uid) if other is not None and seen else None


class ProposalOut(Output):
    uid = serializers.UUIDField()
    household = HouseholdBrief()
    person = MemberName()
    kind = serializers.CharField()
    happened_on = serializers.DateField(allow_null=True)
    state = serializers.CharField()
    state_name = serializers.CharField(source="get_state_display")
    proposed_at = serializers.DateTimeField()
    decided_by = PersonName(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    note = serializers.CharField()


class ProposalQuery(ListQuery):
    division = DivisionCode(required=False)
    state = choice_of(ChangeProposal.State.values, required=False)


class ImportOut(Output):
    uid = serializers.UUIDField()
    file = serializers.CharField(source="file.name")
    state = serializers.CharField()
    state_name = serializers.CharField(source="get_state_display")
    imported_by = PersonName(allow_null=True)
    imported_at = serializers.DateTimeField()
    rows = serializers.IntegerField()
    households = serializers.IntegerField()
    persons = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = serializers.IntegerField()


class ImportDetail(ImportOut):
    errors = RowFault(many=True)  # type: ignore[assignment]


class ReportOut(Output):
    """What became of a file; `batch` is null after a dry run and where nothing changed."""

    batch = serializers.UUIDField(allow_null=True)
    rows = serializers.IntegerField()
    households = serializers.IntegerField()
    persons = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = serializers.IntegerField()
    errors = RowFault(many=True)  # type: ignore[assignment]


class ImportQuery(ListQuery):
    state = choice_of(RegisterBatch.State.values, required=False)


class RegisterFileIn(Input):
    file = serializers.FileField(max_length=255, help_text=".xlsx、.xls 或 .csv")
    dry_run = Flag(required=False, help_text="true：只检查，不入库")
