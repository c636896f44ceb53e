"""The tables of problems in words, as a part of docs/workflow.md."""

from __future__ import annotations

from monitoring.workflow.describe import table_of
from monitoring.workflow.step import NEW
from records.models import Problem
from records.problems.kinds import KINDS
from records.problems.table import DUTIES, TABLE

_HEAD = """# 问题清零流程表

由 `records/problems` 的步骤表生成，六类问题各一张。报告办结的人终身不能验收、退回、销号、回头看同一问题，验收、销号过的人
也不能再报告办结。部门联络员只办自己部门的那一类。步骤日期可以补填，但不能早于上一步、不能晚于今天。
"""


def section() -> str:
    labels = {NEW: "（新）", **{state.value: str(state.label) for state in Problem.State}}
    tables = [f"## {KINDS[kind].title}问题\n\n{table_of(steps, labels, DUTIES)}\n" for kind, steps in TABLE.items()]
    return "\n".join([_HEAD, *tables])
