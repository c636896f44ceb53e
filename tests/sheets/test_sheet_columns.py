"""Columns read all at once come to what their cells come to one by one."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sheets.clean import CellFault, parse_date, parse_number, text
from sheets.columns import AmountReader, Amounts, TextReader, Texts, WordReader, Words, picked
from sheets.table import Absent

EMPTY = CellFault("amount_invalid", "数值为空，请补填")
PLAIN = st.from_regex(r"\A-?[0-9]{0,10}(\.[0-9]{0,8})?\Z")
ODD = st.sampled_from(
    ["", " ", "-", ".", "1.2.3", "1-2", "1,234.50", "１２元", "3万", "nan", "inf", "1e5", "1_0", "٣", "(5)"]
)
NUMBERS = st.floats() | st.integers(-(10**13), 10**13) | st.booleans() | st.none() | st.just(date(2026, 10, 5))
WORDS = st.text(max_size=6) | st.sampled_from(["肺炎", " 肺炎", "a\x1fb", "甲\n乙", "", "x\u200b", "\ud800"])
MIXED = WORDS | st.floats(allow_nan=False) | st.integers(-5, 5) | st.booleans() | st.none() | st.dates()


def _one_by_one(cells: list[Any], parse: Any, empty: CellFault | None) -> tuple[list[Any], dict[int, tuple[str, str]]]:
    values: list[Any] = []
    faults: dict[int, tuple[str, str]] = {}
    for place, cell in enumerate(cells):
        try:
            value = parse(cell)
        except CellFault as fault:
            value, faults[place] = None, (fault.code, fault.message)
        else:
            if empty is not None and value in (None, ""):
                faults[place] = empty.code, empty.message
        values.append(value)
    return values, faults


def _said(faults: dict[int, CellFault]) -> dict[int, tuple[str, str]]:
    return {place: (fault.code, fault.message) for place, fault in faults.items()}


@settings(max_examples=300, deadline=None)
@given(st.lists(PLAIN | ODD, max_size=30) | st.lists(PLAIN | ODD | NUMBERS, max_size=30), st.booleans())
@example(["", "12.5", "0.0000005", "99999999.999999"], True)
@example([0.1 + 0.2, 1e8 + 0.1234567, 5e-7, -0.0, 2.5e-7], False)
def test_amounts_are_what_each_cell_says(cells: list[Any], needed: bool) -> None:
    empty = EMPTY if needed else None
    only_text = all(type(cell) is str for cell in cells)
    amounts, faults = AmountReader(empty).read(cells, only_text=only_text)
    values, wanted = _one_by_one(cells, parse_number, empty)
    assert _said(faults) == wanted
    found = amounts.listed()
    for place, value in enumerate(values):
        if place not in wanted:
            assert found[place] == (None if value is None else int(value * 1_000_000)), cells[place]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.lists(MIXED, max_size=20), min_size=1, max_size=4), st.booleans(), st.sampled_from([text, parse_date])
)
def test_words_are_what_each_cell_says_in_every_block(blocks: list[list[Any]], needed: bool, parse: Any) -> None:
    empty = EMPTY if needed else None
    for reader in (WordReader(parse, empty), TextReader(parse, empty)):
        for cells in blocks:
            column, faults = reader.read(cells, only_text=all(type(cell) is str for cell in cells))
            values, wanted = _one_by_one(cells, parse, empty)
            assert _said(faults) == wanted
            assert [one for place, one in enumerate(column.listed()) if place not in wanted] == [
                one for place, one in enumerate(values) if place not in wanted
            ]


def test_a_column_of_many_texts_is_read_cell_by_cell_and_says_the_same() -> None:
    reader = TextReader(text, None)
    first, _ = reader.read([f"号{number}" for number in range(2_000)], only_text=True)
    cells = [*(f"FW{number}" for number in range(1_998)), " x ", "a\x1fb"]
    second, _ = reader.read(cells, only_text=True)
    assert (type(first), type(second)) == (Words, Texts)
    assert second.listed() == [text(cell) for cell in cells]


def test_a_column_that_the_sheet_lacks_is_empty() -> None:
    absent = Absent([""] * 3)
    words, faults = WordReader(text, EMPTY).read(absent, only_text=True)
    amounts, wrong = AmountReader(EMPTY).read(absent, only_text=True)
    assert (words.listed(), sorted(faults)) == (["", "", ""], [0, 1, 2])
    assert isinstance(amounts, Amounts)
    assert (amounts.listed(), sorted(wrong)) == ([None, None, None], [0, 1, 2])


def test_true_is_no_number() -> None:
    words, _ = WordReader(text, None).read([1.0, True, 1, "1", datetime(2026, 10, 5)], only_text=False)
    assert words.listed() == ["1", "TRUE", "1", "1", "2026-10-05"]


def test_places_are_picked_in_order() -> None:
    import numpy as np

    values = ["a", "b", "c"]
    assert [picked(values, np.array(kept, dtype=np.int64)) for kept in ([], [1], [0, 2], [0, 1, 2])] == [
        [],
        ["b"],
        ["a", "c"],
        ["a", "b", "c"],
    ]


def test_a_zero_below_nothing_is_zero() -> None:
    """To a dictionary -0.0 and 0 are one key, so they have to be one word."""
    assert text(-0.0) == text(0) == text(Decimal("-0.00")) == "0"
