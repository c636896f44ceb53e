"""Conditions on marks say what the database says of the same condition."""

from __future__ import annotations

import pytest
from django.db.models import Q

from reports.ledgers.marks import holds

ROWS = [{"told": told, "fell": fell} for told in (0, 1) for fell in (0, 1, 2)]
CONDITIONS = {
    "all": (Q(), lambda r: True),
    "one": (Q(fell=1), lambda r: r["fell"] == 1),
    "both": (Q(told=1, fell=2), lambda r: r["told"] == 1 and r["fell"] == 2),
    "either": (Q(told=1) | Q(fell=2), lambda r: r["told"] == 1 or r["fell"] == 2),
    "not": (~Q(fell=1), lambda r: r["fell"] != 1),
    "not both": (~Q(told=1, fell=1), lambda r: not (r["told"] == 1 and r["fell"] == 1)),
    "one of": (Q(fell__in=(0, 2)) & Q(told=0), lambda r: r["fell"] in (0, 2) and r["told"] == 0),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_condition_holds_of_the_rows_it_names(name: str) -> None:
    where, expected = CONDITIONS[name]
    assert [holds(where, row) for row in ROWS] == [expected(row) for row in ROWS]


def test_other_conditions_are_refused() -> None:
    with pytest.raises(ValueError, match="fell__gt"):
        holds(Q(fell__gt=0), {"fell": 1})
