"""Rejected rows of a file on a page: why, with how many rows each, and the rows of the reason that was asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MOST_ROWS = 200
# What a message quotes of its own row, which would make every row a reason of its own.
_QUOTED = re.compile(r"“[^”]*”|\d{3,6}\*+")


@dataclass(frozen=True)
class RejectedRows:
    """`reasons` by how often they occur, over all rows; `rows` the first of those that `chosen` is about, or of all."""

    reasons: list[tuple[str, int]]
    chosen: str
    rows: Sequence[Mapping[str, Any]]
    number: int

    @property
    def cut(self) -> bool:
        return self.number > len(self.rows)


def reason_of(error: Mapping[str, Any]) -> str:
    """What is wrong in so few words that rows of one trouble share them: 证件号码的校验位不对."""
    words = re.split("[，：]", _QUOTED.sub("", error["message"]).strip())[0][:40]
    column = error.get("column") or ""
    return words if not column or words.startswith(column) else f"{column}：{words}"


def rejected_rows(errors: Sequence[Mapping[str, Any]], asked: str = "") -> RejectedRows:
    """The rows that a batch keeps as rejected; a reason that none of them has counts as not asked for."""
    reasons = Counter(map(reason_of, errors))
    chosen = asked if asked in reasons else ""
    found = [error for error in errors if not chosen or reason_of(error) == chosen]
    return RejectedRows(reasons.most_common(), chosen, found[:MOST_ROWS], len(found))
