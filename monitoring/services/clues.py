"""Registering clues: one open clue for a household and risk, whoever reports it and however often."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import Post, User
from accounts.permissions import require
from households.models import Household, Person
from monitoring.models import Clue
from monitoring.numbers import clue_numbers
from monitoring.permissions import ACCEPT_APPLICATION
from monitoring.risks import Risk
from monitoring.turns import LEVELS
from monitoring.workflow.history import act_of, carry_out, locked, write
from monitoring.workflow.inputs import Input, read
from monitoring.workflow.own_steps import EXTEND, REGISTER

# Where a clue begins: with the level that registered it. The village's own needs no dispatch to the village.
_BEGINS = {
    "village": (Clue.State.TO_VERIFY, "check_days"),
    "township": (Clue.State.AT_TOWNSHIP, "dispatch_township_days"),
    "county": (Clue.State.AT_COUNTY, "dispatch_county_days"),
}
_TEXTS = (
    Input("content", "线索内容", longest=2000, encrypted=True),
    Input("warning", "预警内容"),
    Input("reporter", "报告人", longest=60),
    Input("department", "推送部门", longest=30),
)


def open_clue(
    *,
    household: Household,
    risk: str,
    channel: str,
    actor: User | None,
    at: datetime,
    received_on: date | None = None,
    content: str = "",
    warning: str = "",
    person: Person | None = None,
    department: str = "",
    reporter: str = "",
    green_channel: bool = False,
) -> Clue:
    """Register a suspicion by any of the six channels; evidence for a risk with an open clue goes into that clue.

    `content` is the free text, kept sealed. `received_on` (today when not given) starts the policy clock.
    `green_channel` marks 先帮后补, which has a term of its own. `actor` None is the program, which takes in a farmer's own
    application for the township.

    Raises:
        OutOfScope, Forbidden: not his household, or not his right.
        Refused: an unknown risk or channel, a day in the future, a cancelled household, a text that is too long.
    """
    post = _require(household, channel, actor, at)
    day = received_on or timezone.localdate(at)
    texts = {"content": content, "warning": warning, "reporter": reporter, "department": department}
    values = read(_TEXTS, {key: value for key, value in texts.items() if value})
    _check(household, risk, channel, person, day, timezone.localdate(at))
    with transaction.atomic():
        Household.objects.select_for_update().get(pk=household.pk)
        running = Clue.objects.open().filter(household=household, risk=risk).first()
        if running is not None:
            return _extend(running, channel, values["content"], day, actor, post, at)
        clue = Clue(household=household, village_id=household.village_id, risk=risk, channel=channel, **values)
        clue.person, clue.registered_by, clue.recorded_at = person, actor, at
        clue.received_on, clue.green_channel = day, green_channel
        return _register(clue, actor, post, at)


def _require(household: Household, channel: str, actor: User | None, at: datetime) -> Post | None:
    """The post that lets him register it; the program takes in a farmer's own application by the township's right."""
    own = actor is None and channel == Clue.Channel.APPLICATION
    right, code = ACCEPT_APPLICATION if own else "monitoring.register_clue", household.village_id
    return require(actor=actor, right=right, code=code, at=at, helper_id=household.helper_id)


def _check(household: Household, risk: str, channel: str, person: Person | None, day: date, today: date) -> None:
    if risk not in Risk.values:
        raise Refused("风险类型不在目录内。", field="risk", code="invalid")
    if channel not in Clue.Channel.values:
        raise Refused("线索来源不在目录内。", field="channel", code="invalid")
    if day > today:
        raise Refused("接收日期不能晚于今天。", field="received_on", code="date_in_future")
    if household.cancelled_on and household.cancelled_on <= today:
        raise Refused("该户已注销，不能登记线索。", code="household_cancelled")
    if person is not None and not person.memberships.filter(household=household).exists():
        raise Refused("涉及人不是该户成员。", field="person", code="invalid")


def _register(clue: Clue, actor: User | None, post: Post | None, at: datetime) -> Clue:
    clue.number = clue_numbers(clue.village_id, clue.received_on)[0]
    clue.state, deadline = _BEGINS[LEVELS[post.role] if post else "township"]
    act = act_of(REGISTER, clue, actor=actor, post=post, at=at)
    act.target = clue.state
    act.happened_on = clue.received_on
    clue.due_on = act.days_after(clue.received_on, deadline)
    term = "green_channel_days" if clue.green_channel else "clock_days"
    clue.decision_due_on = act.days_after(clue.received_on, term)
    clue.save()
    write(act, "")
    return clue


def _extend(
    running: Clue, channel: str, content: str, day: date, actor: User | None, post: Post | None, at: datetime
) -> Clue:
    """Add the report to the open clue: its text to the sealed content, the fact of it to the history."""
    clue = locked(running)
    label = Clue.Channel(channel).label
    added = f"{day:%Y-%m-%d} {label}：{content or '（无文字）'}"
    act = act_of(EXTEND, clue, actor=actor, post=post, at=at, note=f"补充证据（{label}）", record={"channel": channel})
    carry_out(act)
    clue.content = "\n".join(part for part in (clue.content, added) if part)
    Clue.objects.filter(pk=clue.pk).update(content_sealed=clue.content_sealed)
    return clue
