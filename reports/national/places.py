"""The columns of place: names, read once a chunk."""

from __future__ import annotations

from reports.national.field import Field, everybody
from reports.national.reading import Row


def _name(row: Row, length: int) -> str:
    code: str = row.member.place  # type: ignore[attr-defined]  # annotated by the list's queryset
    return row.chunk.names.get(code[:length].ljust(12, "0"), "")


def county(heading: str) -> Field:
    return Field(heading, lambda row: _name(row, 6), 10, needed=everybody, shared=True)


def township(heading: str) -> Field:
    return Field(heading, lambda row: _name(row, 9), 10, needed=everybody, shared=True)


def village(heading: str) -> Field:
    return Field(heading, lambda row: _name(row, 12), 10, needed=everybody, shared=True)


def group(heading: str) -> Field:
    return Field(heading, lambda row: row.household.group_name, 10, shared=True)
