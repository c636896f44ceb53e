"""What another value of a parameter would change: the rules over the month's frames twice, nothing written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from accounts.errors import Refused
from accounts.models import Division, User
from accounts.permissions import require
from households.models import Household
from monitoring.match_frames import County, read_county, register_frame
from monitoring.matching import judge
from monitoring.policy import PARAMETERS, Parameter
from monitoring.rules import REGISTER, RULES, Context, Rule, figure_of
from monitoring.services.matching import rule_frame
from monitoring.services.runs import RUN_MATCH

# Parameters that a rule reads: those that can be tried.
TRIABLE: dict[str, Parameter] = {
    key: PARAMETERS[key] for key in dict.fromkeys(key for rule in RULES for key in rule.parameters)
}


@dataclass(frozen=True)
class Change:
    """A household that a rule would now fire for (`added`) or not any more, with its figure."""

    household: int
    rule: Rule
    added: bool
    figure: Decimal | None
    monitored: bool


@dataclass(frozen=True)
class WhatIf:
    """What a trial came to: the value in force and the one tried, how many each rule fires for now and then, and
    the households that make the difference."""

    parameter: Parameter
    now: Any
    tried: Any
    counts: list[tuple[Rule, int, int]]
    changes: list[Change]

    @property
    def words(self) -> str:
        """'5,000 → 3,000'."""
        return f"{self.parameter.words(self.now)} → {self.parameter.words(self.tried)}"

    @property
    def added(self) -> int:
        return sum(change.added for change in self.changes)

    @property
    def dropped(self) -> int:
        return len(self.changes) - self.added


def what_if(*, county: Division, period: date, key: str, value: str, actor: User, at: datetime) -> WhatIf:
    """Try the value (as written) of a parameter on the county's month. Where places below the county have values of
    their own, the trial takes their place too. Costs what reading the month costs; writes nothing.

    Raises:
        Refused: no such parameter, or a value that it cannot have. Forbidden, OutOfScope: not his to run.
    """
    require(actor=actor, right=RUN_MATCH, code=county.code, at=at)
    parameter = TRIABLE.get(key)
    if parameter is None:
        raise Refused("这个参数不影响比对，不能试算。", field="key")
    tried = _parsed(parameter, value)
    frames = read_county(county, period)
    counts, changes = [], []
    for rule in RULES:
        if key not in rule.parameters:
            continue
        rows = register_frame(frames) if rule.feed == REGISTER else rule_frame(frames, rule)
        before, after = (_fired(rule, rows, contexts) for contexts in (frames.contexts, _tried(frames, key, tried)))
        counts.append((rule, len(before), len(after)))
        changes += _changes(frames, rule, before, after)
    return WhatIf(parameter, frames.contexts[0].values[key], tried, counts, changes)


def _parsed(parameter: Parameter, value: str) -> Any:
    written = value.strip().replace(",", "").replace("，", "")
    stored: Any = written
    if parameter.kind in ("days", "months", "number"):
        stored = int(written) if written.isascii() and written.isdigit() and len(written) < 10 else None
    try:
        return parameter.parse(stored)
    except ValueError as error:
        raise Refused(f"{error}。", field="value") from error


def _tried(frames: County, key: str, tried: Any) -> list[Context]:
    return [replace(context, values={**context.values, key: tried}) for context in frames.contexts]


def _fired(rule: Rule, rows: pd.DataFrame | None, contexts: list[Context]) -> Mapping[int, Decimal | None]:
    """The households that the rule fires for, with their figures; none where the month brought no file."""
    if rows is None:
        return {}
    hits = judge(rule, rows, contexts)
    figures = [figure_of(int(figure)) if rule.figure else None for figure in hits["figure"]]
    return dict(zip(hits["household"].tolist(), figures, strict=True))


def _changes(
    frames: County, rule: Rule, before: Mapping[int, Decimal | None], after: Mapping[int, Decimal | None]
) -> list[Change]:
    """Added ones first, by village and number."""
    added = [Change(home, rule, True, after[home], _monitored(frames, home)) for home in after.keys() - before.keys()]
    gone = [Change(home, rule, False, before[home], _monitored(frames, home)) for home in before.keys() - after.keys()]
    return sorted([*added, *gone], key=lambda change: (not change.added, *_place(frames, change.household)))


def _monitored(frames: County, household: int) -> bool:
    return bool(frames.roll.of(household, "monitored"))


def _place(frames: County, household: int) -> tuple[str, str]:
    return str(frames.roll.of(household, "village")), str(frames.roll.of(household, "number"))


def households_of(changes: list[Change]) -> dict[int, Household]:
    """The households of some changes, with their places, by id."""
    rows = Household.objects.filter(pk__in={change.household for change in changes})
    return {row.pk: row for row in rows.select_related("village__parent")}
