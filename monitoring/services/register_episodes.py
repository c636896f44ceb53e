"""Episodes that stand in the register: a row whose monitored type is filled carries one (contract section 2).

What a workflow has touched since is never changed by a file: the register is a copy of what was decided elsewhere,
the workflow is the decision.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from accounts.models import User
from households.models import BEGINNING, RegisterBatch
from households.plain import plain
from households.register import Entry, PartResult
from monitoring.models import Episode, EpisodeEvent
from monitoring.risks import CLUE_ONLY, SPELLINGS, MonitoredType, Risk
from sheets.clean import code_table, fold_code
from sheets.table import Column

TYPE, CLEARED = "易返贫致贫户(监测对象)类型", "风险是否消除"
RISK, IDENTIFIED_ON, CLEARED_ON = "致贫原因1", "风险识别时间", "风险消除时间"
Kind = EpisodeEvent.Kind
_SPELLINGS = {fold_code(word): risk for word, risk in SPELLINGS.items() if risk not in CLUE_ONLY}
_BATCH = 1_000


@dataclass(frozen=True)
class Target:
    """What the register says of a household's episode."""

    monitored_type: str
    risk: str
    # Kind, day, and whether the register itself says that day.
    events: tuple[tuple[str, date, bool], ...]
    size: int

    def fields(self) -> dict[str, Any]:
        days = {kind: day if dated else None for kind, day, dated in self.events}
        return {
            "monitored_type": self.monitored_type,
            "main_risk": self.risk,
            "risks": [self.risk],
            "identified_on": days[Kind.IDENTIFIED] or BEGINNING,
            "cleared_on": days.get(Kind.CLEARED),
            "state": Episode.State.CLEARED if Kind.CLEARED in days else Episode.State.MONITORED,
        }


class RegisterEpisodes:
    """The monitoring columns of the register."""

    name = "monitoring"
    columns: tuple[Column, ...] = (
        Column(RISK, ("致贫返贫风险1", "致贫/返贫风险1", "主要致贫原因", "致贫原因", "主要致贫返贫风险")),
        Column(
            TYPE,
            ("监测对象类别", "检测对象类别", "监测对象类型", "易返贫致贫户类型", "监测户类型"),
            kind="code",
            codes=code_table(MonitoredType.values),
        ),
        Column(CLEARED, ("风险是否已消除", "是否消除风险")),
        Column(IDENTIFIED_ON, ("识别监测时间", "风险识别日期"), kind="month"),
        Column(CLEARED_ON, ("消除监测时间", "风险消除日期"), kind="month"),
    )

    def apply(
        self, entries: Sequence[Entry], *, batch: RegisterBatch | None, actor: User | None, at: datetime
    ) -> PartResult:
        """Create or correct the episodes of these households."""
        result = PartResult()
        wanted = {entry.household.pk: (entry, target_of(entry)) for entry in entries if entry.values.get(TYPE)}
        writer = _Writer(list(wanted), batch, actor, at, result)
        for household, (entry, target) in wanted.items():
            if entry.values.get(RISK) and _risk(entry.values[RISK]) is None:
                result.notes[household] = [f"致贫原因“{entry.values[RISK]}”不在目录内，按“其他”登记"]
            writer.write(entry, target)
        writer.flush()
        return result

    def undo(self, records: Sequence[Any], *, at: datetime) -> list[str]:
        """Take episodes back to what they were; names those that something else has touched."""
        as_left = {one["episode"]: one["version"] for one in records}
        keys = list(as_left)
        touched = [
            f"{episode.household}的监测周期已有办理记录"
            for start in range(0, len(keys), _BATCH)
            for episode in _episodes(Q(pk__in=keys[start : start + _BATCH]))
            if episode.version != as_left[episode.pk]
        ]
        if touched:
            return touched
        for one in records:
            EpisodeEvent.objects.filter(pk__in=one["withdrawn"]).update(withdrawn_at=None)
            EpisodeEvent.objects.filter(pk__in=one["added"]).delete()
            if one["before"] is None:
                Episode.objects.filter(pk=one["episode"]).delete()
            else:
                Episode.objects.filter(pk=one["episode"]).update(**one["before"])
        return []


def target_of(entry: Entry) -> Target:
    """The episode that the register's values describe. A clearing never precedes its identification; one without a
    day holds from there on."""
    values = entry.values
    identified: date = values.get(IDENTIFIED_ON) or BEGINNING
    events = [(str(Kind.IDENTIFIED), identified, bool(values.get(IDENTIFIED_ON)))]
    if fold_code(values.get(CLEARED) or "") == "是":
        cleared = values.get(CLEARED_ON)
        events.append((str(Kind.CLEARED), max(cleared or identified, identified), bool(cleared)))
    size = entry.household.declared_size or entry.size
    return Target(values[TYPE], _risk(values.get(RISK) or "") or Risk.OTHER, tuple(events), size)


def _risk(written: str) -> str | None:
    """The first of the risks that a cell names; None for a word outside the catalogue."""
    first = fold_code(written).replace("，", ",").replace("、", ",").replace(";", ",").split(",")[0]
    return _SPELLINGS.get(first)


class _Writer:
    """Compares targets with what is there and writes the difference, a chunk of households at a time."""

    def __init__(
        self, households: list[int], batch: RegisterBatch | None, actor: User | None, at: datetime, result: PartResult
    ) -> None:
        self._batch, self._actor, self._at = batch, actor, at
        self._result = result
        self._there: dict[int, list[Episode]] = defaultdict(list)
        for episode in _episodes(Q(household__in=households)):
            self._there[episode.household_id].append(episode)
        self._standing: dict[int, list[EpisodeEvent]] = defaultdict(list)
        events = EpisodeEvent.objects.standing().filter(episode__household__in=households)
        for event in events.order_by("pk"):
            self._standing[event.episode_id].append(event)
        self._new: list[tuple[Episode, Target]] = []

    def write(self, entry: Entry, target: Target) -> None:
        episodes = self._there.get(entry.household.pk, [])
        if not episodes:
            self._new.append(
                (Episode(household=entry.household, from_register=True, size=target.size, **target.fields()), target)
            )
            self._result.changed[entry.household.pk] = {TYPE, RISK, IDENTIFIED_ON, CLEARED, CLEARED_ON}
        elif len(episodes) == 1 and self._from_file_alone(episodes[0]):
            self._correct(episodes[0], target)

    def _from_file_alone(self, episode: Episode) -> bool:
        events = self._standing[episode.pk]
        return episode.from_register and all(event.batch_id and event.case_id is None for event in events)

    def _correct(self, episode: Episode, target: Target) -> None:
        """Set what differs; a turn whose day changes is withdrawn and written anew."""
        standing = self._standing[episode.pk]
        kept = [event for event in standing if _turn(event) in target.events]
        missing = [turn for turn in target.events if turn not in map(_turn, kept)]
        fields = target.fields()
        before = {name: getattr(episode, name) for name, value in fields.items() if getattr(episode, name) != value}
        withdrawn = [event.pk for event in standing if event not in kept]
        if not before and not missing and not withdrawn:
            return
        EpisodeEvent.objects.filter(pk__in=withdrawn).update(withdrawn_at=self._at)
        added = EpisodeEvent.objects.bulk_create(self._events(episode, missing))
        self._save(episode, fields, before, added, withdrawn)

    def _save(
        self,
        episode: Episode,
        fields: Mapping[str, Any],
        before: Mapping[str, Any],
        added: Sequence[EpisodeEvent],
        withdrawn: Sequence[int],
    ) -> None:
        old = {name: plain(value) for name, value in before.items()} | {"version": episode.version}
        Episode.objects.filter(pk=episode.pk).update(**fields, version=episode.version + 1)
        changed = {_COLUMNS[name] for name in before if name in _COLUMNS}
        self._result.changed[episode.household_id] = changed or {CLEARED}
        self._record(episode.pk, episode.version + 1, old, added, withdrawn)

    def _events(self, episode: Episode, turns: Sequence[tuple[str, date, bool]]) -> list[EpisodeEvent]:
        return [
            EpisodeEvent(
                episode=episode,
                kind=kind,
                happened_on=day,
                dated=dated,
                recorded_at=self._at,
                actor=self._actor,
                batch=self._batch,
                household_size=episode.size,
                note="档案导入",
            )
            for kind, day, dated in turns
        ]

    def flush(self) -> None:
        """Write the new episodes with their events."""
        Episode.objects.bulk_create([episode for episode, _ in self._new], _BATCH)
        events = [event for episode, target in self._new for event in self._events(episode, target.events)]
        EpisodeEvent.objects.bulk_create(events, _BATCH)
        added: dict[int, list[EpisodeEvent]] = defaultdict(list)
        for event in events:
            added[event.episode_id].append(event)
        for episode, _ in self._new:
            self._record(episode.pk, 1, None, added[episode.pk], [])

    def _record(
        self,
        episode: int,
        version: int,
        before: Mapping[str, Any] | None,
        added: Sequence[EpisodeEvent],
        withdrawn: Sequence[int],
    ) -> None:
        self._result.undo.append(
            {
                "episode": episode,
                "version": version,
                "before": before,
                "added": [event.pk for event in added],
                "withdrawn": list(withdrawn),
            }
        )


_COLUMNS = {
    "monitored_type": TYPE,
    "main_risk": RISK,
    "identified_on": IDENTIFIED_ON,
    "cleared_on": CLEARED_ON,
    "state": CLEARED,
}


def _turn(event: EpisodeEvent) -> tuple[str, date, bool]:
    return event.kind, event.happened_on, event.dated


def _episodes(condition: Q) -> list[Episode]:
    return list(Episode.objects.select_for_update(of=("self",)).select_related("household").filter(condition))
