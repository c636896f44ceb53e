"""What a rule is: a pure function from a frame of rows and parameters to hits with their arithmetic.

Frames that rules are given have one line a matched row:

    row        int64   key of the row, handed back as evidence
    household  int64   the household of the person as it stood on E
    fresh      bool    a row of the period itself that no earlier period's file already held
    on         datetime64, NaT when empty: the row's main date
    amount     Int64, NA when empty: the row's main amount, in millionths of a yuan
    supported  bool    户类型 is 脱贫户, or monitored for whatever risk and not cleared on E
    skill      劳动技能 of the person in the register, only where the rule names it in `of_person`

and one column for each fact in the rule's `facts` and `numbers`, the keys that the feed's declaration gives its facts:
objects (text, dates as ISO text, a small int, True, None where the fact is absent), and Int64 (millionths, NA).
Register rules get one line a household: `household`, `income` (Int64, millionths), `monitored` (bool).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd

from monitoring.risks import Risk

MILLION = 1_000_000
CENT = Decimal("0.01")
# What a figure column holds; a sum beyond it is absurd, and still must not stop the county's run.
LARGEST_FIGURE = Decimal("999999999999.99")
LARGEST_NUMBER = 9_000_000_000_000_000_000
REGISTER = "register"
HIT_COLUMNS = ["household", "figure", "rows"]

Window = Literal["period", "calendar_year", "school_year"]


@dataclass(frozen=True)
class Context:
    """What a rule knows beside its rows: E, and the values of its parameters that were in force on E in the place."""

    end: date
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """One hit as its sentence needs it: its rows in order, its figure, and whether the household is `supported`."""

    pieces: Sequence[Mapping[str, Any]]
    figure: Decimal | None
    supported: bool
    context: Context


@dataclass(frozen=True)
class Explanation:
    """`warning` is one sentence; `arithmetic` the sum or comparison in full; `threshold` what the figure was held
    against. Neither text holds names, numbers of persons or free text of the departments."""

    warning: str
    arithmetic: str
    threshold: Decimal | None = None


@dataclass(frozen=True)
class Rule:
    """A declared rule. `apply` gives one line a household that it fires for: household, figure (Int64, millionths),
    rows (list of row keys, empty for register rules)."""

    name: str
    title: str
    risk: Risk
    feed: str
    parameters: tuple[str, ...]
    apply: Callable[[pd.DataFrame, Context], pd.DataFrame]
    explain: Callable[[Case], Explanation]
    facts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    of_person: tuple[str, ...] = ()
    window: Window = "period"
    figure: bool = False
    lower_is_worse: bool = False


def fired(frame: pd.DataFrame, mask: pd.Series) -> pd.DataFrame:
    """Hits without a figure: the rows of `frame` where `mask` holds, by household."""
    return gathered(frame[mask.to_numpy(dtype=bool)], None)


def gathered(rows: pd.DataFrame, figures: pd.Series | None) -> pd.DataFrame:
    """Hits of the households in `rows` with all their rows; `figures` is by household."""
    order = np.argsort(rows["household"].to_numpy(), kind="stable")
    households, starts = np.unique(rows["household"].to_numpy()[order], return_index=True)
    keys = rows["row"].to_numpy()[order].tolist()
    bounds = [*starts.tolist(), len(keys)]
    hits = pd.DataFrame({"household": households.astype("int64")})
    hits["rows"] = pd.Series([keys[start:end] for start, end in pairwise(bounds)], dtype=object)
    found = figures.reindex(hits["household"]).to_numpy() if figures is not None else [pd.NA] * len(hits)
    hits["figure"] = pd.array(found, dtype="Int64")
    return hits[HIT_COLUMNS]


def summed(frame: pd.DataFrame, inside: pd.Series, line: pd.Series) -> pd.DataFrame:
    """Hits of the households whose amounts inside the window reach their `line` and to which a fresh row adds.

    `inside` is a mask of `frame`, `line` the threshold of each row's household in millionths.
    """
    counted = frame[inside.to_numpy(dtype=bool) & frame["amount"].notna().to_numpy(dtype=bool)]
    totals = counted.groupby("household")["amount"].sum()
    lines = line.loc[counted.index].groupby(counted["household"]).first()
    touched = counted.loc[counted["fresh"], "household"].unique()
    reached = totals.index[(totals >= lines).to_numpy(dtype=bool)].intersection(touched)
    return gathered(counted[counted["household"].isin(reached)], totals)


def column(frame: pd.DataFrame, name: str) -> pd.Series:
    """A fact that is text, absent ones as ''."""
    return frame[name].fillna("").astype(object)


def whole(values: Iterable[int | None]) -> Any:
    """An Int64 array, NA for None; what no integer of 64 bits holds is held at its end."""
    given, limit = list(values), LARGEST_NUMBER
    if any(value is not None and abs(value) > limit for value in given):
        given = [None if value is None else max(-limit, min(limit, value)) for value in given]
    return pd.array(given, dtype="Int64")


def stated(frame: pd.DataFrame, name: str) -> pd.Series:
    """Whether a fact that is True or absent is there."""
    return frame[name].notna()


def at_least(value: Any) -> int:
    """The smallest number of millionths that is >= value; x >= value and x < value both compare with it."""
    return int((Decimal(value) * MILLION).to_integral_value(ROUND_CEILING))


def at_most(value: Any) -> int:
    """The largest number of millionths that is <= value; x > value compares with it."""
    return int((Decimal(value) * MILLION).to_integral_value(ROUND_FLOOR))


def holds(condition: pd.Series) -> pd.Series:
    """A comparison with empty cells counted as not true."""
    return condition.fillna(False).astype(bool)


def figure_of(millionths: int) -> Decimal:
    """A sum as its figure: two decimals, half up."""
    figure = (Decimal(millionths) / MILLION).quantize(CENT, ROUND_HALF_UP)
    return max(-LARGEST_FIGURE, min(LARGEST_FIGURE, figure))
