"""What a match reads of the feeds: one frame of rows for each rule.

Millions of rows pass through here, so they come as arrays of records, which PostgreSQL packs itself. Only the
households that a row of the period touches are followed through earlier months.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice
from typing import Any, Final

import numpy as np
import pandas as pd
from django.db.models import BigIntegerField, Func, IntegerField
from numpy.typing import NDArray

from households.models import Person
from monitoring.feeds import FEEDS
from monitoring.match_frames import BLOCK_ROWS, County
from monitoring.match_records import LINES, records
from monitoring.matching import each_once
from monitoring.models import FeedBatch, FeedRow
from monitoring.models.feed import POSITION_BITS
from monitoring.rules import Rule
from monitoring.rules.base import whole

_PERSONS = 5_000
_NO_DAY, _NO_AMOUNT = -(2**31), -(2**63)
_DAY_ZERO: Final = np.datetime64("2000-01-01", "D")


class _Day(Func):
    """A date as days since 2000; none as a number far away."""

    template = f"COALESCE(%(expressions)s - DATE '2000-01-01', {_NO_DAY})"
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = f"COALESCE(CAST(julianday(%(expressions)s) - 2451544.5 AS INTEGER), {_NO_DAY})"
        return self.as_sql(compiler, connection, template=template, **context)


class _Amount(Func):
    template = f"COALESCE(%(expressions)s, {_NO_AMOUNT})"
    output_field = BigIntegerField()


# --- frames ---


def rule_frame(county: County, rule: Rule) -> pd.DataFrame | None:
    """The rows that a feed rule looks at, None when this period brought none: with a window every fact once from all
    files up to the period, else the rows of the period's own file."""
    periods = _periods(rule, county.period)
    own = [batch for batch, period in periods.items() if period == county.period.isoformat()]
    parts = [part for part in _rows(county, rule, own, periods) if len(part)]
    if not parts:
        return None
    if rule.window == "period":
        return pd.concat(parts, ignore_index=True)
    earlier = [batch for batch in periods if batch not in own]
    touched = np.zeros(int(county.households.index.max()) + 1, dtype=bool)
    for part in parts:
        touched[part["household"].to_numpy()] = True
    for part in _rows(county, rule, earlier, periods):
        parts.append(part[touched[part["household"].to_numpy()]])
    rows = pd.concat(parts, ignore_index=True)
    since = FEEDS[rule.feed].window_start(county.period) or county.period
    return each_once(rows, county.period.isoformat(), since=since.isoformat()).reset_index(drop=True)


def _periods(rule: Rule, period: date) -> dict[int, str]:
    """The current batches that the rule may read, with their periods as ISO text."""
    batches = FeedBatch.objects.current().filter(feed=rule.feed, period__lte=period)
    if rule.window == "period":
        batches = batches.filter(period=period)
    return {batch: start.isoformat() for batch, start in batches.values_list("pk", "period")}


def _rows(county: County, rule: Rule, batches: list[int], periods: Mapping[int, str]) -> Iterator[pd.DataFrame]:
    fields: dict[str, tuple[str, Any]] = {
        "row": (">i8", "id"),
        "person": (">i8", "person_id"),
        "on": (">i4", _Day("happened_on")),
        "amount": (">i8", _Amount("amount")),
    }
    if rule.window != "period":
        fields["digest"] = ("V16", "digest")
    if rule.facts or rule.numbers:
        fields["facts"] = (LINES, "facts")
    for span in _spans(batches):
        rows = FeedRow.objects.filter(pk__range=span, person__isnull=False)
        if rule.window == "calendar_year":
            rows = rows.filter(happened_on__range=(date(county.end.year, 1, 1), county.end))
        block = records(rows, fields)
        if block is not None:
            yield _dressed(block, county, rule, periods)


def _spans(batches: list[int]) -> Iterator[tuple[int, int]]:
    """Keys from and to of the rows of these batches, BLOCK_ROWS at most at a time."""
    for batch, rows in FeedBatch.objects.filter(pk__in=batches).order_by("pk").values_list("pk", "rows"):
        starts = [FeedRow.key_of(batch, first) for first in range(0, max(rows, 1), BLOCK_ROWS)]
        yield from zip(starts, [*(start - 1 for start in starts[1:]), FeedRow.span_of(batch, batch)[1]], strict=True)


def _dressed(block: Mapping[str, Any], county: County, rule: Rule, periods: Mapping[int, str]) -> pd.DataFrame:
    """The rows of a block whose household is judged: with its facts as columns, and what the window needs."""
    household = _homes_of(block["person"], county)
    inside = np.flatnonzero(household > 0)
    block = {name: values[inside] for name, values in block.items()}
    at = county.households.index.get_indexer(household[inside])
    on, amount = block["on"], block["amount"]
    found = {
        "row": block["row"],
        "on": np.where(on == _NO_DAY, np.datetime64("NaT"), _DAY_ZERO + on.astype(np.int64)).astype("datetime64[s]"),
        "amount": pd.arrays.IntegerArray(amount.copy(), amount == _NO_AMOUNT),
        "household": household[inside],
        "supported": county.households["supported"].to_numpy()[at],
        "area": county.households["area"].to_numpy()[at],
    }
    if rule.facts or rule.numbers:
        found |= _facts(block["facts"], rule)
    if "skill" in rule.of_person:
        found["skill"] = _skills(block["person"])
    return pd.DataFrame(found | _in_window(block, rule, periods))


def _homes_of(person: NDArray[np.int64], county: County) -> NDArray[np.int64]:
    """The household of each person, -1 for one outside."""
    known = person < len(county.home)
    home = np.full(len(person), -1, dtype=np.int64)
    home[known] = county.home[person[known]]
    return home


def _in_window(block: Mapping[str, Any], rule: Rule, periods: Mapping[int, str]) -> dict[str, Any]:
    if rule.window == "period":
        return {"fresh": np.ones(len(block["row"]), dtype=np.bool_)}
    batch = block["row"] >> POSITION_BITS
    halves = np.ascontiguousarray(block["digest"]).view(">u8").astype(np.uint64).reshape(-1, 2)
    codes, batches = pd.factorize(batch)
    names = np.array([periods[one] for one in batches.tolist()], dtype=object)
    return {
        "batch": batch,
        "position": block["row"] & ((1 << POSITION_BITS) - 1),
        "period": names[codes],
        "digest": halves[:, 0],
        "digest_rest": halves[:, 1],
    }


def _skills(persons: NDArray[np.int64]) -> NDArray[Any]:
    """劳动技能 of each person in the register."""
    found: dict[int, str] = {}
    different = iter(np.unique(persons).tolist())
    while chunk := list(islice(different, _PERSONS)):
        found |= dict(Person.objects.filter(pk__in=chunk).values_list("pk", "labour_skill"))
    return np.array([found.get(person, "") for person in persons.tolist()], dtype=object)


# --- facts ---


def _facts(texts: NDArray[Any], rule: Rule) -> dict[str, Any]:
    """Each fact that the rule reads as a column; different texts are parsed once each, all in one go."""
    codes, different = pd.factorize(texts)
    parsed = json.loads(b"[%b]" % b",".join([text or b"{}" for text in different.tolist()]))
    found: dict[str, Any] = {}
    for key in rule.facts:
        values = np.empty(len(parsed), dtype=object)
        values[:] = [one.get(key) for one in parsed]
        found[key] = values[codes]
    for key in rule.numbers:
        found[key] = whole([one.get(key) for one in parsed]).take(codes)
    return found
