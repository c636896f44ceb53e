"""What a match does to clues, many at a time: open, add evidence, withdraw what nobody has touched yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils import timezone

from accounts.bulk import insert, new_keys
from accounts.models import Division
from monitoring.clock import add_days
from monitoring.feeds import FEEDS
from monitoring.models import Clue, Hit, Transition, Visit
from monitoring.numbers import clue_numbers
from monitoring.policy import PolicyBook
from monitoring.rules import REGISTER
from monitoring.workflow.own_steps import EXTEND, WITHDRAW
from monitoring.workflow.own_steps import REGISTER as REGISTERED

WARNING_LENGTH = 500
FIRST_STATE = Clue.State.AT_COUNTY.value
GONE = "部门数据已更正，原证据不再成立"


@dataclass(frozen=True)
class Evidence:
    """What rules that fire together say of a clue; the figure is that of the one rule that has one."""

    rules: tuple[str, ...]
    warning: str
    figure: Decimal | None
    threshold: Decimal | None


@dataclass(frozen=True)
class Draft:
    """A clue to be opened."""

    household: int
    village: str
    risk: str
    person: int | None
    feed: str
    evidence: Evidence


class _Terms:
    """Deadlines of clues received on a day, by village."""

    def __init__(self, on: date) -> None:
        self._on = on
        self._book = PolicyBook()
        self._last_day = lru_cache(add_days)
        self.of = lru_cache(self._of)

    def _of(self, village: str) -> tuple[date, date]:
        """(last day of the county's dispatch, last day of the policy clock)."""
        kind = self._book.value("clock_kind", on=self._on, code=village)
        days = [self._book.value(key, on=self._on, code=village) for key in ("dispatch_county_days", "clock_days")]
        dispatch, clock = (self._last_day(self._on, length, kind) for length in days)
        return dispatch, clock


def open_clues(drafts: Sequence[Draft], *, county: Division, period: date, at: datetime) -> list[int]:
    """Open a clue for each draft in the county's hands, with its first transition; gives their ids in order."""
    if not drafts:
        return []
    on = timezone.localdate(at)
    terms = _Terms(on)
    numbers = clue_numbers(county.code, on, len(drafts))
    clues = new_keys(Clue, len(drafts))
    opened = zip(clues, numbers, drafts, strict=True)
    insert(
        Clue,
        [{"id": clue, "number": number, **_clue(draft, terms)} for clue, number, draft in opened],
        {"period": period, "received_on": on, "state": FIRST_STATE, "recorded_at": at},
    )
    common = _step(REGISTERED.action, "", FIRST_STATE, at)
    insert(Transition, [_noted(clue, draft.evidence) for clue, draft in zip(clues, drafts, strict=True)], common)
    return list(clues)


def _clue(draft: Draft, terms: _Terms) -> dict[str, Any]:
    dispatch, decision = terms.of(draft.village)
    from_register = draft.feed == REGISTER
    return {
        "household_id": draft.household,
        "person_id": draft.person,
        "village_id": draft.village,
        "risk": draft.risk,
        "channel": (Clue.Channel.PLATFORM if from_register else Clue.Channel.DEPARTMENT).value,
        "department": "" if from_register else str(FEEDS[draft.feed].department),
        "warning": draft.evidence.warning[:WARNING_LENGTH],
        "figure": draft.evidence.figure,
        "threshold": draft.evidence.threshold,
        "due_on": dispatch,
        "decision_due_on": decision,
    }


def extend_clues(found: Mapping[int, Evidence], *, period: date, at: datetime) -> None:
    """Note more evidence on open clues; warning and figure follow it unless they come from a later month already."""
    if not found:
        return
    clues = list(Clue.objects.filter(pk__in=found.keys()).order_by("pk"))
    later = set(Hit.objects.standing().filter(clue__in=clues, period__gt=period).values_list("clue_id", flat=True))
    for clue in clues:
        evidence = found[clue.pk]
        clue.version += 1
        if clue.pk in later:
            continue
        clue.warning = evidence.warning[:WARNING_LENGTH]
        if evidence.figure is not None:
            clue.figure, clue.threshold = evidence.figure, evidence.threshold
    Clue.objects.bulk_update(clues, ["warning", "figure", "threshold", "version"], batch_size=200)
    steps = [_noted(clue.pk, found[clue.pk]) | _step(EXTEND.action, clue.state, clue.state, at) for clue in clues]
    insert(Transition, steps)


def reconsider_clues(touched: Collection[int], *, at: datetime) -> None:
    """Look again at open clues that have lost evidence: those without any left are withdrawn when nobody has acted
    on them yet; else the person who works on them is told."""
    clues = Clue.objects.open().filter(pk__in=touched).select_for_update().order_by("pk")
    for clue in clues:
        left = clue.hits.standing().attached().order_by("period", "pk")
        last = left.last()
        if last is not None:
            _rest_on(clue, left.exclude(figure=None).last(), last.arithmetic)
        elif is_untouched(clue):
            _withdraw(clue, at)
        else:
            _note(clue, at)


def is_untouched(clue: Clue) -> bool:
    """Whether no person has registered the clue, moved it or gone to see the household for it."""
    moved = Transition.objects.filter(clue=clue, actor__isnull=False)
    return clue.registered_by_id is None and not moved.exists() and not Visit.objects.filter(clue=clue).exists()


def _rest_on(clue: Clue, figure_hit: Hit | None, arithmetic: str) -> None:
    figure = figure_hit.figure if figure_hit is not None else None
    Clue.objects.filter(pk=clue.pk).update(
        warning=arithmetic[:WARNING_LENGTH],
        figure=figure,
        threshold=clue.threshold if figure is not None else None,
        version=clue.version + 1,
    )


def _withdraw(clue: Clue, at: datetime) -> None:
    source, target = clue.state, Clue.State.WITHDRAWN.value
    Clue.objects.filter(pk=clue.pk).update(
        state=target, closed_on=timezone.localdate(at), close_reason=GONE, due_on=None, version=clue.version + 1
    )
    insert(Transition, [_noted(clue.pk, None)], _step(WITHDRAW.action, source, target, at))


def _note(clue: Clue, at: datetime) -> None:
    Clue.objects.filter(pk=clue.pk).update(version=clue.version + 1)
    insert(Transition, [_noted(clue.pk, None)], _step(EXTEND.action, clue.state, clue.state, at))


def _noted(clue: int, evidence: Evidence | None) -> dict[str, Any]:
    """What a transition says of one clue; None for evidence that is gone."""
    return {
        "clue_id": clue,
        "note": evidence.warning if evidence is not None else f"{GONE}，请核对后办理。",
        "data": {"rules": list(evidence.rules)} if evidence is not None else {},
    }


def _step(action: str, source: str, target: str, at: datetime) -> dict[str, Any]:
    """What a transition says of the step."""
    return {
        "action": action,
        "source": source,
        "target": target,
        "happened_on": timezone.localdate(at),
        "recorded_at": at,
    }
