"""What all life events share: who records what happened when, checked, locked, written once.

An act names the households it touches with the versions that its author saw. In one transaction they are locked (in the
order of their keys), his right over each is checked, a repetition of the same submission gets its first answer, and the
versions are counted up by a conditional UPDATE, so that of two authors of the same moment one is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.crypto import blind_index
from accounts.errors import Conflict, Refused
from accounts.models import User
from accounts.services import audit
from accounts.versions import change, needed, stale
from households.models import BEGINNING, Household, LifeEvent, Membership, Person
from households.permissions import RECORD, require_for

REASON_LENGTH = 500


@dataclass(frozen=True)
class Act:
    """One submission. `content` is what was submitted besides, for telling a repetition from another submission."""

    kind: LifeEvent.Kind
    happened_on: date
    actor: User
    at: datetime
    reason: str = ""
    client_uid: UUID | None = None
    content: tuple[Any, ...] = field(default=(), repr=False)
    right: str = RECORD

    def check(self) -> None:
        """Raises: Refused for a day that is not over yet, or too long a reason."""
        if isinstance(self.happened_on, datetime) or not isinstance(self.happened_on, date):
            raise Refused("请填写发生日期。", field="happened_on")
        if self.happened_on > timezone.localdate(self.at):
            raise Refused("发生日期不能晚于今天。", field="happened_on", code="date_in_future")
        if self.happened_on < BEGINNING:
            raise Refused("发生日期过早，请核对。", field="happened_on")
        if len(self.reason) > REASON_LENGTH:
            raise Refused(f"说明不能超过{REASON_LENGTH}字。", field="reason")

    def digest(self) -> bytes:
        """Keyed, because what was submitted may hold a resident number."""
        said = [self.kind, self.happened_on.isoformat(), self.actor.pk, self.reason, *map(str, self.content)]
        return blind_index("life_act", json.dumps(said, ensure_ascii=False))

    def event(
        self,
        household: Household,
        *,
        kind: LifeEvent.Kind | None = None,
        person: Person | None = None,
        other: Household | None = None,
        data: dict[str, Any] | None = None,
        answers: bool = True,
    ) -> LifeEvent:
        """Write the event; `answers` is false for the second event of an act, which is not the answer to its author."""
        uid = self.client_uid if answers else None
        event = LifeEvent.objects.create(
            household=household,
            person=person,
            other_household=other,
            kind=kind or self.kind,
            happened_on=self.happened_on,
            recorded_at=self.at,
            actor=self.actor,
            reason=self.reason,
            data=data or {},
            client_uid=uid,
            client_digest=self.digest() if uid else None,
        )
        audit.record(actor=self.actor, at=self.at, action=f"household.{event.kind}", target=event)
        return event


# A household whose own values stay as they are: locked and asked about, its version neither named nor counted up.
KEEP: Final = "keep"
# A second household that the author of the act had not before him (whom somebody leaves): counted up as it stands.
COUNT: Final = "count"
Seen = int | None | Literal["keep", "count"]
Versions = Mapping[int, Seen]


def carry_out(act: Act, versions: Versions, do: Callable[[dict[int, Household]], LifeEvent]) -> LifeEvent:
    """Do it in one transaction on the locked households (by key); a repetition gives the event of the first time.

    Raises:
        Refused: a bad day, a missing version, a cancelled household.
        Conflict: a stale version, or the same submission number with other content.
        OutOfScope, Forbidden: the actor may not, for any of the households.
    """
    act.check()
    try:
        with transaction.atomic():
            households = _locked(versions)
            for household in households.values():
                require_for(actor=act.actor, household=household, right=act.right, at=act.at)
            earlier = _earlier(act)
            if earlier is not None:
                return earlier
            for key, household in households.items():
                _count_up(household, versions[key])
            return do(households)
    except IntegrityError as error:
        # A unique number, household or submission that somebody else has written in the same moment.
        earlier = _earlier(act)
        if earlier is None:
            raise Conflict("他人刚刚登记了相同的内容，请刷新后核对。", code="conflict") from error
        return earlier


def _locked(versions: Versions) -> dict[int, Household]:
    rows = Household.objects.select_for_update(of=("self",)).select_related("village").order_by("pk")
    return {household.pk: household for household in rows.filter(pk__in=versions)}


def _earlier(act: Act) -> LifeEvent | None:
    if act.client_uid is None:
        return None
    event = LifeEvent.objects.filter(client_uid=act.client_uid).first()
    if event is not None and bytes(event.client_digest or b"") != act.digest():
        raise Conflict("这个提交编号已用于另一份内容，请重新填写后提交。", code="client_uid_reused")
    return event


def _count_up(household: Household, version: Seen) -> None:
    if version == KEEP:
        return
    if version == COUNT:
        version = household.version
    if household.version != needed(version):
        conflict = stale(household, version, {})
        conflict.details = [f"现有成员：{_members_now(household)}"]
        raise conflict
    if household.cancelled_on is not None:
        raise Refused(f"该户已于{household.cancelled_on}注销，不能再办理变动。", code="household_cancelled")
    change(household, version=version)


def _members_now(household: Household) -> str:
    rows = Membership.objects.current().filter(household=household).select_related("person").order_by("id")
    return "、".join(f"{row.person.name}（{row.relation}）" for row in rows) or "无"
