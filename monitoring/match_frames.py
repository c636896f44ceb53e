"""What a match reads of the county: its households, their members, episodes and parameters as they stood on E.

They come as columns (COPY on PostgreSQL) and never as objects; the rows of the feeds are in `match_rows`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, F, QuerySet, Value, When
from numpy.typing import NDArray

from accounts.models import Division
from households.models import Category, Household, Membership
from monitoring.ingest import last_day
from monitoring.ingest_sink import scratch_file
from monitoring.match_records import records
from monitoring.matching import homes, running_episodes
from monitoring.models import EpisodeEvent
from monitoring.policy import PolicyBook, Setting
from monitoring.rules import RULES, Context

BLOCK_ROWS = 200_000
# Of persons with more than one membership, so many at a time.
MOVERS = 5_000
REOPEN = "reopen_worse_percent"
KEYS = sorted({REOPEN, *(key for rule in RULES for key in rule.parameters)})

Dtype = Literal["int64", "Int64", "float64", "category", "object"]


# --- columns out of the database ---


def blocks(rows: QuerySet[Any, Any], columns: Mapping[str, Dtype]) -> Iterator[pd.DataFrame]:
    """The rows of a values_list() in frames of BLOCK_ROWS at most; `columns` names and types them in its order.

    Dates and decimals come as text, bytes as hex text on PostgreSQL and as bytes on SQLite, NULL as missing.
    """
    try:
        statement, parameters = rows.order_by().query.sql_with_params()
    except EmptyResultSet:
        return
    read = _copied if connection.vendor == "postgresql" else _fetched
    yield from read(statement, parameters, columns)


def frame(rows: QuerySet[Any, Any], columns: Mapping[str, Dtype]) -> pd.DataFrame:
    """The same in one frame; for what fits."""
    parts = list(blocks(rows, columns))
    if len(parts) == 1:
        return parts[0]
    empty = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in columns.items()})
    return pd.concat([*parts], ignore_index=True) if parts else empty


def _copied(statement: str, parameters: Sequence[Any], columns: Mapping[str, Dtype]) -> Iterator[pd.DataFrame]:
    with scratch_file() as file:
        with connection.cursor() as cursor:
            wanted = cursor.mogrify(statement, parameters).decode()
            cursor.copy_expert(f"COPY ({wanted}) TO STDOUT WITH (FORMAT csv)", file)
        if not file.tell():
            return
        file.seek(0)
        yield from pd.read_csv(
            file,
            header=None,
            names=list(columns),
            dtype=dict(columns),
            keep_default_na=False,
            na_values=[""],
            chunksize=BLOCK_ROWS,
        )


def _fetched(statement: str, parameters: Sequence[Any], columns: Mapping[str, Dtype]) -> Iterator[pd.DataFrame]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        while found := cursor.fetchmany(BLOCK_ROWS):
            block = pd.DataFrame.from_records(found, columns=list(columns))
            yield block.astype(dict(columns))


def flag(**condition: Any) -> Case:
    """A condition as 1 or 0, which reads the same from every database."""
    return Case(When(**condition, then=Value(1)), default=Value(0))


# --- the county on E ---


class Roll:
    """The values of single households by their ids: a data frame takes a hundred times as long for one cell."""

    def __init__(self, households: pd.DataFrame) -> None:
        self._places = {household: place for place, household in enumerate(households.index.tolist())}
        self._columns = {name: households[name].to_numpy(dtype=object) for name in households.columns}

    def __contains__(self, household: int) -> bool:
        return household in self._places

    def of(self, household: int, column: str) -> Any:
        """KeyError for a household that is not judged."""
        return self._columns[column][self._places[household]]


@dataclass(frozen=True)
class County:
    """A county as it stood on E.

    `households` (index: id; number, village, lifted, supported, monitored, income, area) holds those that are judged,
    `episodes` (index: household) the running ones, `home` the household of each person id, -1 for those outside.
    `contexts` and `settings` belong to areas: 0 is the county, others are places with parameters of their own.
    """

    division: Division
    period: date
    end: date
    households: pd.DataFrame
    episodes: pd.DataFrame
    home: NDArray[np.int64]
    contexts: list[Context]
    settings: list[dict[str, Setting]]

    @cached_property
    def roll(self) -> Roll:
        return Roll(self.households)

    def context_of(self, household: int) -> Context:
        return self.contexts[self.roll.of(household, "area")]

    def settings_of(self, household: int) -> dict[str, Setting]:
        return self.settings[self.roll.of(household, "area")]


def read_county(division: Division, period: date) -> County:
    """The county with its households, members, episodes and parameters as of the period's last day."""
    end = last_day(period)
    households = _households(division, end)
    episodes = _episodes(division, end)
    households["monitored"] = households.index.isin(episodes.index)
    households["supported"] = households.pop("lifted").eq(1) | households["monitored"]
    book = PolicyBook()
    settings = [_settings(book, code, end) for code in _areas(book, households, division, end)]
    contexts = [Context(end, {key: setting.value for key, setting in place.items()}) for place in settings]
    return County(division, period, end, households, episodes, _homes(households, end), contexts, settings)


def _households(division: Division, end: date) -> pd.DataFrame:
    judged = Household.objects.active(end).within(division)
    columns: dict[str, Dtype] = {
        "id": "int64",
        "number": "object",
        "village": "category",
        "lifted": "int64",
        "income": "float64",
    }
    rows = judged.values_list("id", "number", "village_id", flag(category=Category.LIFTED), "per_capita_income")
    found = frame(rows, columns).set_index("id")
    # Millionths of a yuan are the common measure; exact in a float up to nine thousand million yuan.
    found["income"] = (found["income"] * 1_000_000).round().astype("Int64")
    return found


def _episodes(division: Division, end: date) -> pd.DataFrame:
    low, high = division.code_range
    events = EpisodeEvent.objects.as_of(end).filter(
        episode__household__village_id__gte=low, episode__household__village_id__lt=high
    )
    columns: dict[str, Dtype] = {
        "household": "int64",
        "episode": "int64",
        "main_risk": "object",
        "kind": "object",
        "happened_on": "object",
        "id": "int64",
    }
    rows = events.values_list("episode__household_id", "episode_id", "episode__main_risk", "kind", "happened_on", "id")
    return running_episodes(frame(rows, columns))


def _homes(households: pd.DataFrame, end: date) -> NDArray[np.int64]:
    # One that ended on its first day has been moved by a register file, with all its history.
    begun = Membership.objects.filter(joined_on__lte=end).exclude(left_reason="moved", left_on=F("joined_on"))
    found = records(begun, {"person": (">i8", "person_id"), "household": (">i8", "household_id")})
    if found is None:
        return np.full(0, -1, dtype=np.int64)
    person, household = found["person"], found["household"]
    home = np.full(int(person.max()) + 1, -1, dtype=np.int64)
    home[person] = household
    movers = np.flatnonzero(np.bincount(person) > 1).tolist()
    for start in range(0, len(movers), MOVERS):
        last = homes(_memberships(begun.filter(person__in=movers[start : start + MOVERS])))
        home[last.index.to_numpy()] = last.to_numpy()
    home[~np.isin(home, households.index.to_numpy())] = -1
    return home


def _memberships(begun: QuerySet[Membership]) -> pd.DataFrame:
    columns: dict[str, Dtype] = {
        "person": "int64",
        "household": "int64",
        "joined_on": "object",
        "ended": "int64",
        "id": "int64",
    }
    return frame(
        begun.values_list("person_id", "household_id", "joined_on", flag(left_on__isnull=False), "id"), columns
    )


def _areas(book: PolicyBook, households: pd.DataFrame, division: Division, end: date) -> list[str]:
    """Codes of the places whose parameters are asked for, the county first; enters each household's `area`."""
    prefixes = book.areas(KEYS, on=end, county=division.prefix)
    area = np.zeros(len(households), dtype=np.int64)
    # Shortest first, so that a village's own parameters have the last word.
    for number, prefix in sorted(enumerate(prefixes, 1), key=lambda item: len(item[1])):
        area[households["village"].astype(str).str.startswith(prefix).to_numpy(dtype=bool)] = number
    households["area"] = area
    return [division.code, *(prefix.ljust(12, "0") for prefix in prefixes)]


def _settings(book: PolicyBook, code: str, end: date) -> dict[str, Setting]:
    return {key: book.setting(key, on=end, code=code) for key in KEYS}


def register_frame(county: County) -> pd.DataFrame:
    """The frame of register rules."""
    found = county.households
    return pd.DataFrame(
        {
            "household": found.index.to_numpy(),
            "income": found["income"].to_numpy(),
            "monitored": found["monitored"].to_numpy(),
            "area": found["area"].to_numpy(),
        }
    ).astype({"income": "Int64"})
