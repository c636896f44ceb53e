"""Recording what a household earns and how it lives; each record stands for itself and is never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from accounts.errors import Refused
from accounts.models import User
from households.models import Household, Income, LivingCondition

# Group of sub-items → total of the model and its title.
GROUPS = {
    "wage": ("wage", "工资性收入"),
    "business": ("business", "生产经营性收入"),
    "property": ("property_income", "财产性收入"),
    "transfer": ("transfer", "转移性收入"),
    "cost": ("business_cost", "生产经营性支出"),
}
_LARGEST = Decimal(10) ** 9
_MOST_ITEMS = 40
FLAGS = {
    "schooling_ok": "义务教育",
    "insurance_ok": "基本医疗",
    "housing_ok": "住房安全",
    "water_ok": "饮水安全",
    "spending_controlled": "刚性支出可控",
}
_MEASURES = {
    "house_area": ("住房面积", Decimal(10_000)),
    "farmland": ("耕地面积", Decimal(100_000)),
    "road_km": ("与村主干路距离", Decimal(1_000)),
}


def record_income(
    *,
    household: Household,
    basis: str,
    starts_on: date,
    ends_on: date,
    members: int,
    items: Mapping[str, Mapping[str, Any]],
    actor: User,
    at: datetime,
    claims: Any = 0,
    own_payments: Any = 0,
) -> Income:
    """Store a household's income over a window; the totals are the sums of the sub-items.

    `items` is {group: {sub-item: yuan}} with the groups wage, business, property, transfer, cost (domain.md 4.7);
    amounts are numbers or their texts, two decimals. The caller has checked who may.

    Raises:
        Refused: an unknown basis or group, an amount that is none or negative, an empty window, nobody to share it.
    """
    _check_window(basis, starts_on, ends_on, members, today=timezone.localdate(at))
    amounts = _amounts(items)
    totals = {GROUPS[group][0]: sum(group_items.values(), Decimal(0)) for group, group_items in amounts.items()}
    return Income.objects.create(
        household=household,
        basis=basis,
        starts_on=starts_on,
        ends_on=ends_on,
        members=members,
        claims=_yuan(claims, "理赔收入"),
        own_payments=_yuan(own_payments, "合规自付支出"),
        items={group: {name: str(value) for name, value in found.items()} for group, found in amounts.items()},
        recorded_by=actor,
        recorded_at=at,
        **totals,
    )


def _check_window(basis: str, starts_on: date, ends_on: date, members: int, *, today: date) -> None:
    """By which basis, over which days and for how many an income is told."""
    if basis not in Income.Basis.values:
        raise Refused("收入口径不在目录内。", field="basis", code="invalid")
    if not starts_on < ends_on <= today:
        raise Refused("收入的起止日期有误：起要早于止，止不晚于今天。", field="ends_on", code="invalid")
    if isinstance(members, bool) or not isinstance(members, int) or not 1 <= members <= 60:
        raise Refused("计算人数应为 1 到 60。", field="members", code="invalid")


def _amounts(items: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Decimal]]:
    if not isinstance(items, Mapping):
        raise Refused("收入明细应按大类列出各小项。", field="items", code="invalid")
    unknown = [group for group in items if group not in GROUPS]
    if unknown:
        raise Refused(f"收入明细中有不认识的大类“{unknown[0]}”。", field="items", code="invalid")
    if any(not isinstance(found, Mapping) or len(found) > _MOST_ITEMS for found in items.values()):
        raise Refused("收入明细应按大类列出各小项。", field="items", code="invalid")
    return {
        group: {
            str(name)[:60]: _yuan(value, f"{GROUPS[group][1]}（{str(name)[:60]}）") for name, value in found.items()
        }
        for group, found in items.items()
    }


def _yuan(value: Any, title: str) -> Decimal:
    try:
        amount = Decimal(str(value)) if not isinstance(value, bool) else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount < _LARGEST:
        raise Refused(f"{title}应为不小于 0 的金额（元）。", field="items", code="invalid")
    return amount.quantize(Decimal("0.01"))


def record_condition(*, household: Household, on: date, actor: User, at: datetime, **values: Any) -> LivingCondition:
    """Store how a household stood on a day.

    `values`: schooling_ok, insurance_ok, housing_ok, water_ok, spending_controlled (True, False, or None for not
    looked at), house_grade (A to D), house_area, farmland, road_km, note. The caller has checked who may.

    Raises:
        Refused: a later day, an unknown name, or a value that does not fit.
    """
    if on > timezone.localdate(at):
        raise Refused("核实日期不能晚于今天。", field="on", code="date_in_future")
    return LivingCondition.objects.create(
        household=household, on=on, recorded_by=actor, recorded_at=at, **_condition(dict(values))
    )


def _condition(values: dict[str, Any]) -> dict[str, Any]:
    clean: dict[str, Any] = {}
    for name, title in FLAGS.items():
        clean[name] = values.pop(name, None)
        if clean[name] is not None and not isinstance(clean[name], bool):
            raise Refused(f"{title}应为 是、否 或 未看。", field=name, code="invalid")
    clean["house_grade"] = values.pop("house_grade", "") or ""
    if clean["house_grade"] and clean["house_grade"] not in LivingCondition.Grade.values:
        raise Refused("房屋等级只能是 A、B、C、D。", field="house_grade", code="invalid")
    clean |= {name: _measure(name, values.pop(name, None)) for name in _MEASURES}
    clean["note"] = str(values.pop("note", "") or "").strip()
    if len(clean["note"]) > 500:
        raise Refused("说明不能超过 500 字。", field="note", code="invalid")
    if values:
        raise Refused(f"不认识的内容“{next(iter(values))}”。", field=str(next(iter(values))), code="invalid")
    return clean


def _measure(name: str, value: Any) -> Decimal | None:
    title, largest = _MEASURES[name]
    if value in (None, ""):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite() or not 0 <= number < largest:
        raise Refused(f"{title}应为 0 到 {largest} 的数字。", field=name, code="invalid")
    return number.quantize(Decimal("0.01"))
