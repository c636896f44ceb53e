"""The table in words, for docs/workflow.md; a test holds the file to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from monitoring.models import Case, Clue, DutyTaken
from monitoring.policy import PARAMETERS
from monitoring.workflow.step import CLUE, LEVEL_NAMES, NEW, Step
from monitoring.workflow.table import TABLE

HEADINGS = ("动作", "代码", "从", "到", "层级", "权限", "条件", "须附", "职责（须他人）", "时限")
_HEAD = """# 办理流程表

由 `monitoring/workflow` 的步骤表生成：`python manage.py describe_workflow > docs/workflow.md`。测试核对本文件与程序一致，
并逐格验证每个（状态 × 动作 × 角色）。页面按钮、API 和本文件读的是同一张表；没有列出的格一律拒绝。

- 层级为空的步骤由系统随其他步骤办理，任何人不能直接操作。
- 职责分“经办、审核、审定”三种，同一办件中一人只能承担一种，数据库唯一约束保证。
- 标“当天”的步骤以服务器日期为准，不能倒填；公示从张贴次日起算满规定的整天数，期满次日可以撤下。
- 时限是政策参数，可按县、乡镇和生效日期另行设定。
"""


_more: list[Callable[[], str]] = []


def add_section(section: Callable[[], str]) -> None:
    """Enter the tables of a higher floor, at start-up."""
    if section not in _more:
        _more.append(section)


def describe() -> str:
    """The whole of docs/workflow.md."""
    titles = {CLUE: "风险线索", **dict(Case.Kind.choices)}
    parts = [_HEAD]
    for kind, steps in TABLE.items():
        if kind == Case.Kind.REIDENTIFY:
            parts.append(f"## {titles[kind]}\n\n除“{steps[0].title}”外与纳入认定完全相同。\n")
            continue
        parts.append(f"## {titles[kind]}\n\n{table_of(steps, _labels(kind), dict(DutyTaken.Duty.choices))}\n")
    return "\n".join([*parts, *(section() for section in _more)])


def _labels(kind: str) -> dict[str, str]:
    states = Clue.State if kind == CLUE else Case.State
    return {NEW: "（新）", **{state.value: str(state.label) for state in states}}


def table_of(steps: Iterable[Step], labels: Mapping[str, str], duties: Mapping[str, str]) -> str:
    """The steps as a table; `labels` are the words of the states, `duties` those of the duties."""
    rows = [HEADINGS, tuple("---" for _ in HEADINGS), *(_row(step, labels, duties) for step in steps)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(step: Step, labels: Mapping[str, str], duties: Mapping[str, str]) -> tuple[str, ...]:
    barred = "、".join(duties[duty] for duty in step.barred)
    targets = "、".join(labels[target] for target in step.targets)
    return (
        step.title,
        f"`{step.action}`",
        "、".join(labels[source] for source in step.sources),
        targets or "不变",
        "、".join(LEVEL_NAMES[level] for level in step.levels),
        "、".join(sorted(role.label for role in step.roles)),
        "；".join(guard.title for guard in step.guards),
        _papers(step),
        f"{duties[step.duty]}（{barred}）" if barred else duties.get(step.duty, ""),
        _deadline(step),
    )


def _papers(step: Step) -> str:
    needed = [wanted.title for wanted in step.inputs if wanted.needed]
    needed += ["理由"] * step.note + ["照片或扫描件"] * step.files
    return "、".join(needed)


def _deadline(step: Step) -> str:
    words = PARAMETERS[step.deadline].title if step.deadline else ""
    if step.right is None or step.dated:
        return words
    return f"{words}；当天" if words else "当天"
