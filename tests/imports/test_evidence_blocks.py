"""Blocks of kept rows give back what was put in, whatever stood in the cells; earlier forms are still read."""

from __future__ import annotations

import json
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.evidence_blocks import pack, unpack
from sheets.columns import Words

TEXTS = st.text(max_size=5) | st.sampled_from(["a\x1fb", "\ud800", ""])
SUMS = st.floats(allow_nan=False, allow_infinity=False) | st.decimals(-9999, 9999, places=2).map(float)


@st.composite
def blocks(draw: Any) -> tuple[list[Any], int]:
    rows = draw(st.integers(1, 12))
    kinds = (TEXTS, SUMS, TEXTS | SUMS | st.booleans() | st.none())
    columns: list[Any] = [draw(st.lists(kind, min_size=rows, max_size=rows)) for kind in kinds]
    words = draw(st.lists(TEXTS, min_size=1, max_size=5))
    codes = draw(st.lists(st.integers(0, len(words) - 1), min_size=rows, max_size=rows))
    return [*columns, Words(np.array(codes, dtype=np.int32), words, words)], rows


@settings(max_examples=200, deadline=None)
@given(blocks(), st.data())
def test_rows_come_back_as_they_were(block: tuple[list[Any], int], data: Any) -> None:
    columns, rows = block
    listed = [column.listed() if isinstance(column, Words) else column for column in columns]
    wanted = data.draw(st.lists(st.integers(0, rows - 1), min_size=1, unique=True))
    found = unpack(pack(columns, rows), wanted)
    assert found == {place: [column[place] for column in listed] for place in wanted}


def test_a_row_that_was_never_kept_is_not_there() -> None:
    with pytest.raises(KeyError):
        unpack(pack([["a"]], 1), [1])


def test_more_different_words_than_a_byte_counts() -> None:
    words = [str(number) for number in range(70_000)]
    codes = np.arange(70_000, dtype=np.int32)[::-1].copy()
    packed = pack([Words(codes, words, words)], 70_000)
    assert unpack(packed, [0, 69_999]) == {0: ["69999"], 69_999: ["0"]}


def test_earlier_forms_are_still_read() -> None:
    plain = zlib.compress(b"P" + "甲\x1f1\x1e乙\x1f2".encode())
    pieces = "\n".join([json.dumps([["甲", 1.5]] * 20), json.dumps([["乙", None]])])
    assert unpack(plain, [1]) == {1: ["乙", "2"]}
    assert unpack(zlib.compress(b"J" + pieces.encode()), [3, 20]) == {3: ["甲", 1.5], 20: ["乙", None]}
    with pytest.raises(KeyError):
        unpack(plain, [2])
