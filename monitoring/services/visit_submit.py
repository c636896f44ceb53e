"""Handing in a visit that was entered section by section: what is still missing, who signs, and the record itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.errors import Conflict, OutOfScope, Refused
from accounts.models import Post, Role, StoredFile, User
from accounts.scope import scope_of
from households.models import Household
from monitoring.models import Visit, VisitDraft
from monitoring.policy import PolicyBook
from monitoring.services.visit_drafts import PHOTO, VisitSubject, answers_of
from monitoring.services.visit_last import LastTime, last_time
from monitoring.services.visit_record import (
    HOUSEHOLD_SLOT,
    ON_PAPER,
    REASONS,
    condition_of,
    content_of,
    income_of,
    seen,
)
from monitoring.services.visits import Paper, Signature, check_clue, record_visit
from monitoring.visit_sections import sections_for
from monitoring.visit_values import clean_values
from monitoring.workflow.visit_rules import VisitFacts, visit_faults

_COLLEAGUES = (Role.VILLAGE_CADRE, Role.TOWNSHIP_STAFF, Role.TOWNSHIP_LEADER, Role.HELPER)
_MOST_COLLEAGUES = 60
SEPARATORS = str.maketrans({"，": ",", "、": ",", "\t": ","})


@dataclass(frozen=True)
class Signer:
    """Somebody who is to sign: the household, who enters the visit, and who came along."""

    slot: str
    name: str
    unit: str = ""
    user: User | None = None
    file: StoredFile | None = None
    reason: str = ""

    @property
    def is_done(self) -> bool:
        return self.file is not None or bool(self.reason)

    @property
    def reason_words(self) -> str:
        return dict(REASONS).get(self.reason, "")


@dataclass(frozen=True)
class Gap:
    """Something that is still missing, and the section where it is mended."""

    section: str
    sentence: str


def colleagues(subject: VisitSubject, actor: User, on: date) -> list[User]:
    """Who may have come along: people with a field post in the village, its township, or over it as a helper."""
    codes = [subject.household.village_id, subject.household.village_id[:9].ljust(12, "0")]
    posts = Post.objects.current(on).filter(division_id__in=codes, role__in=_COLLEAGUES)
    users = User.objects.filter(pk__in=posts.values("user_id"), is_active=True).exclude(pk=actor.pk)
    return list(users.order_by("name", "pk")[:_MOST_COLLEAGUES])


def signers(
    answers: Mapping[str, Any], files: Sequence[Any], head: str, actor: User, known: Sequence[User]
) -> list[Signer]:
    """Everybody who is to sign, with what there is of each."""
    team = answers.get("team", {}).get("values", {})
    proof = answers.get("proof", {}).get("values", {})
    by_slot = {one.slot: one.file for one in files if one.slot != PHOTO}
    people = {user.username: user for user in known}
    came = [people[name] for name in team.get("companions", []) if name in people]
    named = [_named(line) for line in str(team.get("others", "")).splitlines() if line.strip()]
    wanted = [
        Signer(HOUSEHOLD_SLOT, head, "农户"),
        *(Signer(f"sign:u:{user.username}", user.name or user.username, user.unit, user) for user in [actor, *came]),
        *(Signer(f"sign:n:{name}"[:80], name, unit) for name, unit in named),
    ]
    return [
        Signer(one.slot, one.name, one.unit, one.user, by_slot.get(one.slot), proof.get(f"reason:{one.slot}", ""))
        for one in wanted
    ]


def _named(line: str) -> tuple[str, str]:
    name, _, unit = line.translate(SEPARATORS).partition(",")
    return name.strip()[:60], unit.strip()[:120]


def gaps(
    subject: VisitSubject, answers: Mapping[str, Any], files: Sequence[Any], who: Sequence[Signer], at: datetime
) -> list[Gap]:
    """What stands in the way of handing the visit in, in the order of the sections."""
    today = timezone.localdate(at)
    found = [*_unanswered(subject, answers, today), *_unproved(subject, answers, files, who, at)]
    order = [section.key for section in sections_for(subject.kind)]
    return sorted(dict.fromkeys(found), key=lambda gap: order.index(gap.section))


def _unanswered(subject: VisitSubject, answers: Mapping[str, Any], today: date) -> Iterator[Gap]:
    told = seen(answers)
    met = told.get("finding", {}).get("finding") != Visit.Finding.NOT_MET
    for section in sections_for(subject.kind):
        begun = answers.get(section.key)
        if section.key != "proof" and section.key in told:
            _, faults = clean_values(section, told[section.key], today=today)
            yield from (Gap(section.key, sentence) for sentence in faults.values())
        elif begun and begun["state"] == "open" and section.key != "proof":
            yield Gap(section.key, f"“{section.title}”填了一半，还没存好")
        elif section.must and section.key != "proof" and (met or section.key != "why"):
            yield Gap(section.key, f"“{section.title}”还没有回答")
    if ("income" in told) != ("spending" in told):
        missing = "spending" if "income" in told else "income"
        yield Gap(missing, "收入和支出要一起核，才算得出这一户的账")


def _unproved(
    subject: VisitSubject, answers: Mapping[str, Any], files: Sequence[Any], who: Sequence[Signer], at: datetime
) -> Iterator[Gap]:
    told, policy, today = seen(answers), PolicyBook(), timezone.localdate(at)
    finding = told.get("finding", {}).get("finding", "")
    household, *team = who
    facts = VisitFacts(
        kind=subject.kind,
        finding=finding,
        visitors=len(team),
        from_outside=sum(one.user is None or not _of_village(one.user, today) for one in team),
        photos=len({one.file.sha256 for one in files if one.slot == PHOTO}),
        signed=household.is_done,
        by_phone=told.get("team", {}).get("mode") == "phone",
    )
    code = subject.household.village_id
    for sentence in visit_faults(facts, lambda key: policy.value(key, on=today, code=code)):
        # That the finding is missing was said before, of its section.
        if "结论" not in sentence:
            yield Gap("proof" if "照片" in sentence or "签字" in sentence else "team", sentence)
    if subject.kind == Visit.Kind.FOLLOW_UP or finding == Visit.Finding.NOT_MET:
        return
    yield from (Gap("proof", f"{one.name}没有签字") for one in team if not one.is_done)


def _of_village(user: User, today: date) -> bool:
    return Role.VILLAGE_CADRE in scope_of(user, today).roles


def submit_draft(*, subject: VisitSubject, uid: UUID, version: int | None, actor: User, at: datetime) -> Visit:
    """Record the visit that the draft holds and throw the draft away; sent again it gives the same visit.

    `version` is the clue's, as the user saw it.

    Raises:
        Refused: something is missing (`details`); else as `record_visit` and `check_clue`.
    """
    subject.require_right(actor, at)
    with transaction.atomic():
        Household.objects.select_for_update().get(pk=subject.household.pk)
        draft = VisitDraft.objects.filter(user=actor, household=subject.household, subject=subject.key).first()
        kept = Visit.objects.filter(uid=draft.uid if draft else uid).first()
        if kept is not None:
            return _own(kept, actor)
        if draft is None:
            raise Conflict("草稿不在了，可能已在另一台设备上提交。请回到工作台查看。", code="no_draft")
        visit = _recorded(subject, draft, version, actor, at)
        draft.delete()
    return visit


def _own(visit: Visit, actor: User) -> Visit:
    if visit.recorded_by_id != actor.pk:
        raise OutOfScope
    return visit


def _recorded(subject: VisitSubject, draft: VisitDraft, version: int | None, actor: User, at: datetime) -> Visit:
    answers, files = answers_of(draft), list(draft.files.select_related("file"))
    last = last_time(subject.household, on=timezone.localdate(at))
    who = signers(answers, files, last.head, actor, colleagues(subject, actor, timezone.localdate(at)))
    missing = [gap.sentence for gap in gaps(subject, answers, files, who, at)]
    if missing:
        raise Refused("还差这些，补上就能提交。", code="conditions", details=missing)
    visit = {
        "uid": draft.uid,
        "visited_on": date.fromisoformat(seen(answers)["team"]["visited_on"]),
        "visitors": [{"user": one.user} if one.user else {"name": one.name, "unit": one.unit} for one in who[1:]],
        "photos": [one.file for one in files if one.slot == PHOTO],
        **_contents(answers, last, who),
    }
    if subject.clue is not None:
        return check_clue(clue=subject.clue, version=version, actor=actor, at=at, **visit)[0]
    return record_visit(household=subject.household, kind=subject.kind, case=subject.case, actor=actor, at=at, **visit)


def _contents(answers: Mapping[str, Any], last: LastTime, who: Sequence[Signer]) -> dict[str, Any]:
    household = who[0]
    signed = household.file is not None or household.reason in ON_PAPER
    told = seen(answers)
    return {
        "content": content_of(answers, signed=signed, reason="" if signed else household.reason_words),
        "income": income_of(answers, last),
        "condition": condition_of(answers),
        "paper": Paper(
            sections={key: one["state"] for key, one in answers.items() if key in told},
            answers={key: values for key, values in told.items() if key != "proof"},
            signatures=[
                Signature(one.name, one.slot == HOUSEHOLD_SLOT, one.file, "" if one.file else one.reason_words)
                for one in who
                if one.is_done
            ],
        ),
    }
