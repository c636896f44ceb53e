"""Windows and homes over whatever rows there may be, held against plain loops."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import context, yuan

from monitoring.matching import each_once, homes, judge
from monitoring.rules import RULES_BY_NAME

PERIOD = "2026-10-01"
END = date(2026, 10, 31)
RULE = RULES_BY_NAME["medical_burden"]

bills = st.lists(
    st.fixed_dictionaries(
        {
            "digest": st.integers(0, 12),
            "period": st.sampled_from(["2025-12-01", "2026-08-01", "2026-09-01", PERIOD]),
            "position": st.integers(0, 50),
        }
    ),
    max_size=40,
)
# What a digest stands for: the same fact wherever it comes again.
facts = st.fixed_dictionaries(
    {
        "household": st.integers(1, 3),
        "on": st.sampled_from([date(2025, 12, 31), date(2026, 1, 1), date(2026, 9, 5), END, date(2026, 11, 1)]),
        "amount": st.sampled_from(["-500.01", "0", "2500", "4999.99", "5000", "15000.01", "20000"]),
    }
)


@settings(max_examples=60, deadline=None)
@given(bills, st.lists(facts, min_size=13, max_size=13), st.sets(st.integers(1, 3)))
def test_a_window_is_what_loops_make_of_it(
    given_bills: list[dict[str, Any]], meaning: list[dict[str, Any]], supported: set[int]
) -> None:
    rows = [
        {"row": number, "batch": 1, **bill, **meaning[bill["digest"]]} for number, bill in enumerate(given_bills, 1)
    ]
    assert _by_frames(rows, supported) == _by_loops(rows, supported)


def _by_frames(rows: list[dict[str, Any]], supported: set[int]) -> dict[int, tuple[int, set[int]]]:
    columns = ["row", "batch", "digest", "period", "position", "household", "on", "amount"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["amount"] = pd.array([yuan(row["amount"]) for row in rows], dtype="Int64")
    frame["on"] = pd.to_datetime(frame["on"]).astype("datetime64[s]")
    frame["supported"] = frame["household"].isin(supported)
    frame["area"] = frame["household"] % 2
    frame = frame.astype({"row": "int64", "household": "int64"})
    once = each_once(frame, PERIOD, since="2026-01-01").reset_index(drop=True)
    hits = judge(RULE, once, [context(END), context(END)])
    named = frame.set_index("row")["digest"]
    return {
        household: (int(figure), {int(named[row]) for row in listed})
        for household, figure, listed in hits.itertuples(index=False)
    }


def _by_loops(rows: list[dict[str, Any]], supported: set[int]) -> dict[int, tuple[int, set[int]]]:
    sums: dict[int, int] = {}
    seen: dict[int, set[int]] = {}
    added: set[int] = set()
    for row in sorted(rows, key=lambda row: (row["period"] < "2026", row["period"])):
        home, inside = row["household"], date(2026, 1, 1) <= row["on"] <= END
        if inside and row["digest"] not in seen.setdefault(home, set()):
            seen[home].add(row["digest"])
            sums[home] = sums.get(home, 0) + yuan(row["amount"])
            if row["period"] == PERIOD:
                added.add(home)
    return {
        home: (total, seen[home])
        for home, total in sums.items()
        if home in added and total >= yuan(5000 if home in supported else 20000)
    }


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(0, 3), st.booleans()), max_size=12),
)
def test_everybody_is_where_his_latest_membership_says(given_moves: list[tuple[int, int, int, bool]]) -> None:
    first = date(2026, 1, 1)
    rows = [
        (person, home, (first + timedelta(days=day)).isoformat(), int(ended), number)
        for number, (person, home, day, ended) in enumerate(given_moves)
    ]
    found = homes(pd.DataFrame(rows, columns=["person", "household", "joined_on", "ended", "id"])).to_dict()
    wanted = {}
    for person, home, *_ in sorted(rows, key=lambda row: (row[2], -row[3], row[4])):
        wanted[person] = home
    assert found == wanted
