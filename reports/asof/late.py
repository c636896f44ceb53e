"""Late entries: what was recorded or taken back about some households after a month was closed, though it is about a day
of that month or before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Model, Q
from django.utils import timezone

from accounts.knowledge import end_of, recorded_by
from assistance.models import Delivery, Measure
from households.models import Income, LifeEvent, LivingCondition
from monitoring.models import Clue, EpisodeEvent, Hit, Transition

# Households in one query at most.
_CHUNK = 1_000


@dataclass(frozen=True)
class LateEvent:
    """One late entry: what it says, of which day, recorded when and by whom ('' for the program)."""

    words: str
    on: date | None
    recorded_at: datetime
    by: str

    def __str__(self) -> str:
        day = f"{self.on:%Y-%m-%d} " if self.on else ""
        who = f"，{self.by or '系统'}" if self.by else ""
        return f"{day}{self.words}（{timezone.localtime(self.recorded_at):%Y-%m-%d %H:%M} 录入{who}）"


@dataclass(frozen=True)
class _Kind:
    """One table of entries: the path to the household, the day, who wrote it, how it is said, how it is taken back."""

    model: type[Model]
    household: str
    day: str
    by: str
    words: str
    back: str = ""


_KINDS = (
    _Kind(EpisodeEvent, "episode__household_id", "happened_on", "actor__name", "kind", "withdrawn_at"),
    _Kind(LifeEvent, "household_id", "happened_on", "actor__name", "kind"),
    _Kind(Transition, "clue__household_id", "happened_on", "actor__name", "target"),
    _Kind(LivingCondition, "household_id", "on", "recorded_by__name", "=走访核实三保障和饮水"),
    _Kind(Income, "household_id", "ends_on", "recorded_by__name", "=收入"),
    _Kind(Measure, "plan__episode__household_id", "starts_on", "recorded_by__name", "=帮扶措施"),
    _Kind(
        Delivery,
        "measure__plan__episode__household_id",
        "delivered_on",
        "recorded_by__name",
        "=措施落实",
        "withdrawn_at",
    ),
    _Kind(Hit, "household_id", "recorded_at", "", "=部门数据比对", "withdrawn_at"),
)
_LABELS: dict[type[Model], dict[str, str]] = {
    EpisodeEvent: {str(value): str(label) for value, label in EpisodeEvent.Kind.choices},
    LifeEvent: {str(value): str(label) for value, label in LifeEvent.Kind.choices},
    Transition: {str(value): f"线索转为{label}" for value, label in Clue.State.choices},
}


def late_events(
    homes: Collection[int], on: date, after: datetime, until: datetime | None = None
) -> defaultdict[int, list[LateEvent]]:
    """The late entries about some households (by key), the earliest recorded first."""
    found: defaultdict[int, list[LateEvent]] = defaultdict(list)
    keys = sorted(homes)
    for start in range(0, len(keys), _CHUNK):
        for kind in _KINDS:
            for home, event in _read(kind, keys[start : start + _CHUNK], on, after, until):
                found[home].append(event)
    for events in found.values():
        events.sort(key=lambda event: event.recorded_at)
    return found


def _read(
    kind: _Kind, homes: list[int], on: date, after: datetime, until: datetime | None
) -> Iterator[tuple[int, LateEvent]]:
    late = Q(recorded_at__gt=after) & recorded_by(until)
    back = Q(**{f"{kind.back}__gt": after}) & recorded_by(until, kind.back) if kind.back else Q(pk__in=[])
    dated = Q(**{f"{kind.day}__lt": end_of(on)}) if kind.day == "recorded_at" else Q(**{f"{kind.day}__lte": on})
    rows: Any = kind.model._base_manager.filter(late | back, dated, **{f"{kind.household}__in": homes})
    names = {"n_home": F(kind.household), "n_day": F(kind.day)}
    if kind.by:
        names["n_by"] = F(kind.by)
    if not kind.words.startswith("="):
        names["n_what"] = F(kind.words)
    if kind.back:
        names["n_back"] = F(kind.back)
    for row in rows.order_by("pk").values("recorded_at", **names):
        yield from ((row["n_home"], event) for event in _events(kind, row, after, until))


def _events(kind: _Kind, row: dict[str, Any], after: datetime, until: datetime | None) -> Iterator[LateEvent]:
    what = kind.words[1:] if kind.words.startswith("=") else _LABELS[kind.model].get(row["n_what"], row["n_what"])
    day, by, back = row["n_day"], row.get("n_by") or "", row.get("n_back")
    on = day.date() if isinstance(day, datetime) else day
    if row["recorded_at"] > after and (until is None or row["recorded_at"] <= until):
        yield LateEvent(what, on, row["recorded_at"], by)
    if back is not None and back > after and (until is None or back <= until):
        yield LateEvent(f"更正撤回：{what}", on, back, "")
