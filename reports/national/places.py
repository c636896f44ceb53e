"""The columns of place."""

from __future__ import annotations

from reports.national.field import Field, everybody


def county(heading: str) -> Field:
    return Field(heading, lambda row: row.family.places[0], 10, needed=everybody, shared=True)


def township(heading: str) -> Field:
    return Field(heading, lambda row: row.family.places[1], 10, needed=everybody, shared=True)


def village(heading: str) -> Field:
    return Field(heading, lambda row: row.family.places[2], 10, needed=everybody, shared=True)


def group(heading: str) -> Field:
    return Field(heading, lambda row: row.home.group_name, 10, shared=True)
