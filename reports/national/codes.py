"""Words that the national system takes, as they stand in its files (domain.md 4.4 to 4.6)."""

from __future__ import annotations

import re

from assistance import catalogue as c
from households.models import Category, LabourSkill
from households.models.person import RELATIONS as RELATION_WORDS
from monitoring.risks import CLUE_ONLY, MonitoredType, Risk

Codes = frozenset[str]


def _grades(stage: str, count: int) -> list[str]:
    return [f"{stage}{number}年级" for number in "一二三四五"[:count]]


RELATIONS: Codes = frozenset(RELATION_WORDS)
EDUCATION: Codes = frozenset(
    ["文盲或半文盲", "小学", "初中", "高中", "大专", "本科及以上", "高职高专", "技师", "本科及研究生及以上"]
)
SCHOOLING: Codes = frozenset(
    [
        *["学龄前儿童", "学前教育", "小学", "七年级", "八年级", "九年级", "硕士研究生及以上"],
        *_grades("普通高中", 3),
        *_grades("中职", 3),
        *_grades("高职高专", 3),
        *_grades("技师学院", 4),
        *_grades("本科", 5),
    ]
)
HEALTH: Codes = frozenset(["健康", "长期慢性病", "患有大病", "残疾"])
SKILLS: Codes = frozenset(LabourSkill.values)
CATEGORIES: Codes = frozenset(Category.values)
TYPES: Codes = frozenset(MonitoredType.values)
RISKS: Codes = frozenset(set(Risk.values) - CLUE_ONLY)
YES_NO: Codes = frozenset({"是", "否"})
SEX: Codes = frozenset({"男", "女"})
CARDS: Codes = frozenset({"居民身份证", "残疾人证"})
CLEARED_BY: Codes = frozenset({"帮扶消除", "自然消除"})
SUBSISTENCE: Codes = frozenset({"农村低保", "城市低保", "未享受"})
DESTITUTE: Codes = frozenset({"农村特困", "城市特困", "不享受"})
DONE: Codes = frozenset({"已实施", "尚未实施"})
MEASURES: tuple[str, ...] = c.CATEGORIES

MOBILE = re.compile(r"1[3-9]\d{9}")
NATION = re.compile(r"\S{1,12}族|其他")
MONTH = re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])")
MONTHS_A_YEAR = re.compile(r"(\d|1[0-2])(\.\d)?")
AMOUNT = re.compile(r"\d{1,10}(\.\d{1,2})?")
