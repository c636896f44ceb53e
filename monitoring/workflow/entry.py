"""A step as somebody takes it: which one it is now, and what he entered for it, read and judged; of every table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.utils import timezone

from accounts.errors import Conflict, Refused
from accounts.models import Post, StoredFile, User
from monitoring.clock import NotYet
from monitoring.policy import PolicyBook
from monitoring.workflow.files import attached
from monitoring.workflow.inputs import Input, read
from monitoring.workflow.step import Act, Step

NOTE = Input("note", "意见", longest=1000)
AnyAct = TypeVar("AnyAct", bound=Act)


@dataclass(frozen=True)
class Entry:
    """What the actor handed in with a step: as `perform` takes it, not read yet."""

    note: str
    data: Mapping[str, Any] | None
    files: Sequence[StoredFile]
    happened_on: date | None


def step_now(made: type[Act], row: Any, steps: Sequence[Step], version: int | None) -> Step:
    """Of the steps of one action the one that the row as it stands allows.

    Raises:
        Refused: there is none of that action, or no version (`version_missing`).
        Conflict: the row has moved on (`stale`), or its state does not allow the action (`wrong_state`).
    """
    if not steps:
        raise Refused("没有这个办理动作。", code="unknown_action")
    if version is None:
        raise Refused("缺少版本号，请刷新后再办理。", field="version", code="version_missing")
    state = row.get_state_display()
    if version != row.version:
        raise Conflict(
            f"{made.SUBJECT_WORD}刚被他人办理过，现为“{state}”（第 {row.version} 版），请刷新后再办理。", code="stale"
        )
    step = next((step for step in steps if row.state in step.sources), None)
    if step is None:
        raise Conflict(f"现为“{state}”，不能再{steps[0].title}，请刷新查看。", code="wrong_state")
    return step


def prepare(
    made: type[AnyAct],
    row: Any,
    step: Step,
    post: Post | None,
    actor: User | None,
    at: datetime,
    *,
    entry: Entry,
    earliest: date,
) -> AnyAct:
    """The act with its inputs read, on no day before `earliest`. Refused for what is missing or unfit."""
    if step.note and not entry.note.strip():
        raise Refused(f"{step.title}须填写{made.NOTE_WORD}。", field="note", code="note_missing")
    if step.files and not entry.files:
        raise Refused(f"{step.title}须附照片或扫描件。", field="files", code="files_missing")
    today = timezone.localdate(at)
    return made(
        step=step,
        subject=row,
        actor=actor,
        post=post,
        at=at,
        on=today,
        happened_on=_happened(step, entry.happened_on, earliest, today),
        note=read((NOTE,), {"note": entry.note.strip()})["note"],
        data=read(step.inputs, entry.data),
        files=attached(entry.files, actor=actor, at=at),
        policy=PolicyBook(),
        target=step.targets[0] if step.targets else row.state,
        due_on=row.due_on,
    )


def _happened(step: Step, given: date | None, earliest: date, today: date) -> date:
    """The day of the act, judged by the server's clock."""
    day = given or today
    if day > today:
        raise Refused("办理日期不能晚于今天。", field="happened_on", code="date_in_future")
    if day != today and not step.dated:
        raise Refused(f"{step.title}以系统当天日期为准，不能倒填日期。", field="happened_on", code="back_dated")
    if day < earliest:
        raise Refused(f"办理日期不能早于 {earliest:%Y-%m-%d}。", field="happened_on", code="back_dated")
    return day


def check(act: Act) -> None:
    """Refused with every condition of the step that is not met."""
    faults = [fault for wanted in act.step.guards for fault in wanted.faults(act)]
    if faults:
        raise Refused(f"还不能{act.step.title}：{'；'.join(faults)}", code="conditions", details=faults)


@dataclass(frozen=True)
class Available:
    """One thing that a user may do with a row now, and what is still missing for it (empty: nothing)."""

    step: Step
    missing: list[str]

    @property
    def action(self) -> str:
        return self.step.action

    @property
    def title(self) -> str:
        return self.step.title

    @property
    def since(self) -> date | None:
        """The first day on which it can be done, where nothing but that day is missing."""
        days = [fault.since for fault in self.missing if isinstance(fault, NotYet)]
        return max(days) if days and len(days) == len(self.missing) else None


def unfilled(
    made: type[AnyAct],
    row: Any,
    step: Step,
    post: Post | None,
    actor: User | None,
    at: datetime,
    *,
    policy: PolicyBook,
) -> AnyAct:
    """The act before anything is filled in: what the conditions that can be judged beforehand are judged on."""
    today = timezone.localdate(at)
    return made(step, row, actor, post, at, today, today, "", {}, [], policy, row.state)


def missing(act: Act) -> list[str]:
    """What is wrong by the conditions that can be judged before anything is filled in."""
    return [fault for wanted in act.step.guards if wanted.upfront for fault in wanted.faults(act)]
