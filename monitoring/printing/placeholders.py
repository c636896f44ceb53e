"""The words between double braces that a county may use in its own Word template of a paper: its field names.

A list is a set of rows: `{%tr for row in 名单 %}` … `{{ row.户主 }}` … `{%tr endfor %}`.
"""

from __future__ import annotations

from typing import Any

PLACE = ("县名", "乡镇名", "村名", "村组", "户主", "家庭人口", "打印日期")
POSTED = (
    *PLACE, "标题", "类别", "办理结果", "张贴日期", "期满日期", "公示天数", "天数口径", "监督电话", "落款单位", "落款日期",
)  # fmt: skip
VOTE = (
    "会议名称", "议题", "类别", "风险", "会议日期", "会议地点", "主持人", "记录人", "应到", "实到", "回避", "同意",
    "不同意", "弃权", "结果", "评议意见", "参会类别",
)  # fmt: skip
PERSON = (
    "户编号", "户类型", "证件号码", "联系电话", "劳动力数", "在校生数", "残疾人数", "大病慢病人数", "家庭年收入", "困难情况",
    "申请方式", "主管部门", "签署日期", "见证人", "大病人数", "慢性病人数", "是否脱贫户", "代办人", "代办人关系",
)  # fmt: skip
REPORT = (
    "议题", "类别", "会议日期", "会议地点", "主持人", "应到", "实到", "回避", "同意", "不同意", "弃权", "结果", "评议意见",
    "办件编号", "张贴日期", "期满日期", "公示天数", "异议情况", "材料份数", "落款单位", "落款日期",
)  # fmt: skip
APPROVAL = (
    "户编号", "办件编号", "情形", "原周期", "原类别", "原风险", "原识别月", "原消除月", "新类别", "新风险", "理由", "证据",
    "村意见", "乡意见", "县意见",
)  # fmt: skip
# 风险 is empty unless the county's parameter says that it is posted.
LISTED = ("序号", "村组", "户主", "家庭人口", "类别", "风险", "帮扶措施")
# paper → words, and lists with the words of their rows
WORDS: dict[str, frozenset[str]] = {
    "application": frozenset({*PLACE, *PERSON}),
    "minutes": frozenset({*PLACE, *VOTE}),
    "notice": frozenset({*POSTED, "前言", "评议日期"}),
    "announcement": frozenset({*POSTED, "审定日期"}),
    "report": frozenset({*PLACE, *REPORT}),
    "approval": frozenset({*PLACE, *APPROVAL}),
}
ROWS: dict[str, dict[str, tuple[str, ...]]] = {
    "application": {"成员": ("序号", "姓名", "证件号码", "与户主关系", "共同生活")},
    "minutes": {"签到": ("序号", "姓名", "身份", "备注")},
    "notice": {"名单": LISTED},
    "announcement": {"名单": LISTED},
    "report": {},
    "approval": {},
}


def sample_of(paper: str) -> dict[str, Any]:
    """Made-up values for every word of a paper, to try a template with."""
    values: dict[str, Any] = {word: f"（{word}）" for word in WORDS[paper]}
    for name, words in ROWS[paper].items():
        values[name] = [{word: f"（{word}）" for word in words} for _ in range(2)]
    return values
