"""Events of whole households: a new head, one becomes two, two become one, a move, the end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import Division, User
from accounts.permissions import require
from households.models import Household, LifeEvent, Membership, Person
from households.models.person import HEAD
from households.moves import moved
from households.permissions import CANCEL, RECORD
from households.services.act import Act, carry_out
from households.services.belonging import (
    Reason,
    checked_family,
    current_members,
    flag_head,
    join_household,
    leave_household,
    relate_anew,
    set_status,
)
from sheets.text import text

Kind = LifeEvent.Kind
CANCEL_REASONS = ("整户迁出", "整户死亡", "整户自然减少", "重复建档", "其他")


def change_head(
    *,
    household: Household,
    version: int | None,
    relations: Mapping[int, str],
    happened_on: date,
    actor: User,
    at: datetime,
    reason: str = "",
    client_uid: UUID | None = None,
) -> LifeEvent:
    """A new householder: `relations` gives every member (by key) his relation to the new head, one of them 户主.

    Raises: Refused, Conflict, OutOfScope, Forbidden as `carry_out`; Refused when the head stays the same.
    """
    content = (household.pk, sorted(relations.items()))
    act = Act(Kind.HEAD_CHANGED, happened_on, actor, at, reason, client_uid, content)

    def do(locked: dict[int, Household]) -> LifeEvent:
        home = locked[household.pk]
        members = current_members(home)
        checked_family(members, relations)
        head = next(person for person, relation in relations.items() if relation == HEAD)
        if members[head].relation == HEAD:
            raise Refused(f"{members[head].person.name}已是户主，请选择新的户主。", field="relations")
        changes = relate_anew(members, relations, act)
        flag_head(home)
        return act.event(home, person=members[head].person, data={"relations": changes})

    return carry_out(act, {household.pk: version}, do)


def split(
    *,
    household: Household,
    version: int | None,
    number: str,
    relations: Mapping[int, str],
    happened_on: date,
    actor: User,
    at: datetime,
    staying: Mapping[int, str] | None = None,
    reason: str = "",
    client_uid: UUID | None = None,
) -> LifeEvent:
    """Some members form a household of their own under a new number in the same village; its event answers.

    `relations` names those who go and their relation to the new head. Where the old head goes, `staying` gives those
    who stay their relations to their new head. Episodes stay with the household that keeps its number.

    Raises: Refused also where nobody would stay or go, or the number is empty; Conflict where it is taken.
    """
    content = (household.pk, text(number), sorted(relations.items()), sorted((staying or {}).items()))
    act = Act(Kind.SPLIT, happened_on, actor, at, reason, client_uid, content)

    def do(locked: dict[int, Household]) -> LifeEvent:
        home = locked[household.pk]
        members = current_members(home)
        going = {key: row for key, row in members.items() if key in relations}
        left = {key: row for key, row in members.items() if key not in relations}
        checked_family(going, relations)
        if not left:
            raise Refused("分户后原户应至少留下一人；整户变动请办理户主变更或搬迁。", field="relations")
        new = _branch(home, text(number), act)
        _carry_over(going, new, relations, act)
        if staying is not None:
            checked_family(left, staying)
            relate_anew(left, staying, act)
        flag_head(home)
        return _both_events(act, home, new, going)

    return carry_out(act, {household.pk: version}, do)


def _carry_over(members: Mapping[int, Membership], target: Household, relations: Mapping[int, str], act: Act) -> None:
    for key, row in members.items():
        leave_household(row, act, Reason.MOVED)
        join_household(row.person, target, relations[key], act)


def _both_events(act: Act, old: Household, new: Household, members: Mapping[int, Membership]) -> LifeEvent:
    """One event in each household; that of the household where they now are is the answer."""
    names = [row.person.name for row in members.values()]
    act.event(old, other=new, data={"gone": names}, answers=False)
    return act.event(new, other=old, data={"came": names})


def _branch(home: Household, number: str, act: Act) -> Household:
    if not number or len(number) > 40:
        raise Refused("请填写新户的户编号，不超过40位。", field="number")
    if Household.objects.filter(number=number).exists():
        raise Conflict("这个户编号已有人使用，请核对。", field="number", code="number_taken")
    return Household.objects.create(
        number=number,
        village=home.village,
        group_name=home.group_name,
        category=home.category,
        support_classes=home.support_classes,
        first_identified_on=home.first_identified_on,
        helper=home.helper,
        registered_on=act.happened_on,
    )


def merge(
    *,
    household: Household,
    version: int | None,
    into: Household,
    into_version: int | None,
    relations: Mapping[int, str],
    happened_on: date,
    actor: User,
    at: datetime,
    reason: str = "",
    client_uid: UUID | None = None,
) -> LifeEvent:
    """All members of `household` join `into`, and the emptied household is cancelled; the other's event answers.

    `relations` gives each of them his relation to the head of `into`, nobody 户主.
    """
    if household.pk == into.pk:
        raise Refused("不能与自己并户。", field="into")
    content = (household.pk, into.pk, sorted(relations.items()))
    act = Act(Kind.MERGED, happened_on, actor, at, reason, client_uid, content)

    def do(locked: dict[int, Household]) -> LifeEvent:
        gone, home = locked[household.pk], locked[into.pk]
        members = current_members(gone)
        if set(members) != set(relations) or HEAD in relations.values():
            raise Refused("请给并入的每一位成员选择与户主关系（不能是户主）。", field="relations")
        _carry_over(members, home, relations, act)
        _close(gone, act, "并户")
        return _both_events(act, gone, home, members)

    return carry_out(act, {household.pk: version, into.pk: into_version}, do)


def move_household(
    *,
    household: Household,
    version: int | None,
    village: Division,
    happened_on: date,
    actor: User,
    at: datetime,
    group_name: str = "",
    reason: str = "",
    client_uid: UUID | None = None,
) -> LifeEvent:
    """The whole household moves to another village; the actor needs the right over both places."""
    act = Act(Kind.MOVED, happened_on, actor, at, reason, client_uid, (household.pk, village.pk, text(group_name)))

    def do(locked: dict[int, Household]) -> LifeEvent:
        home = locked[household.pk]
        if village.level != Division.Level.VILLAGE or village.pk == home.village_id:
            raise Refused("请选择另一个行政村。", field="village")
        try:
            require(actor=actor, right=RECORD, code=village.pk, at=at)
        except OutOfScope as error:
            raise Forbidden("迁入的村不在你的管辖范围内，请由共同的上级（乡镇或县）办理。") from error
        before = home.village_id
        home.village, home.group_name = village, text(group_name)[:60]
        home.save(update_fields=["village", "group_name"])
        moved(households=[home], actor=actor, at=at)
        return act.event(home, data={"village": [before, village.pk]})

    return carry_out(act, {household.pk: version}, do)


def cancel(
    *,
    household: Household,
    version: int | None,
    why: str,
    happened_on: date,
    actor: User,
    at: datetime,
    reason: str = "",
    client_uid: UUID | None = None,
) -> LifeEvent:
    """Strike a household off; it and its members stay in the register's history. `why` is one of CANCEL_REASONS.

    Members who are still there leave with it. Deaths are recorded one by one before, so that each has its day.
    """
    if why not in CANCEL_REASONS:
        raise Refused(f"注销原因只能是：{'、'.join(CANCEL_REASONS)}。", field="why")
    act = Act(Kind.CANCELLED, happened_on, actor, at, reason, client_uid, (household.pk, why), right=CANCEL)

    def do(locked: dict[int, Household]) -> LifeEvent:
        home = locked[household.pk]
        members = current_members(home)
        if members and why == "整户死亡":
            raise Refused("请先逐人登记死亡，再注销该户。", field="why")
        for row in members.values():
            leave_household(row, act, Reason.CANCELLED)
            set_status(row.person, Person.Status.LEFT, act)
        _close(home, act, why)
        return act.event(home, data={"why": why, "members": [row.person.name for row in members.values()]})

    return carry_out(act, {household.pk: version}, do)


def _close(household: Household, act: Act, why: str) -> None:
    household.cancelled_on, household.cancel_reason, household.needs_mending = act.happened_on, why, ""
    household.save(update_fields=["cancelled_on", "cancel_reason", "needs_mending"])
