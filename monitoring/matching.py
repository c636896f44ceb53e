"""Matching without a database: who stood in which household, each row once, what fires, and where it goes.

The frames come from and the decisions go to `monitoring.services.matching`; the rules are in `monitoring.rules`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import pandas as pd

from monitoring.rules import RULES_BY_NAME, Context, Rule, figure_of

# The last event of an episode says whether it runs; being secured is not being cleared.
RUNNING_EVENTS = frozenset({"identified", "rolled_back", "secured"})


class Outcome(StrEnum):
    """Where a hit goes; the same words as `Hit.Outcome`."""

    OPENED = "opened"
    EXTENDED = "extended"
    COVERED = "covered"
    SUPPRESSED = "suppressed"


ATTACHED = frozenset({Outcome.OPENED, Outcome.EXTENDED})


# --- how things stood on E ---


def homes(memberships: pd.DataFrame) -> pd.Series:
    """Household of each person as he stood on E, by person.

    `memberships` (person, household, joined_on, ended, id) holds those begun by E. The latest one counts, whether it
    still runs or ended by death or leaving; of two begun on one day the one that has not ended, then the newer.
    """
    several = memberships["person"].duplicated(keep=False)
    if several.any():
        ordered = memberships[several].sort_values(
            ["joined_on", "ended", "id"], ascending=[True, False, True], kind="stable"
        )
        last = ordered.drop_duplicates("person", keep="last")
        memberships = pd.concat([memberships[~several], last])
    return memberships.set_index("person")["household"]


def running_episodes(events: pd.DataFrame) -> pd.DataFrame:
    """The episode that runs on E, by household: columns episode, main_risk.

    `events` (household, episode, main_risk, kind, happened_on, id) holds the standing ones that happened by E.
    """
    # A file that is corrected may bring the identification of a day after that day's clearing.
    turns = events.assign(turn=events["kind"] != "identified").sort_values(["happened_on", "turn", "id"], kind="stable")
    last = turns.drop_duplicates("episode", keep="last")
    running = last[last["kind"].isin(RUNNING_EVENTS)].sort_values("episode")
    return running.drop_duplicates("household", keep="last").set_index("household")[["episode", "main_risk"]]


def each_once(rows: pd.DataFrame, period: str, *, since: str) -> pd.DataFrame:
    """The rows of a window with each fact once, in its earliest file; `fresh` marks those of this period.

    `rows` has digest (in one or more columns), period (ISO text), batch and position beside those of rule frames.
    Files from before `since` come last: what came early, with last year's files, is no duplicate when it comes again
    with this year's, so it is that row which is counted and which makes a rule fire.
    """
    ordered = rows.assign(early=rows["period"] < since)
    ordered = ordered.sort_values(["early", "period", "batch", "position"], kind="stable").drop(columns="early")
    once = ordered.drop_duplicates([name for name in rows.columns if name.startswith("digest")], keep="first")
    return once.assign(fresh=once["period"] == period)


# --- what fires ---


def judge(rule: Rule, frame: pd.DataFrame, contexts: Sequence[Context]) -> pd.DataFrame:
    """Hits of a rule: household, figure (Int64 millionths), rows. `frame["area"]` says whose parameters hold."""
    if len(contexts) == 1:
        return rule.apply(frame, contexts[0])
    parts = [
        rule.apply(part.drop(columns="area"), contexts[int(area)])
        for area, part in frame.groupby("area", sort=True)  # type: ignore[call-overload]
    ]
    return pd.concat(parts, ignore_index=True) if parts else rule.apply(frame, contexts[0])


@dataclass(frozen=True)
class Fired:
    """A rule that fires for a household: its figure, its rows in order and the keys of its evidence, sorted."""

    household: int
    rule: str
    figure: Decimal | None
    rows: tuple[int, ...]
    keys: tuple[str, ...]

    @property
    def risk(self) -> str:
        return RULES_BY_NAME[self.rule].risk.value


def firings(rule: Rule, hits: pd.DataFrame, digests: Mapping[int, str]) -> list[Fired]:
    """The hits of one rule as firings; `digests` gives the evidence key of each row."""
    return [
        Fired(
            household=int(household),
            rule=rule.name,
            figure=(amount := figure_of(int(figure)) if rule.figure else None),
            rows=tuple(rows),
            keys=tuple(sorted(digests[row] for row in rows)) or (income_key(amount),),
        )
        for household, figure, rows in hits.itertuples(index=False)
    ]


def income_key(income: Decimal | None) -> str:
    """Evidence key of an income in the register."""
    return f"income:{income}"


def income_anew(found: Fired, own: Standing | None, last: Standing | None) -> Fired | None:
    """What an income under the line is to this period: None where an earlier hit already rests on the same income.

    `own` is the standing hit of this very period, `last` the latest one of any period. Where the present income has
    already fired in another period, this period keeps what it had.
    """
    if own is not None and own.keys != found.keys and last is not None and last.keys == found.keys:
        return Fired(found.household, found.rule, own.figure, (), own.keys)
    if own is None and last is not None and last.keys == found.keys:
        return None
    return found


# --- where it goes ---


@dataclass(frozen=True)
class Standing:
    """A hit of this period that stands already."""

    id: int
    rule: str
    figure: Decimal | None
    keys: tuple[str, ...]
    outcome: Outcome
    clue: int | None = None
    clue_is_open: bool = False
    episode: int | None = None

    def is_on_open_clue(self) -> bool:
        return self.outcome in ATTACHED and self.clue_is_open

    def is_on_closed_clue(self) -> bool:
        return self.outcome in ATTACHED and not self.clue_is_open


@dataclass(frozen=True)
class Closed:
    """A clue of the pair that was closed as unfounded or solved: the latest figure of each rule, all evidence keys."""

    id: int
    figures: Mapping[str, Decimal]
    keys: frozenset[str]


@dataclass(frozen=True)
class Situation:
    """Everything that decides about one household and risk. `closed` is oldest first; `episode` is the running one
    with this main risk."""

    household: int
    risk: str
    fired: Sequence[Fired]
    standing: Mapping[str, Standing]
    open_clue: int | None
    closed: Sequence[Closed]
    episode: int | None
    worse_percent: Decimal


@dataclass(frozen=True)
class Placement:
    """A hit to write: where it goes, and the standing hit that it changes (`update`) or takes the place of
    (`replace`, when that one explains a clue that is closed). OPENED without a clue opens one for the pair."""

    fired: Fired
    outcome: Outcome
    clue: int | None = None
    episode: int | None = None
    update: int | None = None
    replace: int | None = None


def decide(situation: Situation) -> list[Placement]:
    """What is to be written for one household and risk; nothing for hits that are where they belong."""
    loose = [fired for fired in situation.fired if not _stays(fired, situation)]
    at_home = [fired for fired in loose if _is_on_open_clue(fired, situation)]
    rest = [fired for fired in loose if fired not in at_home]
    outcome, clue, episode = _destination(rest, situation)
    placements = [_place(fired, situation, Outcome.EXTENDED, situation.open_clue, None) for fired in at_home]
    placements += [_place(fired, situation, outcome, clue, episode) for fired in rest]
    return [placement for placement in placements if not _is_there(placement, situation)]


def gone(situation: Situation) -> list[Standing]:
    """Standing hits of the pair whose rule no longer fires."""
    fired = {fired.rule for fired in situation.fired}
    return [standing for rule, standing in situation.standing.items() if rule not in fired]


def _same(fired: Fired, standing: Standing | None) -> bool:
    return standing is not None and standing.keys == fired.keys and standing.figure == fired.figure


def _stays(fired: Fired, situation: Situation) -> bool:
    """Evidence that is on a clue stays there, whatever has happened to the clue since."""
    standing = situation.standing.get(fired.rule)
    return standing is not None and standing.outcome in ATTACHED and _same(fired, standing)


def _is_on_open_clue(fired: Fired, situation: Situation) -> bool:
    standing = situation.standing.get(fired.rule)
    return standing is not None and standing.is_on_open_clue()


def _is_held_back(fired: Fired, situation: Situation) -> bool:
    standing = situation.standing.get(fired.rule)
    return standing is not None and standing.outcome is Outcome.SUPPRESSED and _same(fired, standing)


def _destination(fired: Sequence[Fired], situation: Situation) -> tuple[Outcome, int | None, int | None]:
    if situation.episode is not None:
        return Outcome.COVERED, None, situation.episode
    reopens = any(_reopens(one, situation) for one in fired)
    # What was held back stays so although another month has opened a clue since: the same run says the same again.
    if situation.open_clue is not None and (reopens or not all(_is_held_back(one, situation) for one in fired)):
        return Outcome.EXTENDED, situation.open_clue, None
    if reopens:
        return Outcome.OPENED, None, None
    return Outcome.SUPPRESSED, situation.closed[-1].id if situation.closed else None, None


def _reopens(fired: Fired, situation: Situation) -> bool:
    """Whether one firing opens a clue in spite of those that were closed as unfounded or solved."""
    rule = RULES_BY_NAME[fired.rule]
    before = next((clue.figures[rule.name] for clue in reversed(situation.closed) if rule.name in clue.figures), None)
    if before is not None and fired.figure is not None:
        return is_worse(fired.figure, before, situation.worse_percent, rule.lower_is_worse)
    seen = frozenset().union(*(clue.keys for clue in situation.closed))
    return not seen.issuperset(fired.keys)


def is_worse(figure: Decimal, before: Decimal, percent: Decimal, lower_is_worse: bool) -> bool:
    """Whether a figure is worse than an earlier one by `percent` per cent of it at least."""
    change = before - figure if lower_is_worse else figure - before
    return change > 0 and change * 100 >= abs(before) * percent


def _place(fired: Fired, situation: Situation, outcome: Outcome, clue: int | None, episode: int | None) -> Placement:
    standing = situation.standing.get(fired.rule)
    if standing is None:
        return Placement(fired, outcome, clue, episode)
    if standing.is_on_closed_clue():
        return Placement(fired, outcome, clue, episode, replace=standing.id)
    return Placement(fired, outcome, clue, episode, update=standing.id)


def _is_there(placement: Placement, situation: Situation) -> bool:
    standing = situation.standing.get(placement.fired.rule)
    return (
        standing is not None
        and _same(placement.fired, standing)
        and (standing.outcome, standing.clue, standing.episode)
        == (placement.outcome, placement.clue, placement.episode)
    )
