"""16-byte keys looked up by the hundred thousand: the registered persons, and the rows of earlier months."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Aggregate, F, Max, QuerySet, TextField
from numpy.typing import NDArray

from households.models import FormerNumber, Person
from monitoring.feeds import Feed
from monitoring.models import FeedRow
from sheets.clean import fold_name

_KEY_BYTES = 16
# As many as one query may name on every database.
_FEW = 500
_SPAN = 100_000
_BETWEEN = "\x1f"
# The columns of a span of rows, each gathered into one value in the same order: keys, persons, names.
_GATHERED = {
    "postgresql": "string_agg(encode(key, 'hex'), ''), string_agg(person::text, ' '), "
    "string_agg(replace(name, chr(31), ''), chr(31))",
    "sqlite": "group_concat(hex(key), ''), group_concat(person, ' '), "
    "group_concat(replace(name, char(31), ''), char(31))",
}


class KeyTable:
    """Sorted 16-byte keys as two columns of 64 bits: half a million take 12 MB and are found in microseconds."""

    def __init__(self, keys: bytes) -> None:
        pairs = np.frombuffer(keys, dtype=">u8").astype(np.uint64).reshape(-1, 2)
        self._order = np.argsort(pairs[:, 0])
        self._high = pairs[self._order, 0]
        self._low = pairs[self._order, 1]

    def __len__(self) -> int:
        return len(self._high)

    def find(self, keys: Sequence[bytes]) -> list[int]:
        """For each key its place in the order in which the keys were given, or -1."""
        if not len(self) or not keys:
            return [-1] * len(keys)
        wanted = np.frombuffer(b"".join(keys), dtype=">u8").astype(np.uint64).reshape(-1, 2)
        place = np.searchsorted(self._high, wanted[:, 0])
        # Two keys may share their first half; then the right one is a few places on.
        while (behind := self._holds(place, wanted[:, 0]) & ~self._is(place, wanted)).any():
            place[behind] += 1
        found = np.where(self._is(place, wanted), self._order[np.minimum(place, len(self) - 1)], -1)
        return [int(index) for index in found.tolist()]

    def _holds(self, place: NDArray[Any], high: NDArray[Any]) -> NDArray[np.bool_]:
        return (place < len(self)) & (self._high[np.minimum(place, len(self) - 1)] == high)

    def _is(self, place: NDArray[Any], wanted: NDArray[Any]) -> NDArray[np.bool_]:
        low = self._low[np.minimum(place, len(self) - 1)]
        return self._holds(place, wanted[:, 0]) & (low == wanted[:, 1])


class _Folded(dict[str, str]):
    """Name → folded name; many people share one."""

    def __missing__(self, name: str) -> str:
        folded = self[name] = fold_name(name)
        return folded


class Registry:
    """Everybody registered, by present and former numbers: person and folded name."""

    def __init__(self, keys: bytes, persons: Sequence[int], names: Iterable[str]) -> None:
        self._table = KeyTable(keys)
        self._persons = persons
        self._names = list(map(_Folded().__getitem__, names))

    @classmethod
    def load(cls) -> Registry:
        keys, persons, names = bytearray(), list[int](), list[str]()
        for hexed, people, called in _everybody():
            keys += bytes.fromhex(hexed)
            persons += map(int, people.split(" "))
            names += called.split(_BETWEEN)
        return cls(bytes(keys), persons, names)

    @classmethod
    def of(cls, indexes: Sequence[bytes]) -> Registry:
        """Only those who have one of these indexes."""
        parts = [indexes[start : start + _FEW] for start in range(0, len(indexes), _FEW)]
        people = [person for part in parts for person in _those(part)]
        keys = b"".join([bytes(key) for key, _, _ in people])
        return cls(keys, [person for _, person, _ in people], [name for _, _, name in people])

    def find(self, indexes: Sequence[bytes]) -> list[int]:
        """Entries by blind index of the number, -1 for nobody registered; for `person` and `name`."""
        return self._table.find(indexes)

    def person(self, entry: int) -> int:
        return self._persons[entry]

    def name(self, entry: int) -> str:
        """The registered name, folded."""
        return self._names[entry]


def _everybody() -> Iterator[tuple[str, str, str]]:
    """Keys, persons and names of a span of people at a time, each gathered by the database into one text: half a
    million rows come in less than a second, which one by one take many."""
    people = Person.objects.order_by().values_list("id_index", F("pk"), "name")
    former = FormerNumber.objects.order_by().values_list("id_index", "person_id", "person__name")
    for rows in (people, former):
        last = rows.aggregate(last=Max("pk"))["last"] or 0
        for start in range(0, last + 1, _SPAN):
            statement, parameters = rows.filter(pk__range=(start, start + _SPAN - 1)).query.sql_with_params()
            with connection.cursor() as cursor:
                cursor.execute(_gather(statement), parameters)
                gathered = cursor.fetchone()
            if gathered[0] is not None:
                yield gathered


def _gather(statement: str) -> str:
    return f"WITH found (key, person, name) AS ({statement}) SELECT {_GATHERED[connection.vendor]} FROM found"


def _those(indexes: Sequence[bytes]) -> Iterable[tuple[Any, int, str]]:
    people = Person.objects.filter(id_index__in=indexes).values_list("id_index", "pk", "name")
    former = FormerNumber.objects.filter(id_index__in=indexes).values_list("id_index", "person_id", "person__name")
    return [*people, *former]


def rows_before(feed: Feed, period: date) -> QuerySet[FeedRow]:
    """What the months before `period` in the feed's window brought; nothing where months stand alone."""
    start = feed.window_start(period)
    if start is None:
        return FeedRow.objects.none()
    return FeedRow.objects.current().filter(batch__feed=feed.name, batch__period__gte=start, batch__period__lt=period)


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
