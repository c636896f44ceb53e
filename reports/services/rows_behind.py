"""The rows behind a number, a page at a time.

Which rows there are is the work: it is done once, for their number, the persons in their households and the keys of a
page; what is told of rows, and what the query says beside their fields, is read for the page alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When, Window
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from households.models import Membership
from reports.ledgers.base import Reading
from reports.ledgers.summary import Behind, Source

Key = dict[str, Any]
_BEFORE_ALL = ("", 0)
_COUNTED = ("n_rows", "n_living", "n_follows")


@dataclass(frozen=True)
class Page:
    """Some rows, how many each source has in all, the persons in the households of all rows where they are what is
    counted or all rows are here, and the key after which the next page begins ('' on the last)."""

    rows: list[tuple[Behind, Any]]
    counts: list[int]
    persons: int | None
    next_key: str


def page_of(found: Sequence[Behind], reading: Reading, after: str, most: int) -> Page:
    """Up to `most` rows after a key `source:place:row`, source after source."""
    start, beyond = _parsed(after)
    rows: list[tuple[Behind, Any]] = []
    counts, persons, last, more = [], None, "", False
    for number, behind in enumerate(found):
        left = most - len(rows) if number >= start else 0
        keys, count, living = _keys(behind, reading, *(beyond if number == start else _BEFORE_ALL), left + 1)
        counts.append(count)
        if behind.persons:
            persons = (persons or 0) + living
        more = more or (number >= start and len(keys) > left)
        if keys[:left]:
            rows += [(behind, row) for row in _read(behind, reading, keys[:left])]
            last = f"{number}:{keys[:left][-1]['place']}:{keys[:left][-1]['pk']}"
    if persons is None and len(rows) == sum(counts):
        told = [row.n_persons for _, row in rows if row.n_persons is not None]
        persons = sum(told) if told else None
    return Page(rows, counts, persons, last if more else "")


def _parsed(after: str) -> tuple[int, tuple[str, int]]:
    """A key that makes no sense gives the first page."""
    parts = after.split(":")
    if len(parts) == 3 and all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        return int(parts[0]), (parts[1], int(parts[2]))
    return 0, _BEFORE_ALL


def _keys(behind: Behind, reading: Reading, place: str, pk: int, most: int) -> tuple[list[Key], int, int]:
    """The first rows after a place and key; how many rows there are, and persons in their households where these are
    counted, before the key too."""
    listed = behind.rows.order_by().annotate(n_rows=Window(Count("pk")))
    if behind.persons and behind.source.members:
        listed = listed.annotate(n_living=Window(Sum(_living(behind.source, behind.source.members(reading)))))
    # First by what is the same of all: else the database follows the order of places, row by row through all rows.
    order = ["n_rows", "place", "pk"]
    if place:
        follows = When(Q(place__gt=place) | Q(place=place, pk__gt=pk), then=1)
        listed = listed.annotate(n_follows=Case(follows, default=0, output_field=IntegerField()))
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
