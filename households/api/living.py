"""Incomes and living conditions, in and out."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.fields import Count, Day, Flag, Input, Money, Output, PastDay, Text, choice_of
from accounts.api.serializers import PersonName
from households.models import Income, LivingCondition
from households.services.conditions import FLAGS, GROUPS

MOST_ITEMS = 40


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            group: {
                "type": "object",
                "description": title,
                "maxProperties": MOST_ITEMS,
                "additionalProperties": {"type": "string", "pattern": r"^\d{1,9}(\.\d{1,2})?$"},
            }
            for group, (_, title) in GROUPS.items()
        },
    }
)
class Items(serializers.Field[Any, Any, Any, Any]):
    """Sub-items of income in their groups: {"wage": {"务工收入": "12000.00"}}."""

    def to_internal_value(self, data: Any) -> dict[str, dict[str, Any]]:
        if not isinstance(data, dict) or not all(isinstance(found, dict) for found in data.values()):
            raise serializers.ValidationError("收入明细应按大类列出各小项。")
        amount = Money()
        return {
            str(group): {str(name)[:60]: amount.run_validation(value) for name, value in found.items()}
            for group, found in data.items()
        }

    def to_representation(self, value: Any) -> Any:
        return value


class IncomeValues(Input):
    """An income over a window; on a visit the window is the 12 months before unless given."""

    starts_on = Day(required=False)
    ends_on = PastDay(required=False)
    members = Count(required=False, min_value=1, max_value=60)
    items = Items()
    claims = Money(required=False, help_text="理赔收入")
    own_payments = Money(required=False, help_text="合规自付支出")


class IncomeIn(IncomeValues):
    basis = choice_of(Income.Basis.values)
    starts_on = Day()
    ends_on = PastDay()
    members = Count(min_value=1, max_value=60)


class IncomeOut(Output):
    basis = serializers.CharField()
    basis_name = serializers.CharField(source="get_basis_display")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    members = serializers.IntegerField()
    wage = serializers.DecimalField(14, 2)
    business = serializers.DecimalField(14, 2)
    property_income = serializers.DecimalField(14, 2)
    transfer = serializers.DecimalField(14, 2)
    business_cost = serializers.DecimalField(14, 2)
    claims = serializers.DecimalField(14, 2)
    own_payments = serializers.DecimalField(14, 2)
    items = Items()
    net = serializers.DecimalField(16, 2, help_text="纯收入")
    net_per_capita = serializers.DecimalField(16, 2, help_text="人均纯收入")
    reference_per_capita = serializers.DecimalField(16, 2, help_text="人均参考收入：纯收入+理赔−合规自付")
    recorded_by = PersonName()
    recorded_at = serializers.DateTimeField()


class ConditionValues(Input):
    """None and absent mean not looked at."""

    schooling_ok = Flag(required=False, allow_null=True, help_text=FLAGS["schooling_ok"])
    insurance_ok = Flag(required=False, allow_null=True, help_text=FLAGS["insurance_ok"])
    housing_ok = Flag(required=False, allow_null=True, help_text=FLAGS["housing_ok"])
    water_ok = Flag(required=False, allow_null=True, help_text=FLAGS["water_ok"])
    spending_controlled = Flag(required=False, allow_null=True, help_text=FLAGS["spending_controlled"])
    house_grade = choice_of(LivingCondition.Grade.values, required=False)
    house_area = Money(required=False, max_digits=6, help_text="住房面积（平方米）")
    farmland = Money(required=False, max_digits=7, help_text="耕地面积（亩）")
    road_km = Money(required=False, max_digits=5, help_text="与村主干路距离（公里）")
    note = Text(500, required=False)


class ConditionIn(ConditionValues):
    on = PastDay()


class ConditionOut(Output):
    on = serializers.DateField()
    schooling_ok = serializers.BooleanField(allow_null=True)
    insurance_ok = serializers.BooleanField(allow_null=True)
    housing_ok = serializers.BooleanField(allow_null=True)
    water_ok = serializers.BooleanField(allow_null=True)
    spending_controlled = serializers.BooleanField(allow_null=True)
    house_grade = serializers.CharField()
    house_area = serializers.DecimalField(7, 2, allow_null=True)
    farmland = serializers.DecimalField(8, 2, allow_null=True)
    road_km = serializers.DecimalField(6, 2, allow_null=True)
    note = serializers.CharField()
    recorded_by = PersonName(allow_null=True)
    recorded_at = serializers.DateTimeField()
