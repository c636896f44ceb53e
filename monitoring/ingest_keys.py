"""16-byte keys looked up by the hundred thousand: the registered persons, and the rows of earlier months."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Aggregate, F, Max, QuerySet, TextField
from numpy.typing import NDArray

from households.models import FormerNumber, Person, RegisterBatch
from monitoring.feeds import Feed
from monitoring.models import FeedBatch, FeedRow

# As many as one query may name on every database.
_FEW = 500
_SPAN = 100_000
_BETWEEN = "\x1f"
_HEADER_BYTES = 19
# The columns of a span of rows, each gathered into one value in the same order: keys, persons, names.
_GATHERED = {
    "postgresql": "string_agg(key, ''::bytea), string_agg(int8send(person), ''::bytea), "
    "string_agg(replace(name, chr(31), ''), chr(31))",
    "sqlite": "group_concat(hex(key), ''), group_concat(person, ' '), "
    "group_concat(replace(name, char(31), ''), char(31))",
}

Pairs = NDArray[np.uint64]


def pairs(keys: Iterable[bytes]) -> Pairs:
    """16-byte keys as rows of two 64-bit numbers."""
    return _halves(b"".join(keys))


def _halves(keys: bytes) -> Pairs:
    return np.frombuffer(keys, dtype=">u8").astype(np.uint64).reshape(-1, 2)


class KeyTable:
    """Sorted 16-byte keys as two columns of 64 bits: half a million take 12 MB and are found in microseconds."""

    def __init__(self, keys: bytes) -> None:
        both = _halves(keys)
        self._order = np.argsort(both[:, 0])
        self._high = both[self._order, 0]
        self._low = both[self._order, 1]

    def __len__(self) -> int:
        return len(self._high)

    def find(self, wanted: Pairs) -> NDArray[np.int64]:
        """For each key its place in the order in which the keys were given, or -1."""
        if not len(self) or not len(wanted):
            return np.full(len(wanted), -1, dtype=np.int64)
        # Keys in order are looked for side by side, which spares the processor's cache.
        order = np.argsort(wanted[:, 0])
        ordered = wanted[order]
        place = np.searchsorted(self._high, ordered[:, 0])
        # Two keys may share their first half; then the right one is a few places on.
        while (behind := self._holds(place, ordered[:, 0]) & ~self._is(place, ordered)).any():
            place[behind] += 1
        found = np.empty(len(wanted), dtype=np.int64)
        last = len(self) - 1
        found[order] = np.where(self._is(place, ordered), self._order[np.minimum(place, last)], -1)
        return found

    def _holds(self, place: NDArray[Any], high: NDArray[Any]) -> NDArray[np.bool_]:
        return (place < len(self)) & (self._high[np.minimum(place, len(self) - 1)] == high)

    def _is(self, place: NDArray[Any], wanted: NDArray[Any]) -> NDArray[np.bool_]:
        low = self._low[np.minimum(place, len(self) - 1)]
        return self._holds(place, wanted[:, 0]) & (low == wanted[:, 1])


class Registry:
    """Everybody registered, by present and former numbers: person and name.

    `undone` is how many register files had been taken back when it was read: nothing else takes persons away.
    """

    def __init__(self, keys: bytes, persons: NDArray[np.int64], names: Sequence[str], undone: int) -> None:
        self.undone = undone
        self._table = KeyTable(keys)
        # The last entry, which a place of -1 means, is nobody.
        self._persons = np.append(persons, 0)
        self._names = np.fromiter((*names, ""), np.object_, len(names) + 1)

    @classmethod
    def load(cls) -> Registry:
        undone = register_files_undone()
        spans = list(_everybody())
        names: list[str] = []
        for _, _, called in spans:
            names += called.split(_BETWEEN)
        persons = np.concatenate([np.zeros(0, np.int64), *(people for _, people, _ in spans)])
        return cls(b"".join([keys for keys, _, _ in spans]), persons, names, undone)

    @classmethod
    def of(cls, indexes: Sequence[bytes]) -> Registry:
        """Only those who have one of these indexes."""
        undone = register_files_undone()
        parts = [indexes[start : start + _FEW] for start in range(0, len(indexes), _FEW)]
        people = [person for part in parts for person in _those(part)]
        keys = b"".join([bytes(key) for key, _, _ in people])
        persons = np.array([one for _, one, _ in people], dtype=np.int64)
        return cls(keys, persons, [name for _, _, name in people], undone)

    def meet(self, indexes: Pairs) -> tuple[NDArray[np.int64], NDArray[Any]]:
        """Persons and their registered names by blind index of the number; 0 and '' for nobody registered."""
        places = self._table.find(indexes)
        return self._persons[places], self._names[places]


def register_files_undone() -> int:
    """How many files of the register have been taken back, and with them persons."""
    return RegisterBatch.objects.filter(state=RegisterBatch.State.UNDONE).count()


def _everybody() -> Iterator[tuple[bytes, NDArray[np.int64], str]]:
    """Keys, persons and names of a span of people at a time, each gathered by the database into one value: half a
    million rows come in less than a second, which one by one take many."""
    people = Person.objects.order_by().values_list("id_index", F("pk"), "name")
    former = FormerNumber.objects.order_by().values_list("id_index", "person_id", "person__name")
    for rows in (people, former):
        last = rows.aggregate(last=Max("pk"))["last"] or 0
        for start in range(0, last + 1, _SPAN):
            statement, parameters = rows.filter(pk__range=(start, start + _SPAN - 1)).query.sql_with_params()
            gathered = (_copied if connection.vendor == "postgresql" else _fetched)(statement, parameters)
            if gathered is not None:
                yield gathered


def _gather(statement: str) -> str:
    return f"WITH found (key, person, name) AS ({statement}) SELECT {_GATHERED[connection.vendor]} FROM found"


def _fetched(statement: str, parameters: Any) -> tuple[bytes, NDArray[np.int64], str] | None:
    with connection.cursor() as cursor:
        cursor.execute(_gather(statement), parameters)
        keys, persons, names = cursor.fetchone()
    if keys is None:
        return None
    return bytes.fromhex(keys), np.array(persons.split(" "), dtype=np.int64), names


def _copied(statement: str, parameters: Any) -> tuple[bytes, NDArray[np.int64], str] | None:
    """The same in PostgreSQL's binary form, which need not be taken apart."""
    target = io.BytesIO()
    with connection.cursor() as cursor:
        wanted = cursor.mogrify(_gather(statement), parameters).decode()
        cursor.copy_expert(f"COPY ({wanted}) TO STDOUT WITH (FORMAT binary)", target)
    row, place = target.getbuffer(), _HEADER_BYTES + 2
    cells: list[bytes] = []
    for _ in range(3):
        length = int.from_bytes(row[place : place + 4], "big", signed=True)
        if length < 0:
            return None
        cells.append(bytes(row[place + 4 : place + 4 + length]))
        place += 4 + length
    return cells[0], np.frombuffer(cells[1], dtype=">i8").astype(np.int64), cells[2].decode()


def _those(indexes: Sequence[bytes]) -> Iterable[tuple[Any, int, str]]:
    people = Person.objects.filter(id_index__in=indexes).values_list("id_index", "pk", "name")
    former = FormerNumber.objects.filter(id_index__in=indexes).values_list("id_index", "person_id", "person__name")
    return [*people, *former]


def rows_before(feed: Feed, period: date) -> QuerySet[FeedRow]:
    """What the months before `period` in the feed's window brought; nothing where months stand alone."""
    start = feed.window_start(period)
    if start is None:
        return FeedRow.objects.none()
    batches = FeedBatch.objects.current().filter(feed=feed.name, period__gte=start, period__lt=period)
    return FeedRow.objects.of(batches)


def earlier_rows(feed: Feed, period: date) -> KeyTable:
    """Their digests."""
    return digests(rows_before(feed, period))


class _Gathered(Aggregate):
    """All values of a binary column, one after another, as one hexadecimal text."""

    template = "STRING_AGG(ENCODE(%(expressions)s, 'hex'), '')"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="GROUP_CONCAT(HEX(%(expressions)s), '')", **context)


def digests(rows: QuerySet[FeedRow]) -> KeyTable:
    """The digests of a queryset of rows, gathered batch by batch."""
    gathered = rows.order_by().values("batch_id").annotate(found=_Gathered("digest")).values_list("found", flat=True)
    return KeyTable(b"".join(map(bytes.fromhex, gathered)))
