"""What a match reads of millions of rows comes in pieces and packed, and is what stands in the tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from match_place import OCTOBER, SEPTEMBER, Place, bill, rules

from households.models import Household
from monitoring import match_rows
from monitoring.match_records import LINES, records
from monitoring.risks import Risk

pytestmark = pytest.mark.django_db
FIELDS = {"key": (">i8", "id"), "number": (LINES, "number")}


def test_numbers_and_texts_stand_beside_each_other(place: Place) -> None:
    homes = [place.household(number=number) for number in ("9901000001", "户二", "")]
    found = records(Household.objects.all(), FIELDS)
    assert found is not None
    read = dict(zip(found["key"].tolist(), (text.decode() for text in found["number"].tolist()), strict=True))
    assert read == {home.pk: home.number for home in homes}


def test_no_rows_are_none(place: Place) -> None:
    assert records(Household.objects.all(), FIELDS) is None


def test_a_file_in_many_pieces_fires_as_in_one(
    place: Place, family: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(match_rows, "BLOCK_ROWS", 2)
    home, (father, mother, son) = family()
    place.send("medical_costs", SEPTEMBER, *(bill(who, 3000) for who in (father, mother, son)))
    place.send("medical_costs", OCTOBER, *(bill(who, 4000, "2026-10-02") for who in (father, mother, son)))
    place.send("insurance_status", OCTOBER, *({"who": who, "参保状态": "中断"} for who in (son, father, mother)))
    assert rules(place.match(OCTOBER)) == {
        (home.number, Risk.ILLNESS): {"medical_burden": 21000.0},
        (home.number, Risk.MEDICAL_GUARANTEE): {"uninsured": None},
    }
