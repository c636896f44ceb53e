"""The rows behind a number, a page at a time.

Which rows there are is the work: it is done once, for their number, the persons in their households and the keys of a
page; what is told of rows, and what the query says beside their fields, is read for the page alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When, Window
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from households.models import Membership
from reports.ledgers.base import Reading
from reports.ledgers.summary import Behind, Source

Key = dict[str, Any]
_COUNTED = ("n_rows", "n_living", "n_follows")


@dataclass(frozen=True)
class Page:
    """Some rows, how many each source has in all, the persons in the households of all rows where they are what is
    counted or all rows are here, and the keys of the pages after and before ('' where there is none)."""

    rows: list[tuple[Behind, Any]]
    counts: list[int]
    persons: int | None
    next_key: str
    previous_key: str


@dataclass(frozen=True)
class _Place:
    """A row to read on from, or `back` from: the number of its source, its village and its key."""

    number: int
    place: str
    pk: int
    back: bool

    def reaches(self, number: int) -> bool:
        """Whether rows of a source may lie beyond."""
        return number <= self.number if self.back else number >= self.number

    def beyond(self) -> Q:
        """The rows of its own source that lie beyond."""
        how = "lt" if self.back else "gt"
        return Q(**{f"place__{how}": self.place}) | Q(place=self.place, **{f"pk__{how}": self.pk})


def page_of(found: Sequence[Behind], reading: Reading, most: int, *, after: str = "", before: str = "") -> Page:
    """Up to `most` rows after a key `source:place:row` or before one, source after source. A key that makes no sense
    gives the first page, and so does one before which no full page lies."""
    start = _parsed(before, back=True) or _parsed(after, back=False)
    keys, counts, persons = _found(found, reading, start, most + 1)
    if start and start.back and len(keys) < most:
        start = None
        keys, counts, persons = _found(found, reading, start, most + 1)
    more, keys = len(keys) > most, keys[:most]
    earlier, later = bool(start), more
    if start and start.back:
        earlier, later = more, True
        keys.reverse()
    rows = _read_all(found, reading, keys)
    if persons is None and len(rows) == sum(counts):
        told = [row.n_persons for _, row in rows if row.n_persons is not None]
        persons = sum(told) if told else None
    ends = [_written(key) for key in keys]
    return Page(rows, counts, persons, ends[-1] if ends and later else "", ends[0] if ends and earlier else "")


def _parsed(key: str, *, back: bool) -> _Place | None:
    parts = key.split(":")
    if len(parts) == 3 and all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        return _Place(int(parts[0]), parts[1], int(parts[2]), back)
    return None


def _written(found: tuple[int, Key]) -> str:
    number, key = found
    return f"{number}:{key['place']}:{key['pk']}"


def _found(
    found: Sequence[Behind], reading: Reading, start: _Place | None, most: int
) -> tuple[list[tuple[int, Key]], list[int], int | None]:
    """The keys of up to `most` rows in the direction of reading, each with the number of its source; how many rows each
    source has; and the persons in their households, None where these are not counted."""
    back = start is not None and start.back
    keys: list[tuple[int, Key]] = []
    counts, persons = [0] * len(found), None
    for number, behind in sorted(enumerate(found), reverse=back):
        at = start if start and start.number == number else None
        rows, counts[number], living = _keys(behind, reading, at, back, most)
        if start is None or start.reaches(number):
            keys += [(number, row) for row in rows[: most - len(keys)]]
        if behind.persons:
            persons = (persons or 0) + living
    return keys, counts, persons


def _keys(behind: Behind, reading: Reading, start: _Place | None, back: bool, most: int) -> tuple[list[Key], int, int]:
    """The first rows, or the last ones, beyond a place in them; how many rows there are, and persons in their households
    where these are counted, on this side of it too."""
    listed = behind.rows.order_by().annotate(n_rows=Window(Count("pk")))
    if behind.persons and behind.source.members:
        listed = listed.annotate(n_living=Window(Sum(_living(behind.source, behind.source.members(reading)))))
    # First by what is the same of all: else the database follows the order of places, row by row through all rows.
    order = ["n_rows", "-place", "-pk"] if back else ["n_rows", "place", "pk"]
    if start:
        follows = Case(When(start.beyond(), then=1), default=0, output_field=IntegerField())
        listed = listed.annotate(n_follows=follows)
        order = ["-n_follows", *order]
    told = [name for name in listed.query.annotation_select if name in _COUNTED]
    keys: list[Key] = list(listed.order_by(*order).values("pk", "place", *told)[:most])
    first = keys[0] if keys else {}
    return [key for key in keys if key.get("n_follows", 1)], first.get("n_rows", 0), first.get("n_living") or 0


def _living(source: Source, members: Q) -> Coalesce:
    """How many persons live in the household of a row: looked up row by row, since to join them to all rows would
    need these found once more."""
    home = f"{source.household}_id" if source.household else "pk"
    there = Membership.objects.filter(_of_row(members, source.path("memberships__")), household=OuterRef(home))
    counted = there.order_by().values("household").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def _of_row(condition: Q, path: str) -> Q:
    """A condition on the memberships at a path of a row as one on memberships beside that row."""
    made: list[Any] = []
    for child in condition.children:
        if isinstance(child, Q):
            made.append(_of_row(child, path))
            continue
        name, value = child  # type: ignore[misc]
        if name.startswith(path):
            day = OuterRef(value.name) if isinstance(value, F) else value  # type: ignore[attr-defined]
            made.append((name.removeprefix(path), day))
        else:
            made.append(Exact(OuterRef(name), Value(value)))
    return Q(*made, _connector=condition.connector, _negated=condition.negated)


def _read_all(found: Sequence[Behind], reading: Reading, keys: Sequence[tuple[int, Key]]) -> list[tuple[Behind, Any]]:
    """The rows of some keys, in their order."""
    return [
        (found[number], row)
        for number, some in groupby(keys, key=lambda key: key[0])
        for row in _read(found[number], reading, [key for _, key in some])
    ]


def _read(behind: Behind, reading: Reading, keys: list[Key]) -> Iterator[Any]:
    """The rows of some keys, in their order, with what the query says of them; `n_persons` are those in their
    household, None where the source does not count them."""
    source, rows = behind.source, behind.rows.order_by()
    if not _is_made_by_rows(source, rows):
        # They have met the conditions; to ask again would be to find all rows again.
        rows.query.clear_where()
    living = _living(source, source.members(reading)) if source.members else Value(None, IntegerField(null=True))
    wanted = rows.filter(pk__in=[key["pk"] for key in keys]).annotate(n_persons=living)
    found = {row.pk: row for row in wanted.select_related(*source.joined, *source.related)}
    yield from (found[key["pk"]] for key in keys)


def _is_made_by_rows(source: Source, rows: QuerySet[Any]) -> bool:
    """Whether the household hangs on a relation that only the query has."""
    first = (source.household or "pk").split("__")[0]
    return first not in {"pk", *(field.name for field in rows.model._meta.get_fields())}
