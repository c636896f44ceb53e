"""Entering a visit bit by bit: every answer is kept as it comes, and at the end the visit is recorded once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.errors import Conflict, OutOfScope, Refused
from accounts.models import StoredFile, User
from accounts.services.files import drop_loose_pictures
from accounts.services.pictures import PDF, keep_picture
from households.models import Household
from monitoring.models import Case, Clue, DraftFile, Visit, VisitDraft
from monitoring.policy import PolicyBook
from monitoring.services.visit_last import last_time
from monitoring.services.visit_record import REASONS
from monitoring.services.visits import require_visitor
from monitoring.visit_sections import Section, section_of
from monitoring.visit_values import Values, clean_values, raw_values

Kind = Visit.Kind
PHOTO = "photo"
MOST_PHOTOS = 9
_MOST_FILES = 40
NOWHERE = "0" * 12
_PLACE = {"latitude": 90.0, "longitude": 180.0, "accuracy": 1_000_000.0}


@dataclass(frozen=True)
class VisitSubject:
    """What a visit is about: a household, and the clue to be checked or the case to be assessed, if any."""

    household: Household
    clue: Clue | None = None
    case: Case | None = None

    @property
    def kind(self) -> Kind:
        return Kind.CHECK if self.clue else Kind.CLEARING if self.case else Kind.FOLLOW_UP

    @property
    def key(self) -> str:
        if self.clue is not None:
            return f"clue:{self.clue.uid}"
        return f"case:{self.case.uid}" if self.case is not None else "follow_up"

    def require_right(self, actor: User, at: datetime) -> None:
        """Raises: OutOfScope, Forbidden."""
        require_visitor(household=self.household, kind=self.kind, actor=actor, at=at)


def draft_of(subject: VisitSubject, user: User) -> VisitDraft | None:
    """What the user has entered so far, with its files."""
    drafts = VisitDraft.objects.filter(user=user, household=subject.household, subject=subject.key)
    return drafts.prefetch_related("files__file").first()


def answers_of(draft: VisitDraft | None) -> dict[str, dict[str, Any]]:
    return json.loads(draft.answers) if draft is not None and draft.answers else {}


def save_section(
    *,
    subject: VisitSubject,
    uid: UUID,
    section: str,
    state: str,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    seq: int = 0,
) -> tuple[VisitDraft, dict[str, str]]:
    """Keep the answers of one section; returns the draft and the faults by question, with which it stays `open`.

    `state` is `same` (the values of last time, whatever was sent), `changed` (answered), or `open` (half way).
    `uid` makes the draft where there is none; `seq` (milliseconds) orders saves that arrive late.

    Raises:
        OutOfScope, Forbidden: not his household or right. Conflict: handed in already, or no longer to be done.
        Refused: no such section, or nothing to be the same as.
    """
    declared = section_of(subject.kind, section)
    if declared is None or state not in ("open", "same", "changed"):
        raise Refused("没有这一项。", field="section", code="invalid")
    today = timezone.localdate(at)
    kept, faults = _judged(subject, declared, state, values, today)
    with transaction.atomic():
        draft = _locked(subject, uid, actor, at)
        answers = answers_of(draft)
        if seq and seq < answers.get(section, {}).get("seq", 0):
            return draft, faults
        answers[section] = {"state": "open" if faults else state, "values": kept, "seq": seq}
        draft.answers = json.dumps(answers, ensure_ascii=False)
        draft.saved_at = at
        draft.save(update_fields=["answers_sealed", "saved_at"])
    return draft, faults


def _judged(
    subject: VisitSubject, section: Section, state: str, values: Mapping[str, Any], today: date
) -> tuple[Values, dict[str, str]]:
    if section.key == "proof":
        return _proof(values), {}
    if state == "open":
        return raw_values(section, values), {}
    if state == "changed":
        return clean_values(section, values, today=today)
    known = last_time(subject.household, on=today).values.get(section.key) if section.compares else None
    if not known:
        raise Refused("没有上次的记录可以对照，请填写这一项。", field=section.key, code="nothing_known")
    kept, faults = clean_values(section, known, today=today)
    if faults:
        raise Refused("上次的记录不全，请填写这一项。", field=section.key, code="nothing_known")
    return kept, faults


def _proof(values: Mapping[str, Any]) -> Values:
    """Why somebody did not sign on the screen, by slot, and where the browser says that it was."""
    reasons = {key: value for key, value in values.items() if key.startswith("reason:sign:") and value in dict(REASONS)}
    kept: Values = {key[:80]: value for key, value in list(reasons.items())[:_MOST_FILES]}
    for name, most in _PLACE.items():
        try:
            number = float(str(values.get(name) or "nan"))
        except ValueError:
            continue
        if abs(number) <= most:
            kept[name] = f"{number:.5f}" if name != "accuracy" else f"{number:.0f}"
    return kept


def add_file(
    *, subject: VisitSubject, uid: UUID, slot: str, name: str, content: bytes, actor: User, at: datetime
) -> tuple[VisitDraft, StoredFile]:
    """Keep a photo or a signature with the draft, drawn anew; a new signature takes the place of the old one.

    Raises: as `save_section`; Refused also for what is no picture, and for too many.
    """
    if slot != PHOTO and not slot.startswith("sign:") or len(slot) > 80:
        raise Refused("没有这个位置。", field="slot", code="invalid")
    subject.require_right(actor, at)
    file = keep_picture(content=content, name=name or "照片.jpg", actor=actor, at=at)
    if file.content_type == PDF:
        raise Refused("这里要照片，不要 PDF。", field="files", code="not_a_picture")
    with transaction.atomic():
        draft = _locked(subject, uid, actor, at)
        others = draft.files.filter(slot=slot).exclude(file=file)
        if slot == PHOTO and others.count() >= MOST_PHOTOS:
            raise Refused(f"照片至多 {MOST_PHOTOS} 张，先删掉不要的。", field="files", code="too_many")
        if slot != PHOTO:
            others.delete()
        DraftFile.objects.get_or_create(draft=draft, slot=slot, file=file, defaults={"added_at": at})
        VisitDraft.objects.filter(pk=draft.pk).update(saved_at=at)
    return draft, file


def drop_file(*, subject: VisitSubject, slot: str, sha256: str, actor: User, at: datetime) -> None:
    """Take a photo or a signature out of the draft again."""
    subject.require_right(actor, at)
    DraftFile.objects.filter(
        draft__user=actor,
        draft__household=subject.household,
        draft__subject=subject.key,
        slot=slot,
        file__sha256=sha256,
    ).delete()


def _locked(subject: VisitSubject, uid: UUID, actor: User, at: datetime) -> VisitDraft:
    """The user's draft under a lock on the household, made if there is none and there is still something to do."""
    subject.require_right(actor, at)
    Household.objects.select_for_update().get(pk=subject.household.pk)
    visit = Visit.objects.filter(uid=uid).first()
    if visit is not None:
        if visit.recorded_by_id != actor.pk:
            raise OutOfScope
        raise Conflict("这次走访已经提交，不能再改。", field="uid", code="submitted")
    draft = VisitDraft.objects.filter(user=actor, household=subject.household, subject=subject.key).first()
    if draft is not None:
        return draft
    if VisitDraft.objects.filter(uid=uid).exists():
        raise OutOfScope
    _check_open(subject)
    return VisitDraft.objects.create(
        uid=uid, user=actor, household=subject.household, subject=subject.key, started_at=at, saved_at=at
    )


def _check_open(subject: VisitSubject) -> None:
    """A check or an assessment is entered only while its step waits for it."""
    if subject.clue is not None and Clue.objects.get(pk=subject.clue.pk).state != Clue.State.TO_VERIFY:
        raise Conflict("这条线索现在不用入户核实，请看线索页。", code="wrong_state")
    if subject.case is not None and Case.objects.get(pk=subject.case.pk).state != Case.State.ASSESSING:
        raise Conflict("这个办件现在不在消除核查这一步，请看办件页。", code="wrong_state")


def drop_old_drafts(*, at: datetime) -> int:
    """Throw away drafts that nobody has touched for `visit_draft_days`, and pictures that no draft and no record names
    any more after as long; returns how many drafts."""
    policy, today = PolicyBook(), timezone.localdate(at)
    drafts = VisitDraft.objects.values_list("pk", "saved_at", "household__village_id")
    old = [
        pk
        for pk, saved_at, code in drafts
        if saved_at < at - timedelta(days=policy.value("visit_draft_days", on=today, code=code))
    ]
    VisitDraft.objects.filter(pk__in=old).delete()
    # A loose picture is no county's, so the days are those of the whole country.
    days = policy.value("visit_draft_days", on=today, code=NOWHERE)
    drop_loose_pictures(before=at - timedelta(days=days))
    return len(old)
