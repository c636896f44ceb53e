"""Putting values right: of a household, of a person, his name, his resident number. Nothing is lost: the event keeps
what was there before, but for numbers, phones and health, which no history in plain may hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.crypto import blind_index
from accounts.errors import Conflict, Refused
from accounts.models import User
from accounts.versions import change
from households.models import (
    Category,
    FormerNumber,
    Household,
    LabourSkill,
    LifeEvent,
    Membership,
    Person,
    SupportClass,
)
from households.plain import plain
from households.services.act import KEEP, Act, carry_out
from households.services.belonging import checked_name, checked_number, known_person
from sheets.ids import birth_date, sex
from sheets.text import squeeze, text

Kind = LifeEvent.Kind
_UNSAID = frozenset({"phone", "health"})


def _words(limit: int) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        whole = text(value)
        if len(whole) > limit:
            raise ValueError(f"不能超过{limit}字")
        return whole

    return check


def _one_of(values: list[str]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in values:
            raise ValueError(f"只能是：{'、'.join(v for v in values if v)}")
        return str(value)

    return check


def _amount(limit: int, step: str) -> Callable[[Any], Decimal | None]:
    def check(value: Any) -> Decimal | None:
        if value is None or value == "":
            return None
        try:
            number = Decimal(str(value))
        except InvalidOperation as error:
            raise ValueError("应为数字") from error
        if isinstance(value, bool) or not number.is_finite() or not 0 <= number < limit:
            raise ValueError(f"应为0到{limit}的数字")
        return number.quantize(Decimal(step))

    return check


def _phone(value: Any) -> str:
    digits = squeeze(text(value))
    if digits and not (digits.isascii() and digits.replace("-", "").isdigit() and 7 <= len(digits) <= 20):
        raise ValueError("应为手机或座机号码")
    return digits


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("应为 是 或 否")
    return value


def _classes(value: Any) -> list[str]:
    if not isinstance(value, list) or any(item not in SupportClass.values for item in value):
        raise ValueError(f"只能是：{'、'.join(SupportClass.values)}")
    return [item for item in SupportClass.values if item in value]


Check = Callable[[Any], Any]
HOUSEHOLD_FIELDS: Mapping[str, Check] = {
    "group_name": _words(60),
    "category": _one_of(Category.values),
    "support_classes": _classes,
    "phone": _phone,
    "per_capita_income": _amount(10_000_000, "0.01"),
    "whole_without_labour": _flag,
}
PERSON_FIELDS: Mapping[str, Check] = {
    "nation": _words(20),
    "education": _words(30),
    "schooling": _words(30),
    "health": _words(60),
    "labour_skill": _one_of([*LabourSkill.values, ""]),
    "work_months": _amount(13, "0.1"),
    "serious_illness_insurance": _one_of(["是", "否", ""]),
    "phone": _phone,
}


def checked_person_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of PERSON_FIELDS as they are stored. Raises: Refused for the first that will not do."""
    return _checked(Person, PERSON_FIELDS, values)


def correct_household(
    *,
    household: Household,
    version: int | None,
    values: Mapping[str, Any],
    happened_on: date,
    actor: User,
    at: datetime,
    reason: str = "",
    client_uid: UUID | None = None,
) -> LifeEvent:
    """Put values of a household right (HOUSEHOLD_FIELDS); the event keeps before and after.

    Raises: Refused for an unknown field or a value that will not do, and where nothing would change.
    """
    wanted = _checked(Household, HOUSEHOLD_FIELDS, values)
    content = (household.pk, sorted(wanted.items()))
    act = Act(Kind.VALUES_CHANGED, happened_on, actor, at, reason, client_uid, content)

    def do(locked: dict[int, Household]) -> LifeEvent:
        home = locked[household.pk]
        changes = _put(home, wanted)
        home.save(update_fields=[_column(name) for name in changes])
        return act.event(home, data=changes)

    return carry_out(act, {household.pk: version}, do)


def correct_person(
    *,
    person: Person,
    version: int | None,
    values: Mapping[str, Any],
    happened_on: date,
    actor: User,
    at: datetime,
    reason: str = "",
    client_uid: UUID | None = None,
) -> LifeEvent:
    """Put values of a person right (PERSON_FIELDS); `version` is the person's own."""
    wanted = checked_person_values(values)
    content = (person.pk, sorted(wanted.items()))
    act = Act(Kind.VALUES_CHANGED, happened_on, actor, at, reason, client_uid, content)
    return _change_person(act, person, version, lambda now: _put(now, wanted))


def change_name(
    *,
    person: Person,
    version: int | None,
    name: str,
    happened_on: date,
    actor: User,
    at: datetime,
    reason: str = "",
    client_uid: UUID | None = None,
) -> LifeEvent:
    """A new name; `version` is the person's own."""
    new = checked_name(name)
    act = Act(Kind.NAME_CHANGED, happened_on, actor, at, reason, client_uid, (person.pk, new))
    return _change_person(act, person, version, lambda now: _put(now, {"name": new}))


def change_number(
    *,
    person: Person,
    version: int | None,
    id_number: str,
    happened_on: date,
    actor: User,
    at: datetime,
    reason: str = "",
    client_uid: UUID | None = None,
) -> LifeEvent:
    """A resident number that the police corrected: the old one stays as an alias and still matches.

    Raises: Conflict where the new number is, or was, somebody else's, in words that tell neither who nor where.
    """
    number = checked_number(id_number, timezone.localdate(at))
    act = Act(Kind.NUMBER_CHANGED, happened_on, actor, at, reason, client_uid, (person.pk, number))
    return _change_person(act, person, version, lambda now: _renumber(now, number, act))


def _renumber(person: Person, number: str, act: Act) -> dict[str, Any]:
    holder = known_person(number)
    if holder is not None and holder.pk != person.pk:
        raise Conflict(
            "新证件号码已登记在另一人名下，请联系乡镇或县里核对。", field="id_number", code="number_registered"
        )
    old = person.id_number
    if old == number:
        raise Refused("新证件号码与现在的相同。", field="id_number")
    # A number that comes back is his present one again, no longer a former one.
    FormerNumber.objects.filter(person=person, id_index=blind_index("id_number", number)).delete()
    former = FormerNumber(person=person, id_index=blind_index("id_number", old), changed_on=act.happened_on)
    former.id_number = old
    former.save(force_insert=True)
    person.id_number = number
    person.id_index = blind_index("id_number", number)
    person.sex, person.birth_year = sex(number), birth_date(number).year
    return {"id_number": None}


def _change_person(
    act: Act, person: Person, version: int | None, apply: Callable[[Person], dict[str, Any]]
) -> LifeEvent:
    """Change a person under his own version; his household is locked with him, and its version stays."""
    row = Membership.objects.filter(person=person).latest_each().select_related("household").order_by("-id").first()
    if row is None:
        raise Conflict(f"{person.name}没有所在的户，请先办理迁入。", code="not_a_member")

    def do(locked: dict[int, Household]) -> LifeEvent:
        now = Person.objects.select_for_update().get(pk=person.pk)
        changes = apply(now)
        columns = {column: getattr(now, column) for name in changes for column in _columns(name)}
        change(now, version=version, **columns)
        return act.event(locked[row.household_id], person=now, data=changes)

    return carry_out(act, {row.household_id: KEEP}, do)


def _columns(name: str) -> tuple[str, ...]:
    return ("id_sealed", "id_index", "sex", "birth_year") if name == "id_number" else (_column(name),)


def _column(name: str) -> str:
    return "phone_sealed" if name == "phone" else name


def _checked(model: type[Household | Person], fields: Mapping[str, Check], values: Mapping[str, Any]) -> dict[str, Any]:
    if not values:
        return {}
    checked = {}
    for name, value in values.items():
        if name not in fields:
            raise Refused(f"不能修改“{text(name)[:30]}”。", field=name, code="unknown_field")
        try:
            checked[name] = fields[name](value)
        except ValueError as error:
            raise Refused(f"{_label(model, name)}{error}。", field=name) from error
    return checked


def _label(model: type[Household | Person], name: str) -> str:
    return "联系电话" if name == "phone" else str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _put(row: Household | Person, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Set what differs; {field: [before, after]}, without what no plain history may hold. Raises: Refused for nothing."""
    changes: dict[str, Any] = {}
    for name, value in wanted.items():
        before = getattr(row, name)
        if before != value:
            setattr(row, name, value)
            changes[name] = None if name in _UNSAID else [plain(before), plain(value)]
    if not changes:
        raise Refused("内容没有变化，不需要修改。", code="nothing_changed")
    return changes
