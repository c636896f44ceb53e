"""The text of public notices: built from the case, never typed, so that nothing personal can slip in (domain.md 5.3)."""

from __future__ import annotations

import re
from datetime import date

from households.history import head_as_of, size_as_of
from monitoring.models import Case, Notice
from sheets.text import squeeze

_RESULT = {
    Case.Kind.ENROL: "拟纳入防止返贫监测对象",
    Case.Kind.REIDENTIFY: "拟重新识别为防止返贫监测对象",
    Case.Kind.CLEAR: "拟标注风险消除",
    Case.Kind.ROLL_BACK: "拟作风险消除回退",
}
# Telephone numbers have 7 digits and more, accounts and resident numbers 15 and more; 12317 has five.
_LONG_NUMBER = re.compile(r"\d{7,}")


def exposes(words: str) -> bool:
    """Whether a typed text holds what looks like a telephone, account or resident number."""
    return bool(_LONG_NUMBER.search(re.sub(r"[\s\-—–_]", "", squeeze(words))))


def result_of(case: Case) -> str:
    """What the case intends, in the words of notices."""
    if case.kind == Case.Kind.CLEAR and case.secure_only:
        return "拟落实兜底保障、继续监测（整户无劳动能力，暂不标注风险消除）"
    return _RESULT[Case.Kind(case.kind)]


def notice_text(case: Case, *, kind: str, hung_on: date, ends_on: date, days: int, held_on: date | None) -> str:
    """The notice or announcement: group, householder, number of people, type. Nothing else about the household."""
    village = case.village
    row = _household_row(case, hung_on)
    period = f"{_day(hung_on)}张贴，{_day(ends_on)}期满，共 {days} 个整天"
    if kind == Notice.Kind.ANNOUNCEMENT:
        township = village.parent.name if village.parent else ""
        lines = [
            f"{township}防止返贫监测结果公告",
            f"经村民主评议和公示、乡镇审核、县级审定，{village.name}下列农户{result_of(case).removeprefix('拟')}，现予公告：",
            row,
            f"公告期：{period}。监督电话：12317。",
            f"{township}人民政府　{_day(hung_on)}",
        ]
    else:
        held = f"于{_day(held_on)}" if held_on else ""
        lines = [
            f"{village.name}防止返贫监测民主评议结果公示",
            f"本村{held}召开会议民主评议，下列农户{result_of(case)}，现将结果公示如下：",
            row,
            f"公示期：{period}。如有异议，请在公示期内向{village.name}村民委员会反映，也可拨打监督电话 12317。",
            f"{village.name}村民委员会　{_day(hung_on)}",
        ]
    return "\n".join(lines)


def _household_row(case: Case, on: date) -> str:
    head, size = head_as_of(case.household, on), size_as_of(case.household, on)
    kind = case.monitored_type or (case.episode.monitored_type if case.episode else "")
    group = case.household.group_name or case.village.name
    return f"村组：{group}　户主：{head.person.name if head else '（待完善）'}　人口：{size}　类别：{kind}"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
