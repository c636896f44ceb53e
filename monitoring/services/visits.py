"""Recording visits: the same one is kept once, however often the phone sends it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import Conflict, OutOfScope, Refused
from accounts.models import Role, StoredFile, User
from accounts.permissions import require
from accounts.scope import scope_of
from households.models import BEGINNING, Household, Income
from households.services.conditions import record_condition, record_income
from monitoring.clock import add_months
from monitoring.models import Case, Clue, DutyTaken, Episode, Visit, Visitor, VisitSignature
from monitoring.policy import PolicyBook
from monitoring.risks import Risk
from monitoring.services.comparison import members_on
from monitoring.services.episodes import visited
from monitoring.visit_sections import section_of
from monitoring.visit_values import clean_values
from monitoring.workflow.engine import perform
from monitoring.workflow.files import attached
from monitoring.workflow.history import take_duty
from monitoring.workflow.inputs import Input, read
from monitoring.workflow.opening import latest_episode
from monitoring.workflow.visit_rules import VisitFacts, visit_faults

Kind = Visit.Kind
# What a visit says beside who, when, income and living conditions; forms and the API read the same list.
CONTENT = (
    Input("finding", "核实结论", "choice", choices=tuple(Visit.Finding.choices)),
    Input("by_phone", "电话走访", "flag"),
    Input("signed", "农户已签字", "flag"),
    Input("risks", "风险类型", "choices", choices=tuple((risk, risk) for risk in Risk.values)),
    Input("difficulties", "主要困难", longest=1000),
    Input("coping", "自身应对能力"),
    Input("policies", "现享受政策"),
    Input("advice", "建议"),
    Input("latitude", "纬度", longest=12),
    Input("longitude", "经度", longest=12),
    Input("accuracy", "定位误差（米）", longest=12),
    Input("unsigned_reason", "农户未签字原因", longest=200),
)
STOOD = ("same", "changed")
VISITOR = (
    Input("name", "走访人姓名", longest=60),
    Input("unit", "走访人单位", longest=120),
    Input("from_village", "村两委成员", "flag"),
)
WINDOW = (
    Input("starts_on", "收入起", "date"),
    Input("ends_on", "收入止", "date"),
    Input("members", "计算人数", "number"),
)
_BASIS = {Kind.CHECK: Income.Basis.IDENTIFY, Kind.CLEARING: Income.Basis.CLEAR, Kind.FOLLOW_UP: Income.Basis.VISIT}
_MOST_VISITORS = 12


@dataclass(frozen=True)
class Signature:
    """Who signed, by what picture or for what reason without one."""

    name: str
    of_household: bool = False
    file: StoredFile | None = None
    reason: str = ""


@dataclass(frozen=True)
class Paper:
    """What a visit that was entered section by section has beside its values (see `Visit`)."""

    sections: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    signatures: Sequence[Signature] = ()


def record_visit(
    *,
    household: Household,
    kind: str,
    visited_on: date,
    visitors: Sequence[Mapping[str, Any]],
    actor: User,
    at: datetime,
    uid: UUID | None = None,
    clue: Clue | None = None,
    case: Case | None = None,
    photos: Sequence[StoredFile] = (),
    content: Mapping[str, Any] | None = None,
    income: Mapping[str, Any] | None = None,
    condition: Mapping[str, Any] | None = None,
    paper: Paper | None = None,
) -> Visit:
    """Keep a visit with the income and the living conditions found on it; sets the episode's next follow-up.

    `visitors` are {user?: User, name, unit, from_village}; `content` as in CONTENT; `income` and `condition` as in
    households.services.conditions, the window of the income being the 12 months before unless given. A check needs
    its `clue`, an assessment before clearing its `case`. `uid` may come from the phone: the same content again gives
    the same row. `paper` has the sections, the sealed answers and the signatures of a visit entered section by section.

    Raises:
        OutOfScope: not his household, or a `uid` of somebody else's visit. Forbidden: not his right.
        Conflict: the `uid` is of another visit of his (`uid_taken`).
        Refused: the contents are unfit, or people, photos or signature are missing (`details`).
    """
    require_visitor(household=household, kind=kind, actor=actor, at=at)
    entry = _Entry(household, kind, visited_on, visitors, clue, case, photos, content, income, condition, paper)
    return _kept_once(uid or uuid4(), entry, actor, at)


def _kept_once(key: UUID, entry: _Entry, actor: User, at: datetime) -> Visit:
    """The visit of that uid: as it was kept before, or stored now."""
    try:
        with transaction.atomic():
            Household.objects.select_for_update().get(pk=entry.household.pk)
            return _known(key, entry, actor) or entry.store(key, actor, at)
    except IntegrityError:
        # Another household's lock does not keep two of the same uid apart; the unique key does.
        if (kept := _known(key, entry, actor)) is None:
            raise
        return kept


def require_visitor(*, household: Household, kind: str, actor: User, at: datetime) -> None:
    """Raises: OutOfScope: not his household. Forbidden: not his to make such a visit."""
    right = "monitoring.record_visit" if kind == Kind.FOLLOW_UP else "monitoring.record_check"
    require(actor=actor, right=right, code=household.village_id, at=at, helper_id=household.helper_id)


def check_clue(*, clue: Clue, version: int | None, actor: User, at: datetime, **visit: Any) -> tuple[Visit, Clue]:
    """Record the home check of a clue and hand in its result, both or neither; arguments as of `record_visit`.

    Sent again with the same `uid` it changes nothing, whatever became of the clue since.
    """
    with transaction.atomic():
        kept = record_visit(household=clue.household, kind=Kind.CHECK, clue=clue, actor=actor, at=at, **visit)
        if clue.transitions.filter(action="verify", data__visit=str(kept.uid)).exists():
            return kept, Clue.objects.get(pk=clue.pk)
        row = perform(subject=clue, action="verify", actor=actor, at=at, version=version, data={"visit": str(kept.uid)})
    return kept, row


def _known(uid: UUID, entry: _Entry, actor: User) -> Visit | None:
    kept = Visit.objects.filter(uid=uid).first()
    if kept is None:
        return None
    if kept.recorded_by_id != actor.pk:
        raise OutOfScope
    if kept.payload_digest != entry.digest:
        raise Conflict("这个编号已用于另一次走访，请作为新的走访提交。", field="uid", code="uid_taken")
    return kept


class _Entry:
    """One visit as sent in."""

    def __init__(
        self,
        household: Household,
        kind: str,
        visited_on: date,
        visitors: Sequence[Mapping[str, Any]],
        clue: Clue | None,
        case: Case | None,
        photos: Sequence[StoredFile],
        content: Mapping[str, Any] | None,
        income: Mapping[str, Any] | None,
        condition: Mapping[str, Any] | None,
        paper: Paper | None,
    ) -> None:
        if kind not in Kind.values:
            raise Refused("走访类型不在目录内。", field="kind", code="invalid")
        self.household, self.kind, self.visited_on = household, Kind(kind), visited_on
        self.clue, self.case, self.photos = clue, case, list(photos)
        self.content = read(CONTENT, content)
        self.income, self.condition = income, condition
        self.paper = paper or Paper()
        self.answers: dict[str, Any] = {}
        self.visitors = [dict(visitor) for visitor in visitors]
        self.digest = self._digest(content)

    def _digest(self, content: Mapping[str, Any] | None) -> str:
        """SHA-256 over what was sent, in a canonical order."""
        people = [{**one, "user": one["user"].pk if one.get("user") else None} for one in self.visitors]
        sent = [
            self.household.pk,
            self.kind.value,
            self.visited_on,
            people,
            self.clue.pk if self.clue else None,
            self.case.pk if self.case else None,
            [photo.sha256 for photo in self.photos],
            content or {},
            self.income or {},
            self.condition or {},
            *self._digest_of_paper(),
        ]
        return sha256(json.dumps(sent, sort_keys=True, default=str, ensure_ascii=False).encode()).hexdigest()

    def _digest_of_paper(self) -> list[Any]:
        """Nothing for a visit without one, so that its digest is what it always was."""
        if self.paper == Paper():
            return []
        signed = [
            (one.name, one.of_household, one.file and one.file.sha256, one.reason) for one in self.paper.signatures
        ]
        return [self.paper.sections, self.paper.answers, signed]

    def store(self, uid: UUID, actor: User, at: datetime) -> Visit:
        policy = PolicyBook()
        self._check_subject(timezone.localdate(at))
        people = self._people(at)
        photos = attached(self.photos, actor=actor, at=at)
        self._check_paper(timezone.localdate(at))
        attached([one.file for one in self.paper.signatures if one.file is not None], actor=actor, at=at)
        self._check_team(people, len(photos), policy, timezone.localdate(at))
        episode = latest_episode(self.household)
        visit = self._visit(uid, actor, at, episode)
        visit.photos.set(photos)
        for person in people:
            person.visit = visit
        Visitor.objects.bulk_create(people)
        VisitSignature.objects.bulk_create(
            VisitSignature(visit=visit, **vars(signature)) for signature in self.paper.signatures
        )
        self._note_duties(people, actor, at)
        if episode is not None and self.content["finding"] != Visit.Finding.NOT_MET:
            visited(episode=episode, on=self.visited_on, policy=policy)
        return visit

    def _check_subject(self, today: date) -> None:
        if self.visited_on > today:
            raise Refused("走访日期不能晚于今天。", field="visited_on", code="date_in_future")
        if self.visited_on < BEGINNING:
            raise Refused("走访日期的年份不对，请核对。", field="visited_on", code="invalid")
        if self.kind == Kind.CHECK and self.clue is None:
            raise Refused("核实走访须指明线索。", field="clue", code="invalid")
        if self.kind == Kind.CLEARING and self.case is None:
            raise Refused("消除核查须指明办件。", field="case", code="invalid")
        began = [row.received_on for row in (self.clue,) if row] + [row.opened_on for row in (self.case,) if row]
        if any(self.visited_on < day for day in began):
            raise Refused("走访日期早于线索接收或办件发起的日期。", field="visited_on", code="invalid")
        strangers = [row for row in (self.clue, self.case) if row and row.household_id != self.household.pk]
        if strangers:
            raise Refused("线索或办件不是这一户的。", field="clue", code="invalid")
        if self.case is not None and self.case.state != Case.State.ASSESSING and self.kind == Kind.CLEARING:
            raise Conflict("这个办件不在消除核查阶段，请刷新查看。", code="wrong_state")

    def _people(self, at: datetime) -> list[Visitor]:
        """The visitors, each once; whether a user is of the village's committee follows from his posts."""
        if len(self.visitors) > _MOST_VISITORS:
            raise Refused(f"走访人至多 {_MOST_VISITORS} 人。", field="visitors", code="invalid")
        people: dict[tuple[int | None, str, str], Visitor] = {}
        for sent in self.visitors:
            user: User | None = sent.get("user")
            said = read(VISITOR, {key: value for key, value in sent.items() if key != "user"})
            name = said["name"] or (user.name or user.username if user else "")
            if not name:
                raise Refused("请填写走访人姓名。", field="visitors", code="invalid")
            unit = said["unit"] or (user.unit if user else "")
            from_village = _of_village(user, at) if user else bool(said["from_village"])
            key = (user.pk, "", "") if user else (None, name, unit)
            people[key] = Visitor(user=user, name=name, unit=unit, from_village=from_village)
        return list(people.values())

    def _check_paper(self, today: date) -> None:
        """Sections and answers are those that a visit of this kind has, and every answer fits its question."""
        paper = self.paper
        if set(paper.sections.values()) - set(STOOD):
            raise Refused("各项核查情况只能是“与上次相同”或“有变化”。", field="sections", code="invalid")
        if any(section_of(self.kind, key) is None for key in paper.sections) or set(paper.answers) - set(
            paper.sections
        ):
            raise Refused("各项核查情况中有这种走访没有的项，或答了没有核的项。", field="sections", code="invalid")
        for key, values in paper.answers.items():
            section = section_of(self.kind, key)
            known = {ask.name for ask in section.asks} if section else set()
            if section is None or not isinstance(values, Mapping) or set(values) - known:
                raise Refused("回答中有不认识的内容。", field="answers", code="invalid")
            self.answers[key], faults = clean_values(section, values, today=today)
            if faults:
                details = list(faults.values())
                raise Refused(f"“{section.title}”的回答有误。", field="answers", code="invalid", details=details)

    def _check_team(self, people: Sequence[Visitor], photos: int, policy: PolicyBook, today: date) -> None:
        facts = VisitFacts(
            kind=self.kind,
            finding=self.content["finding"],
            visitors=len(people),
            from_outside=sum(not person.from_village for person in people),
            photos=photos,
            signed=bool(self.content["signed"] or self.content["unsigned_reason"]),
            by_phone=bool(self.content["by_phone"]),
        )
        code = self.household.village_id
        faults = list(visit_faults(facts, lambda key: policy.value(key, on=today, code=code)))
        if faults:
            raise Refused(f"走访记录不完整：{'；'.join(faults)}", code="conditions", details=faults)

    def _visit(self, uid: UUID, actor: User, at: datetime, episode: Episode | None) -> Visit:
        words = ("finding", "risks", "difficulties", "coping", "policies", "advice", "unsigned_reason")
        location = {name: self.content[name] for name in ("latitude", "longitude", "accuracy") if self.content[name]}
        return Visit.objects.create(
            uid=uid,
            payload_digest=self.digest,
            household=self.household,
            clue=self.clue,
            case=self.case,
            episode=episode,
            kind=self.kind,
            visited_on=self.visited_on,
            income=self._income(actor, at),
            condition=self._condition(actor, at),
            signed=bool(self.content["signed"]),
            by_phone=bool(self.content["by_phone"]),
            location=location,
            sections=dict(self.paper.sections),
            answers_sealed=Visit.answers.sealed(
                uid, json.dumps(self.answers, ensure_ascii=False) if self.answers else ""
            ),
            recorded_by=actor,
            recorded_at=at,
            **{name: self.content[name] for name in words},
        )

    def _income(self, actor: User, at: datetime) -> Income | None:
        if not self.income:
            return None
        sent = dict(self.income)
        amounts = {name: sent.pop(name) for name in ("items", "claims", "own_payments") if name in sent}
        window = read(WINDOW, sent)
        return record_income(
            household=self.household,
            basis=_BASIS[self.kind],
            starts_on=window["starts_on"] or add_months(self.visited_on, -12),
            ends_on=window["ends_on"] or self.visited_on,
            members=window["members"] or max(len(members_on(self.household, self.visited_on)), 1),
            actor=actor,
            at=at,
            **{"items": {}, **amounts},
        )

    def _condition(self, actor: User, at: datetime) -> Any:
        if not self.condition:
            return None
        values = {str(key): value for key, value in self.condition.items()}
        if values.keys() & {"household", "on", "actor", "at"}:
            raise Refused("生活条件中有不认识的内容。", field="condition", code="invalid")
        return record_condition(household=self.household, on=self.visited_on, actor=actor, at=at, **values)

    def _note_duties(self, people: Sequence[Visitor], actor: User, at: datetime) -> None:
        """Who assesses a household before its clearing has prepared the case."""
        if self.case is None or self.kind != Kind.CLEARING:
            return
        users = {actor.pk: actor, **{person.user.pk: person.user for person in people if person.user is not None}}
        for user in users.values():
            take_duty(self.case, user, DutyTaken.Duty.PREPARE, at)


def _of_village(user: User, at: datetime) -> bool:
    return Role.VILLAGE_CADRE in scope_of(user, timezone.localdate(at)).roles
