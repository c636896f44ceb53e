"""The checks by code, in the order of their groups; and what the source asks for that the program cannot see."""

from __future__ import annotations

from quality.checks import (
    blanks,
    books,
    elimination,
    identification,
    identity,
    labour,
    living,
    measures,
    phones,
    schooling,
    work,
)
from quality.checks.base import CHECKS, LEVELS, Ask, Check, Found
from quality.checks.uncovered import NOT_COVERED

GROUPS = {
    "identity": "身份",
    "blank": "空项",
    "schooling": "就学",
    "labour": "劳动力",
    "work": "务工",
    "job": "务工底册",
    "post": "公益岗位底册",
    "disability": "残疾",
    "phone": "电话",
    "identified": "识别",
    "outside": "应纳未纳",
    "help": "措施",
    "welfare": "保障与措施",
    "cleared": "消除",
    "living": "生产生活",
    "village": "行政村",
}
_MODULES = (
    identity,
    blanks,
    schooling,
    labour,
    work,
    books,
    phones,
    identification,
    measures,
    elimination,
    living,
)

__all__ = ["CHECKS", "GROUPS", "LEVELS", "NOT_COVERED", "Ask", "Check", "Found"]
