"""What a match reads of the feeds: one frame of rows for each rule.

Millions of rows pass through here, so they come as arrays of records: on PostgreSQL by COPY in its binary form, in
which a record of numbers has one length. The texts of facts, of which there are few different ones, come once each and
are known in the rows by their hashes. Only the households that a row of the period touches are followed through
earlier months.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, Final

import numpy as np
import pandas as pd
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BigIntegerField, Func, IntegerField, QuerySet
from numpy.typing import NDArray

from households.models import Person
from monitoring.ingest_sink import scratch_file
from monitoring.match_frames import BLOCK_ROWS, County
from monitoring.matching import each_once
from monitoring.models import FeedBatch, FeedRow
from monitoring.models.feed import POSITION_BITS
from monitoring.rules import Rule
from monitoring.rules.base import whole

_HEADER_BYTES = 19
_PERSONS = 5_000
_SEEDS = 8
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


class _Hash(Func):
    """64 bits of a text on PostgreSQL; the text itself elsewhere."""

    output_field = BigIntegerField()

    def __init__(self, expression: Any, seed: int) -> None:
        super().__init__(expression, template=f"hashtextextended(%(expressions)s, {seed})")

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="%(expressions)s", **context)


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
    return each_once(rows, county.period.isoformat()).reset_index(drop=True)


def _periods(rule: Rule, period: date) -> dict[int, str]:
    """The current batches that the rule may read, with their periods as ISO text."""
    batches = FeedBatch.objects.current().filter(feed=rule.feed, period__lte=period)
    if rule.window == "period":
        batches = batches.filter(period=period)
    return {batch: start.isoformat() for batch, start in batches.values_list("pk", "period")}


def _rows(county: County, rule: Rule, batches: list[int], periods: Mapping[int, str]) -> Iterator[pd.DataFrame]:
    rows = FeedRow.objects.of(batches).filter(person__isnull=False)
    if rule.window == "calendar_year":
        rows = rows.filter(happened_on__range=(date(county.end.year, 1, 1), county.end))
    fields: dict[str, tuple[str, Any]] = {
        "row": (">i8", "id"),
        "person": (">i8", "person_id"),
        "on": (">i4", _Day("happened_on")),
        "amount": (">i8", _Amount("amount")),
    }
    texts = _FactTexts(rows) if rule.facts or rule.numbers else None
    if texts is not None:
        fields["facts"] = (">i8", _Hash("facts", texts.seed))
    if rule.window != "period":
        fields["digest"] = ("V16", "digest")
    for block in _blocks(rows, fields):
        yield _dressed(block, county, rule, periods, texts)


def _dressed(
    block: Mapping[str, Any], county: County, rule: Rule, periods: Mapping[int, str], texts: _FactTexts | None
) -> pd.DataFrame:
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
    if texts is not None:
        found |= texts.columns(block["facts"], rule)
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


class _FactTexts:
    """The different facts of some rows, by what the rows say instead of them."""

    def __init__(self, rows: QuerySet[FeedRow]) -> None:
        self._rows = rows
        self._known: dict[Any, str] = {}
        self.seed = 0
        if connection.vendor == "postgresql":
            # Two texts of one hash are not to be expected in the life of the program; another seed parts them.
            self.seed = next(seed for seed in range(_SEEDS) if self._read(seed))

    def _read(self, seed: int) -> bool:
        """Read all; whether every text has a hash of its own."""
        pairs = set(self._rows.order_by().values_list(_Hash("facts", seed), "facts").distinct())
        self._known = dict(pairs)
        return len(self._known) == len(pairs)

    def columns(self, facts: NDArray[Any], rule: Rule) -> dict[str, Any]:
        """Each fact that the rule reads as a column; different texts are parsed once each, all in one go."""
        codes, different = pd.factorize(facts)
        texts = self._texts(different.tolist())
        parsed = json.loads(f"[{','.join([text or '{}' for text in texts])}]")
        found: dict[str, Any] = {}
        for key in rule.facts:
            values = np.empty(len(parsed), dtype=object)
            values[:] = [one.get(key) for one in parsed]
            found[key] = values[codes]
        for key in rule.numbers:
            found[key] = whole(one.get(key) for one in parsed).take(codes)
        return found

    def _texts(self, different: Sequence[Any]) -> Sequence[str]:
        if connection.vendor != "postgresql":
            return different
        if not self._known.keys() >= set(different):
            self._read(self.seed)  # rows that have been linked since
        return [self._known[one] for one in different]


# --- records out of the database ---


def _blocks(rows: QuerySet[FeedRow], fields: Mapping[str, tuple[str, Any]]) -> Iterator[dict[str, Any]]:
    """Columns of the rows, BLOCK_ROWS at most at a time; `fields` has the type of each and what it is in the query."""
    try:
        statement, parameters = (
            rows.order_by().values_list(*(one for _, one in fields.values())).query.sql_with_params()
        )
    except EmptyResultSet:
        return
    kinds = {name: kind for name, (kind, _) in fields.items()}
    if connection.vendor == "postgresql":
        yield from _copied(statement, parameters, kinds)
        return
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        while found := cursor.fetchmany(BLOCK_ROWS):
            yield {
                name: _array(cells, kinds[name]) for name, cells in zip(kinds, zip(*found, strict=True), strict=True)
            }


def _array(cells: Iterable[Any], kind: str) -> NDArray[Any]:
    listed = list(cells)
    if kind[0] == "V":
        return np.frombuffer(b"".join(map(bytes, listed)), dtype=kind)
    if isinstance(listed[0], str):
        return np.array(listed, dtype=object)
    return np.array(listed, dtype=np.dtype(kind).newbyteorder("="))


def _copied(statement: str, parameters: Sequence[Any], kinds: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    parts: list[tuple[str, str]] = [("fields", ">i2")]
    for name, kind in kinds.items():
        parts += [(f"{name}_length", ">i4"), (name, kind)]
    record = np.dtype(parts)
    with scratch_file() as file:
        with connection.cursor() as cursor:
            wanted = cursor.mogrify(statement, parameters).decode()
            cursor.copy_expert(f"COPY ({wanted}) TO STDOUT WITH (FORMAT binary)", file)
        file.seek(_HEADER_BYTES)
        # What is left at the end is no whole record: the mark behind the last.
        while count := len(piece := file.read(BLOCK_ROWS * record.itemsize)) // record.itemsize:
            records = np.frombuffer(piece, dtype=record, count=count)
            yield {
                name: records[name] if kind[0] == "V" else records[name].astype(np.dtype(kind).newbyteorder("="))
                for name, kind in kinds.items()
            }
