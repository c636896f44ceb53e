"""A farmer's own application: taken in once without a word on who is registered, then linked to a household or refused."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.crypto import blind_index
from accounts.errors import Conflict, OutOfScope, Refused, TooMany
from accounts.models import Division, User
from accounts.permissions import require
from accounts.services import audit
from households.models import FormerNumber, Household, Membership, Person
from monitoring.models import Application, ApplicationPoint, Clue
from monitoring.policy import PolicyBook
from monitoring.risks import Risk
from monitoring.services.clues import open_clue
from monitoring.workflow.inputs import Input, read
from sheets.faults import CellFault
from sheets.ids import clean_id

HANDLE = "monitoring.handle_application"
_MOST_AT_ONCE = 500
# A farmer's words for the risks.
DIFFICULTIES = (
    (Risk.ILLNESS, "看病花钱多"),
    (Risk.DISABILITY, "家里有人残疾"),
    (Risk.SCHOOLING_COST, "上学花钱多"),
    (Risk.COMPULSORY_SCHOOLING, "孩子没在上学"),
    (Risk.DISASTER, "遭了灾"),
    (Risk.ACCIDENT, "出了意外事故"),
    (Risk.INDUSTRY, "种养、生意亏了"),
    (Risk.EMPLOYMENT, "没活干、工资没着落"),
    (Risk.LABOUR, "家里没有劳力"),
    (Risk.HOUSING, "房子不安全"),
    (Risk.WATER, "吃水困难"),
    (Risk.INCOME, "收入少了"),
    (Risk.OTHER, "其他困难"),
)
CONTENT = (
    Input("name", "姓名", needed=True, longest=60, encrypted=True),
    Input("id_number", "证件号码", needed=True, longest=30, encrypted=True),
    Input("phone", "联系电话", needed=True, longest=20, encrypted=True),
    Input("place", "住在哪个组", longest=100, encrypted=True),
    Input("members", "家里几口人", "number"),
    Input("difficulty", "遇到什么困难", "choice", needed=True, choices=DIFFICULTIES),
    Input("words", "说说情况", longest=500, encrypted=True),
    Input("agent", "代填人姓名", longest=60, encrypted=True),
    Input("agent_relation", "代填人和他的关系", longest=60, encrypted=True),
    Input("consent", "同意授权", "flag", needed=True),
)


@dataclass(frozen=True)
class Receipt:
    """What the applicant gets: the number to ask with. It can be had again only with the form's own uid."""

    number: str
    application: Application


def receipt_of(uid: UUID) -> str:
    """The receipt number of an application: 80 bits that nobody can guess, in groups that can be copied by hand."""
    letters = base64.b32encode(blind_index("application_receipt", str(uid))[:10]).decode()
    return "-".join(letters[place : place + 4] for place in range(0, 16, 4))


def point_of(*, village: Division, actor: User, at: datetime, anew: bool = False) -> ApplicationPoint:
    """The public page of a village, made if there is none; `anew` gives it another token and the old posters end.

    Raises: OutOfScope, Forbidden; Refused for what is no village.
    """
    require(actor=actor, right=HANDLE, code=village.code, at=at)
    if village.level != Division.Level.VILLAGE:
        raise Refused("海报按村做，请选一个村。", field="village", code="invalid")
    values = {"token": secrets.token_urlsafe(15), "made_by": actor, "made_at": at}
    with transaction.atomic():
        point, made = ApplicationPoint.objects.get_or_create(village=village, defaults=values)
        if made or anew:
            audit.record(actor=actor, at=at, action="application_point.made", target=point, detail={"anew": anew})
        if anew and not made:
            for name, value in values.items():
                setattr(point, name, value)
            point.save()
    return point


def submit_application(
    *,
    village: Division,
    uid: UUID,
    content: Mapping[str, Any],
    at: datetime,
    actor: User | None = None,
    address: str | None = None,
) -> Receipt:
    """Take in an application, once for its `uid`.

    `actor` None is the public page, whose answer never depends on whether anybody is registered (`link_waiting`); a
    cadre who files it for the farmer has it linked at once.

    Raises:
        Refused: the contents are unfit (`details`, `field`). TooMany: too many from this address or for this village.
        OutOfScope, Forbidden: a cadre's place or right.
    """
    if actor is not None:
        require(actor=actor, right=HANDLE, code=village.code, at=at)
    values = _read(content, at)
    kept = _kept(uid)
    if kept is not None:
        return Receipt(receipt_of(uid), kept)
    if actor is None:
        _throttle(village, address, at)
    try:
        with transaction.atomic():
            application = _store(village, uid, values, actor, address, at)
    except IntegrityError:
        # The same form sent twice at once: one of the two is kept.
        return Receipt(receipt_of(uid), Application.objects.get(uid=uid))
    if actor is not None and (home := _homes_of([application]).get(application.pk)):
        _link_alone(application, home, actor, at)
    return Receipt(receipt_of(uid), application)


def _kept(uid: UUID) -> Application | None:
    return Application.objects.filter(uid=uid).first()


def _read(content: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    values = read(CONTENT, content)
    if not values["consent"]:
        raise Refused("要同意授权，村里和乡镇才能核对。", field="consent", code="invalid")
    try:
        values["id_number"] = clean_id(values["id_number"], timezone.localdate(at))
    except CellFault as fault:
        raise Refused(fault.message, field="id_number", code=fault.code) from fault
    digits = "".join(letter for letter in values["phone"] if letter.isdigit())
    if not 7 <= len(digits) <= 13:
        raise Refused("联系电话应为手机号或带区号的座机号。", field="phone", code="invalid")
    return values


def _store(
    village: Division, uid: UUID, values: Mapping[str, Any], actor: User | None, address: str | None, at: datetime
) -> Application:
    row = Application.objects.create(
        uid=uid,
        village=village,
        content_sealed=Application.content.sealed(uid, json.dumps(values, ensure_ascii=False)),
        id_index=blind_index("id_number", values["id_number"]),
        receipt_index=blind_index("receipt", receipt_of(uid)),
        address_index=blind_index("address", address) if address else None,
        filed_by=actor,
        submitted_at=at,
    )
    audit.record(actor=actor, at=at, action="application.received", target=row)
    return row


def _throttle(village: Division, address: str | None, at: datetime) -> None:
    policy, today = PolicyBook(), timezone.localdate(at)
    sent = Application.objects.filter(filed_by=None)
    of_address = sent.filter(
        address_index=blind_index("address", address or ""), submitted_at__gt=at - timedelta(hours=1)
    )
    of_village = sent.filter(village=village, submitted_at__gt=at - timedelta(days=1))
    limits = (("application_address_hour", of_address), ("application_village_day", of_village))
    if any(found.count() >= policy.value(key, on=today, code=village.code) for key, found in limits):
        raise TooMany("申报的人太多，这一份没有收下。请过一小时再交，或者到村委会填纸质申请书。", code="too_many")


def link_waiting(*, at: datetime) -> int:
    """Link the waiting applications whose number is one household's of their village; returns how many.

    Done apart from the taking in, so that not even the time that an answer takes tells whether somebody is registered.
    """
    waiting = list(Application.objects.waiting().order_by("id")[:_MOST_AT_ONCE])
    homes = _homes_of(waiting)
    return sum(_link_alone(row, homes[row.pk], None, at) for row in waiting if row.pk in homes)


def _homes_of(applications: Sequence[Application]) -> dict[int, Household]:
    """By application, the one household of its village that the number belongs to, where there is just one."""
    indexes = {bytes(row.id_index) for row in applications}
    persons = {
        pk: bytes(index) for pk, index in Person.objects.filter(id_index__in=indexes).values_list("pk", "id_index")
    }
    former = FormerNumber.objects.filter(id_index__in=indexes).values_list("person_id", "id_index")
    persons |= {pk: bytes(index) for pk, index in former}
    rows = Membership.objects.current().filter(person_id__in=persons).select_related("household")
    found: dict[tuple[bytes, str], dict[int, Household]] = {}
    for row in rows:
        place = (persons[row.person_id], row.household.village_id)
        found.setdefault(place, {})[row.household_id] = row.household
    homes = {row.pk: found.get((bytes(row.id_index), row.village_id), {}) for row in applications}
    return {pk: next(iter(home.values())) for pk, home in homes.items() if len(home) == 1}


def _link_alone(application: Application, household: Household, actor: User | None, at: datetime) -> bool:
    """Link without a person's choice; whatever stands in the way is left to the inbox."""
    try:
        with transaction.atomic():
            _link(application, household, actor, at)
    except Refused:
        return False
    return True


def link_application(*, application: Application, household: Household, actor: User, at: datetime) -> Clue:
    """Make the application a clue about a registered household, or evidence of its open one.

    Raises: OutOfScope, Forbidden; Conflict when somebody was faster; Refused as `open_clue`.
    """
    require(actor=actor, right=HANDLE, code=application.village_id, at=at)
    if household.village_id[:9] != application.village_id[:9]:
        raise Refused("这一户不在本乡镇，请核对户编号。", field="household", code="invalid")
    with transaction.atomic():
        return _link(application, household, actor, at)


def _link(application: Application, household: Household, actor: User | None, at: datetime) -> Clue:
    row = _waiting(application)
    values = content_of(row)
    clue = open_clue(
        household=household,
        risk=values["difficulty"],
        channel=Clue.Channel.APPLICATION,
        content=_told(values),
        reporter=values["agent"] or values["name"],
        received_on=timezone.localdate(row.submitted_at),
        actor=actor,
        at=at,
    )
    row.household, row.clue = household, clue
    _decide(row, Application.State.LINKED, actor, at)
    application.refresh_from_db()
    return clue


def _told(values: Mapping[str, Any]) -> str:
    """What the visitors need to know, without the number, which the register has."""
    difficulty = dict(DIFFICULTIES)[values["difficulty"]]
    agent = f"{values['agent']}（{values['agent_relation'] or '关系未填'}）代填。" if values["agent"] else ""
    return f"{values['name']}申报：{difficulty}。{values['words']} {agent}电话 {values['phone']}".strip()


def refuse_application(*, application: Application, reason: str, actor: User, at: datetime) -> Application:
    """Not for this office to deal with, and why; the applicant asks at the village committee.

    Raises: OutOfScope, Forbidden; Refused without a reason; Conflict when somebody was faster.
    """
    require(actor=actor, right=HANDLE, code=application.village_id, at=at)
    told = read((Input("reason", "理由", needed=True),), {"reason": reason})["reason"]
    with transaction.atomic():
        row = _waiting(application)
        row.reason = told
        _decide(row, Application.State.REFUSED, actor, at)
    return row


def _waiting(application: Application) -> Application:
    row = Application.objects.select_for_update().get(pk=application.pk)
    if row.state != Application.State.RECEIVED:
        raise Conflict("这份申报刚被他人处理过，请刷新查看。", code="stale")
    return row


def _decide(row: Application, state: str, actor: User | None, at: datetime) -> None:
    """Take the row out of the inbox; of two at once one wins, on every database."""
    values = {
        "state": state,
        "household": row.household,
        "clue": row.clue,
        "reason": row.reason,
        "decided_by": actor,
        "decided_at": at,
    }
    if not Application.objects.filter(pk=row.pk, state=Application.State.RECEIVED).update(**values):
        raise Conflict("这份申报刚被他人处理过，请刷新查看。", code="stale")
    row.state = state
    audit.record(actor=actor, at=at, action=f"application.{state}", target=row)


def content_of(application: Application) -> dict[str, Any]:
    """What was applied for, opened."""
    opened: dict[str, Any] = json.loads(application.content)
    return opened


def state_words(*, number: str) -> str | None:
    """What whoever holds a receipt number may know, in words that tell nothing of the register; None for no receipt."""
    index = blind_index("receipt", number)
    row = Application.objects.filter(receipt_index=index).select_related("clue").first()
    if row is None:
        return None
    running = row.state == Application.State.RECEIVED or (row.clue is not None and row.clue.state in Clue.OPEN_STATES)
    if running:
        return "已收到，正在办。村里或乡镇会打电话或上门，一般在 15 天内有结果。"
    return "已办完。请带上证件到村委会问结果；不同意可以再申报，也可以打 12317。"


def phone_of(*, application: Application, actor: User, at: datetime, address: str | None = None) -> str:
    """The applicant's whole telephone number, for calling him back; that it was looked at is kept.

    Raises: OutOfScope, Forbidden.
    """
    require(actor=actor, right=HANDLE, code=application.village_id, at=at)
    audit.record(
        actor=actor, at=at, action="application.phone_seen", target=application, purpose="帮扶联系", address=address
    )
    return str(content_of(application)["phone"])


def open_point(token: str) -> ApplicationPoint:
    """The village of a poster. Raises: OutOfScope for a token that is none, or no more."""
    point = ApplicationPoint.objects.filter(token=token).select_related("village__parent").first()
    if point is None:
        raise OutOfScope
    return point


def drop_refused(*, at: datetime) -> int:
    """Throw away refused applications whose time is over (`application_refused_days`); returns how many."""
    policy, today = PolicyBook(), timezone.localdate(at)
    refused = Application.objects.filter(state=Application.State.REFUSED).only("pk", "village_id", "decided_at")
    old = [
        row.pk
        for row in refused
        if row.decided_at
        and row.decided_at
        < at - timedelta(days=policy.value("application_refused_days", on=today, code=row.village_id))
    ]
    Application.objects.filter(pk__in=old).delete()
    if old:
        audit.record(actor=None, at=at, action="application.dropped", detail={"rows": len(old)})
    return len(old)
