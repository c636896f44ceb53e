"""Events of persons: born, married or moved in and out, dead, away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal, Required, TypedDict, Unpack
from uuid import UUID

from django.utils import timezone

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import User
from households.models import Household, LifeEvent, Membership, Person
from households.models.person import HEAD
from households.permissions import RECORD, require_for
from households.services.act import COUNT, Act, carry_out
from households.services.belonging import (
    Reason,
    checked_number,
    checked_relation,
    flag_head,
    join_household,
    known_person,
    leave_household,
    new_person,
    present,
    set_status,
)
from households.services.corrections import checked_person_values
from sheets.ids import birth_date
from sheets.text import fold_name

Kind = LifeEvent.Kind
AWAY = ("服刑", "参军", "失踪", "长期失联", "出国定居", "其他")
TAKEN = "该证件号码已在其他户登记，请联系乡镇或县里核对后办理。"


class Arrival(TypedDict, total=False):
    """What is said about somebody who comes: `relation` to the householder, `version` of the household, further fields
    of the person in `details` (`corrections.PERSON_FIELDS`)."""

    household: Required[Household]
    version: Required[int | None]
    name: Required[str]
    id_number: Required[str]
    relation: Required[str]
    happened_on: Required[date]
    actor: Required[User]
    at: Required[datetime]
    details: Mapping[str, Any]
    reason: str
    client_uid: UUID | None


def record_birth(**given: Unpack[Arrival]) -> LifeEvent:
    """A child is born into the household.

    Raises: Refused also where the number's birth date is not `happened_on`; Conflict where the number is registered.
    """
    number = checked_number(given["id_number"], timezone.localdate(given["at"]))
    if birth_date(number) != given["happened_on"]:
        raise Refused("证件号码中的出生日期与发生日期不同，请核对。", field="happened_on")
    return _welcome(Kind.BIRTH, given, number)


def marry_in(**given: Unpack[Arrival]) -> LifeEvent:
    """Somebody marries into the household; otherwise as `move_in`."""
    return _welcome(Kind.MARRIED_IN, given, checked_number(given["id_number"], timezone.localdate(given["at"])))


def move_in(**given: Unpack[Arrival]) -> LifeEvent:
    """Somebody moves into the household, or comes back to it.

    A registered person leaves his present household, over which the actor needs the right too.

    Raises: Refused for the dead, for members, for another name than the registered one; Conflict for somebody who is
    registered where the actor has no right, in words that tell neither who nor where.
    """
    return _welcome(Kind.MOVED_IN, given, checked_number(given["id_number"], timezone.localdate(given["at"])))


def _welcome(kind: LifeEvent.Kind, given: Arrival, number: str) -> LifeEvent:
    household, relation = given["household"], given["relation"]
    details = checked_person_values(given.get("details") or {})
    act = Act(
        kind,
        given["happened_on"],
        given["actor"],
        given["at"],
        given.get("reason", ""),
        given.get("client_uid"),
        (household.pk, given["name"], number, relation),
    )

    def do(locked: dict[int, Household]) -> LifeEvent:
        home, person = locked[household.pk], known_person(number)
        if person is None:
            return _arrive(home, new_person(number, given["name"], act, details), relation, act)
        if kind == Kind.BIRTH:
            raise Conflict(TAKEN, field="id_number", code="number_registered")
        left = _free(person, given["name"], home, locked, act)
        return _arrive(home, person, relation, act, left)

    require_for(actor=act.actor, household=household, right=RECORD, at=act.at)
    return carry_out(act, {household.pk: given["version"], **_elsewhere(number, household, act)}, do)


def _elsewhere(number: str, home: Household, act: Act) -> dict[int, Literal["count"]]:
    """The household that a registered person would leave: it is locked together with the one that he joins, always in
    the order of the keys, so that two who cross do not wait for each other.

    Raises: Conflict where the actor has no right over it.
    """
    person = known_person(number)
    row = present(person) if person else None
    place = row or (_last(person) if person else None)
    if place is None or place.household_id == home.pk:
        return {}
    _require_right(place.household, act)
    return {place.household_id: COUNT} if row else {}


def _free(person: Person, name: str, home: Household, locked: dict[int, Household], act: Act) -> Household | None:
    """End the person's present membership elsewhere; the household that he leaves."""
    row = present(person)
    if row is not None and row.household_id not in locked:
        raise Conflict(f"{person.name}刚刚转到另一户，请刷新后核对。", code="stale")
    if fold_name(name) != fold_name(person.name):
        raise Refused("姓名与该证件号码登记的姓名不同，请核对。", field="name")
    if person.status == Person.Status.DEAD:
        raise Refused("该证件号码的人员已登记死亡，请核对。", field="id_number")
    if row is None:
        set_status(person, Person.Status.PRESENT, act)
        return None
    if row.household_id == home.pk:
        raise Refused(f"{person.name}已是本户成员。", field="id_number")
    leave_household(row, act, Reason.MOVED)
    return locked[row.household_id]


def _last(person: Person) -> Membership | None:
    """The membership that ended by death or leaving, of somebody who belongs nowhere now."""
    rows = Membership.objects.filter(person=person).latest_each().select_related("household", "person")
    return rows.order_by("-left_on", "-id").first()


def _require_right(household: Household, act: Act) -> None:
    try:
        require_for(actor=act.actor, household=household, right=RECORD, at=act.at)
    except (OutOfScope, Forbidden) as error:
        raise Conflict(TAKEN, field="id_number", code="number_registered") from error


def _arrive(home: Household, person: Person, relation: str, act: Act, left: Household | None = None) -> LifeEvent:
    members = Membership.objects.current().filter(household=home)
    if checked_relation(relation) == HEAD and members.heads().exists():
        raise Refused("本户已有户主，请选择与户主的关系；要换户主请办理户主变更。", field="relation")
    join_household(person, home, relation, act)
    flag_head(home)
    if left is not None:
        flag_head(left)
        act.event(left, kind=Kind.MOVED_OUT, person=person, other=home, answers=False)
    return act.event(home, person=person, other=left, data={"relation": relation})


def marry_out(
    *,
    person: Person,
    version: int | None,
    happened_on: date,
    actor: User,
    at: datetime,
    reason: str = "",
    client_uid: UUID | None = None,
) -> LifeEvent:
    """A member marries out of the register's area; `version` is his household's."""
    act = Act(Kind.MARRIED_OUT, happened_on, actor, at, reason, client_uid, (person.pk,))
    return _go(act, person, version, Reason.MARRIED_OUT, Person.Status.LEFT)


def move_out(
    *,
    person: Person,
    version: int | None,
    happened_on: date,
    actor: User,
    at: datetime,
    destination: str = "",
    reason: str = "",
    client_uid: UUID | None = None,
) -> LifeEvent:
    """A member moves out of the register's area; `version` is his household's."""
    act = Act(Kind.MOVED_OUT, happened_on, actor, at, reason, client_uid, (person.pk, destination))
    return _go(act, person, version, Reason.MOVED_OUT, Person.Status.LEFT, {"destination": destination[:200]})


def record_death(
    *,
    person: Person,
    version: int | None,
    happened_on: date,
    actor: User,
    at: datetime,
    reason: str = "",
    client_uid: UUID | None = None,
) -> LifeEvent:
    """A member has died; `version` is his household's. A household without its head is flagged for a new one."""
    act = Act(Kind.DEATH, happened_on, actor, at, reason, client_uid, (person.pk,))
    return _go(act, person, version, Reason.DEATH, Person.Status.DEAD)


def leave(
    *,
    person: Person,
    version: int | None,
    why: str,
    happened_on: date,
    actor: User,
    at: datetime,
    reason: str = "",
    client_uid: UUID | None = None,
) -> LifeEvent:
    """A member is away for long and no longer counts (自然减少); `why` is one of AWAY. He comes back by `move_in`."""
    if why not in AWAY:
        raise Refused(f"减少原因只能是：{'、'.join(AWAY)}。", field="why")
    act = Act(Kind.LEFT, happened_on, actor, at, reason, client_uid, (person.pk, why))
    return _go(act, person, version, Reason.LEFT, Person.Status.LEFT, {"why": why})


def _go(
    act: Act,
    person: Person,
    version: int | None,
    why: Reason,
    status: Person.Status,
    data: dict[str, Any] | None = None,
) -> LifeEvent:
    household_id = _household_of(person, act)

    def do(locked: dict[int, Household]) -> LifeEvent:
        home, row = locked[household_id], present(person)
        if row is None:
            _only_death(person, why)
        elif row.household_id != household_id:
            raise Conflict(f"{person.name}已转到另一户，请刷新后核对。", code="not_a_member")
        else:
            leave_household(row, act, why)
        set_status(person, status, act)
        flag_head(home)
        relation = row.relation if row else ""
        return act.event(home, person=person, data={"relation": relation, **(data or {})})

    return carry_out(act, {household_id: version}, do)


def _only_death(person: Person, why: Reason) -> None:
    """Of somebody who is away only his death can still be recorded."""
    person.refresh_from_db(fields=["status"])
    if why != Reason.DEATH or person.status != Person.Status.LEFT:
        raise Conflict(f"{person.name}现在不在任何一户，请刷新后核对。", code="not_a_member")


def _household_of(person: Person, act: Act) -> int:
    """His household, now or last; for a repetition of a submission the one that the first time was about."""
    if act.client_uid is not None:
        event = LifeEvent.objects.filter(client_uid=act.client_uid, person=person).first()
        if event is not None:
            return event.household_id
    row = present(person) or _last(person)
    if row is None:
        raise Conflict(f"{person.name}现在不在任何一户，请刷新后核对。", code="not_a_member")
    return row.household_id
