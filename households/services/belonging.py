"""Persons coming into and going out of households: the small moves that life events are made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import F

from accounts.crypto import blind_index
from accounts.errors import Conflict, Refused
from households.models import FormerNumber, Household, Membership, Person
from households.models.person import HEAD, RELATIONS
from households.services.act import Act
from sheets.faults import CellFault
from sheets.ids import birth_date, clean_id, sex
from sheets.text import text

Reason = Membership.LeftReason


def current_members(household: Household) -> dict[int, Membership]:
    """The open memberships by person, locked."""
    rows = Membership.objects.select_for_update(of=("self",)).select_related("person").current()
    return {row.person_id: row for row in rows.filter(household=household).order_by("id")}


def present(person: Person) -> Membership | None:
    """The person's open membership, with person and household as they stand."""
    return Membership.objects.current().select_related("household", "person").filter(person=person).first()


def leave_household(membership: Membership, act: Act, why: Reason) -> None:
    """End a membership with the act's day, which is the first day out.

    Raises: Refused when it began later; Conflict when somebody ended it meanwhile.
    """
    if act.happened_on < membership.joined_on:
        name = membership.person.name
        raise Refused(f"发生日期早于{name}加入本户的日期（{membership.joined_on}），请核对。", field="happened_on")
    open_still = Membership.objects.current().filter(pk=membership.pk)
    if not open_still.update(left_on=act.happened_on, left_reason=why, left_recorded_at=act.at):
        raise Conflict(f"{membership.person.name}已离开本户，请刷新后核对。", code="not_a_member")


def join_household(person: Person, household: Household, relation: str, act: Act) -> Membership:
    """Begin a membership with the act's day. Raises: Refused for a relation outside the list."""
    return Membership.objects.create(
        person=person,
        household=household,
        relation=checked_relation(relation),
        joined_on=act.happened_on,
        recorded_at=act.at,
    )


def checked_relation(relation: str) -> str:
    if relation not in RELATIONS:
        raise Refused(f"与户主关系“{text(relation)[:20]}”不在目录内，请从目录中选择。", field="relation")
    return relation


def checked_family(members: Mapping[int, Any], relations: Mapping[int, str]) -> None:
    """Whether `relations` names every one of the members, nobody else, and one householder. Raises: Refused."""
    if set(members) != set(relations):
        raise Refused("请给每一位成员（且只给本户成员）重新选择与户主关系。", field="relations")
    heads = [person for person, relation in relations.items() if checked_relation(relation) == HEAD]
    if len(heads) != 1:
        raise Refused(f"一户应有且只有一名户主，现在选了{len(heads)}名。", field="relations")


def relate_anew(members: Mapping[int, Membership], relations: Mapping[int, str], act: Act) -> dict[str, list[str]]:
    """Give members new relations from the act's day on; what was and what is, by name, for the event."""
    changes = {}
    for person_id, membership in members.items():
        if membership.relation != relations[person_id]:
            leave_household(membership, act, Reason.RELATION)
            join_household(membership.person, membership.household, relations[person_id], act)
            changes[membership.person.name] = [membership.relation, relations[person_id]]
    return changes


def flag_head(household: Household) -> None:
    """Say on the household whether a householder is missing; other remarks stay as they are."""
    heads = Membership.objects.current().filter(household=household).heads().count()
    said = [part for part in household.needs_mending.split("；") if part and not _about_heads(part)]
    if heads != 1 and Membership.objects.current().filter(household=household).exists():
        said.insert(0, "没有户主" if not heads else f"有{heads}名户主")
    household.needs_mending = "；".join(said)
    household.save(update_fields=["needs_mending"])


def _about_heads(part: str) -> bool:
    return part == "没有户主" or (part.startswith("有") and part.endswith("名户主"))


def checked_number(written: str, on: date) -> str:
    """The canonical resident number. Raises: Refused in the words of the register's checks, without the number."""
    try:
        return clean_id(written, on)
    except CellFault as fault:
        raise Refused(fault.message, field="id_number", code=fault.code) from fault


def known_person(number: str) -> Person | None:
    """Whoever has this number, or had it before the police corrected it."""
    index = blind_index("id_number", number)
    person = Person.objects.filter(id_index=index).first()
    if person is not None:
        return person
    former = FormerNumber.objects.select_related("person").filter(id_index=index).first()
    return former.person if former else None


def new_person(number: str, name: str, act: Act, details: Mapping[str, Any]) -> Person:
    """A person who has not been registered; `details` are further fields, checked by the caller."""
    person = Person(
        name=checked_name(name),
        id_index=blind_index("id_number", number),
        sex=sex(number),
        birth_year=birth_date(number).year,
        identified_on=act.happened_on,
        **{key: value for key, value in details.items() if key != "phone"},
    )
    person.id_number = number
    person.phone = details.get("phone", "")
    person.save(force_insert=True)
    return person


def checked_name(name: str) -> str:
    whole = text(name)
    if not whole or len(whole) > 60:
        raise Refused("请填写姓名，不超过60字。", field="name")
    return whole


def set_status(person: Person, status: Person.Status, act: Act) -> None:
    """Mark a person as of the act's day and count his version up."""
    rows = Person.objects.filter(pk=person.pk)
    rows.update(status=status, status_on=act.happened_on, version=F("version") + 1)
