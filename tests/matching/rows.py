"""Frames of rows as rules are given them: `frame(rule, row(...), ...)`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from monitoring.policy import PARAMETERS
from monitoring.rules import RULES_BY_NAME, Context
from monitoring.rules.base import whole

MILLION = 1_000_000


def context(end: date = date(2026, 10, 31), **values: Any) -> Context:
    """Defaults in force on E, but for `values`."""
    return Context(end, {key: parameter.default(end) for key, parameter in PARAMETERS.items()} | values)


def yuan(amount: str | int) -> int:
    return int(Decimal(str(amount)) * MILLION)


def fires(name: str, *rows: dict[str, Any], at: Context | None = None) -> dict[int, tuple[int | None, list[int]]]:
    """{household: (figure in millionths or None, rows)} of what a feed rule says to these rows.

    A row is a dict of: household (1), fresh (True), on, amount (yuan), supported (False) and the rule's facts.
    """
    rule = RULES_BY_NAME[name]
    lines = []
    for number, given in enumerate(rows, 1):
        line: dict[str, Any] = {"row": number, "household": 1, "fresh": True, "on": None, "amount": None}
        line |= {
            "supported": False,
            **dict.fromkeys(rule.facts + rule.numbers),
            **dict.fromkeys(rule.of_person),
        } | given
        line["amount"] = pd.NA if line["amount"] is None else yuan(line["amount"])
        lines.append(line)
    built = pd.DataFrame(lines).astype({"amount": "Int64", "fresh": bool, "supported": bool})
    built["on"] = pd.to_datetime(built["on"]).astype("datetime64[s]")
    for key in (*rule.facts, *rule.of_person):
        built[key] = built[key].astype(object).where(built[key].notna(), None)
    for key in rule.numbers:
        built[key] = whole(line[key] for line in lines)
    hits = rule.apply(built, at or context())
    return {
        household: (None if pd.isna(figure) else int(figure), list(listed))
        for household, figure, listed in hits.itertuples(index=False)
    }


def low_income(income: str | None, *, monitored: bool = False, at: Context | None = None) -> list[int]:
    """Households for which low_income fires, of one household with this income."""
    built = pd.DataFrame({"household": [1], "income": [None if income is None else yuan(income)]})
    built = built.astype({"income": "Int64"}).assign(monitored=monitored)
    return RULES_BY_NAME["low_income"].apply(built, at or context())["household"].tolist()
