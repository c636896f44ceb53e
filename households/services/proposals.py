"""What departments report about persons, until a cadre decides: proposals, and the life events that they become."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.crypto import seal, unseal
from accounts.errors import Conflict, Refused
from accounts.models import User
from accounts.services import audit
from households.models import ChangeProposal, Household, LifeEvent, Membership, Person
from households.permissions import DECIDE, require_for
from households.services.belonging import present
from households.services.corrections import change_name, change_number
from households.services.life_persons import marry_out, move_out, record_death

State = ChangeProposal.State
KINDS = ("出生", "死亡", "迁入", "迁出", "婚姻", "改名", "改号")
BATCH = 500
WITHDRAWN = "部门已更正或撤回"


@dataclass(frozen=True)
class Reported:
    """One change that a department reports of a registered person.

    `key` tells this report from all others and stays the same when its file is read again; `name` and `number` are the
    new ones of 改名 and 改号.
    """

    person_id: int
    kind: str
    happened_on: date | None
    key: str
    name: str = ""
    number: str = ""


def propose_changes(*, reported: Iterable[Reported], at: datetime) -> int:
    """Enter what departments report; a report that is there already is not entered again. How many are new.

    Changes nobody's data. Reports of persons who belong to no household are passed over. Ten thousand take two
    queries a batch of 500.
    """
    made, batch = 0, []
    for report in reported:
        batch.append(report)
        if len(batch) == BATCH:
            made += _enter(batch, at)
            batch = []
    return made + _enter(batch, at)


def _enter(reports: list[Reported], at: datetime) -> int:
    _reopen([report.key for report in reports])
    places = dict(
        Membership.objects.filter(person__in={report.person_id for report in reports})
        .latest_each()
        .order_by("id")
        .values_list("person_id", "household_id")
    )
    known = set(
        ChangeProposal.objects.filter(source_key__in=[r.key for r in reports]).values_list("source_key", flat=True)
    )
    fresh = {r.key: r for r in reports if r.key not in known and r.person_id in places}
    rows = [_proposal(report, places[report.person_id], at) for report in fresh.values()]
    ChangeProposal.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def withdraw_changes(*, keys: Iterable[str], at: datetime) -> int:
    """Close open proposals whose report is gone (its file was replaced or undone); how many. Decided ones stand."""
    rows = ChangeProposal.objects.open().filter(source_key__in=list(keys))
    return rows.update(state=State.REFUSED, decided_at=at, note=WITHDRAWN)


def _reopen(keys: list[str]) -> None:
    """A report that was withdrawn, not decided, and now comes again."""
    rows = ChangeProposal.objects.filter(source_key__in=keys, state=State.REFUSED, decided_by=None)
    rows.update(state=State.OPEN, decided_at=None, note="")


def _proposal(report: Reported, household_id: int, at: datetime) -> ChangeProposal:
    row = ChangeProposal(
        person_id=report.person_id,
        household_id=household_id,
        kind=report.kind,
        happened_on=report.happened_on,
        source_key=report.key,
        proposed_at=at,
    )
    if report.name or report.number:
        said = json.dumps({"name": report.name, "number": report.number}, ensure_ascii=False)
        row.sealed = seal(said.encode(), _place(row))
    return row


def reported_values(proposal: ChangeProposal) -> dict[str, str]:
    """The new name and number that were reported, in plain; for the eyes of who decides. Raises: Unreadable."""
    if not proposal.sealed:
        return {"name": "", "number": ""}
    return dict(json.loads(unseal(bytes(proposal.sealed), _place(proposal))))


def _place(proposal: ChangeProposal) -> str:
    return f"households.changeproposal|sealed|{proposal.uid}"


def decide_proposal(
    *,
    proposal: ChangeProposal,
    confirm: bool,
    actor: User,
    at: datetime,
    happened_on: date | None = None,
    note: str = "",
    married_out: bool = False,
) -> ChangeProposal:
    """Confirm a proposal, which does what it says, or do not take it up, which needs a `note`.

    `happened_on` is the day as the cadre knows it, else the reported one. 死亡, 迁出, 改名 and 改号 become their life
    events; 婚姻 does where `married_out`; 出生, 迁入 and other marriages are confirmed as done, because who comes is
    entered with the household's own form.

    Raises:
        Refused: no day, or no note where one is needed; what the life event itself refuses.
        Conflict: it is decided already.
        OutOfScope, Forbidden.
    """
    with transaction.atomic():
        household = Household.objects.get(pk=proposal.household_id)
        require_for(actor=actor, household=household, right=DECIDE, at=at)
        if not confirm and not note.strip():
            raise Refused("不采纳时请说明理由。", field="note")
        state = State.CONFIRMED if confirm else State.REFUSED
        still_open = ChangeProposal.objects.open().filter(pk=proposal.pk)
        if not still_open.update(state=state, decided_by=actor, decided_at=at, note=note.strip()[:500]):
            raise Conflict("这条变动已由他人处理，请刷新后查看。", code="decided")
        proposal.refresh_from_db()
        if confirm:
            _apply(proposal, happened_on or proposal.happened_on, married_out, actor, at)
        audit.record(actor=actor, at=at, action="proposal.decided", target=proposal, detail={"state": state})
    return proposal


def _apply(proposal: ChangeProposal, day: date | None, married_out: bool, actor: User, at: datetime) -> None:
    verb = marry_out if proposal.kind == "婚姻" and married_out else _LEAVING.get(proposal.kind)
    rename = _RENAMING.get(proposal.kind)
    if verb is None and rename is None:
        return
    if day is None:
        raise Refused("部门没有给出变动日期，请填写实际日期。", field="happened_on")
    person = proposal.person
    common: dict[str, Any] = {"happened_on": day, "actor": actor, "at": at, "reason": "部门推送，已核实"}
    if verb is not None:
        row = present(person)
        verb(person=person, version=row.household.version if row else _version_of(proposal), **common)
    elif rename is not None:
        rename(person, reported_values(proposal), common)


def _version_of(proposal: ChangeProposal) -> int:
    return Household.objects.get(pk=proposal.household_id).version


def _rename(person: Person, said: Mapping[str, str], common: dict[str, Any]) -> None:
    change_name(person=person, version=person.version, name=said["name"], **common)


def _renumber(person: Person, said: Mapping[str, str], common: dict[str, Any]) -> None:
    change_number(person=person, version=person.version, id_number=said["number"], **common)


_LEAVING: Mapping[str, Callable[..., LifeEvent]] = {"死亡": record_death, "迁出": move_out}
_RENAMING: Mapping[str, Callable[[Person, Mapping[str, str], dict[str, Any]], None]] = {
    "改名": _rename,
    "改号": _renumber,
}
