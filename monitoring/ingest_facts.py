"""What rules need of the rows of registered people: main date, main amount, facts as canonical JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from monitoring.feeds import Fact, Feed
from sheets.columns import Amounts, Read, Words

_REMEMBERED = 100_000
_DAY = "datetime64[D]"


@dataclass(frozen=True)
class Facts:
    """Columns of rows: main day (NaT for none), main amount in millionths where `has_amount`, and each row's place in
    `texts`, the JSON of its facts, of which the first is empty. Rows of nobody registered have nothing."""

    days: NDArray[Any]
    amounts: NDArray[np.int64]
    has_amount: NDArray[np.bool_]
    codes: NDArray[np.int64]
    texts: list[str]


class FactWriter:
    """Writes the facts of the rows of one feed; equal ones once."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._facts = sorted(feed.facts, key=lambda fact: fact.key)
        self._parts: list[dict[Any, str]] = [{} for _ in self._facts]

    def of(self, numbers: Sequence[Any], columns: Mapping[str, Read], registered: NDArray[np.bool_]) -> Facts:
        """The facts of some rows: their cleaned numbers, their columns, and which of them are about somebody."""
        days = np.full(len(registered), np.datetime64("NaT"), dtype=_DAY)
        happened = columns.get(self._feed.happened_on)
        if happened is not None:
            days[registered] = _days(happened)[registered]
        amount = columns.get(self._feed.amount)
        amounts, has_amount = np.zeros(len(registered), np.int64), np.zeros(len(registered), np.bool_)
        if isinstance(amount, Amounts):
            has_amount = amount.there & registered
            amounts = np.where(has_amount, amount.millionths, 0)
        codes = np.zeros(len(registered), np.int64)
        texts = [""]
        places = np.flatnonzero(registered)
        if self._facts and len(places):
            found, written = self._written(numbers, columns, places)
            codes[places] = found + 1
            texts += written
        return Facts(days, amounts, has_amount, codes, texts)

    def _written(
        self, numbers: Sequence[Any], columns: Mapping[str, Read], places: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], list[str]]:
        """Each row's place among the different texts, and these."""
        codes = np.zeros(len(places), np.int64)
        parts: list[tuple[NDArray[np.int64], list[str]]] = []
        for number, fact in enumerate(self._facts):
            if fact.column == self._feed.id_column:
                own, values = pd.factorize(np.array([numbers[place] for place in places.tolist()], dtype=object))
            else:
                own, values = _different(columns[fact.column][places])
            own = own.astype(np.int64)
            parts.append((own, self._pieces(number, fact, values)))
            codes, _ = pd.factorize(codes * (len(values) + 1) + own)
        _, first = np.unique(codes, return_index=True)
        rows = [[pieces[code] for code in own[first].tolist()] for own, pieces in parts]
        filled = (",".join(filter(None, pieces)) for pieces in zip(*rows, strict=True))
        return codes.astype(np.int64), [f"{{{text}}}" if text else "" for text in filled]

    def _pieces(self, number: int, fact: Fact, values: Sequence[Any]) -> list[str]:
        """The fact as a member of the JSON object for each value, '' where it is not there."""
        known = self._parts[number]
        if len(known) > _REMEMBERED:
            known.clear()
        pieces: list[str] = []
        for value in values:
            piece = known.get(value)
            if piece is None:
                piece = known[value] = _piece(fact, value)
            pieces.append(piece)
        return pieces


def _days(column: Read) -> NDArray[Any]:
    """ISO texts as days, NaT for '' and for what is not used."""
    if isinstance(column, Words):
        return np.array([value or "NaT" for value in column.values], dtype=_DAY)[column.codes]
    return np.array([value or "NaT" for value in column.listed()], dtype=_DAY)


def _different(column: Read) -> tuple[NDArray[Any], Sequence[Any]]:
    """Each row's place among the different values, and these; None for an empty cell of numbers."""
    if isinstance(column, Amounts):
        codes, values = pd.factorize(column.millionths)
        return np.where(column.there, codes, len(values)), [*values.tolist(), None]
    if isinstance(column, Words):
        codes, used = pd.factorize(column.codes)
        return codes, [column.values[code] for code in used.tolist()]
    codes, different = pd.factorize(np.array(column.listed(), dtype=object))
    return codes, different.tolist()


def _piece(fact: Fact, value: Any) -> str:
    if value is None or value == "":
        return ""
    derived = fact.derive(value) if fact.derive else value
    if derived is None:
        return ""
    plain = derived.isoformat() if isinstance(derived, date) else derived
    return f"{json.dumps(fact.key)}:{json.dumps(plain, ensure_ascii=False)}"
