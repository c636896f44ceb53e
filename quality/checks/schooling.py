"""Schooling: the two columns that exclude each other, and ages that do not fit a stage."""

from __future__ import annotations

from quality.checks.base import Ask, Check, of_person, parameter
from quality.facts import Home, Member

FINISHED = ("初中", "高中", "中专", "大专", "高职", "技师", "本科", "研究生")


@of_person(
    "schooling-neither", "文化程度、在校生状况都为空", 3, "education", "3_01_002", parameters=("school_age_from",)
)
def neither(one: Member, home: Home, ask: Ask) -> str | None:
    if not home.is_supported or one.education or one.schooling:
        return None
    return "文化程度和在校生状况都没有填，应填其中一项"


@of_person("schooling-both", "文化程度、在校生状况都填了", 3, "schooling", "3_01_003", "3_12_004")
def both(one: Member, home: Home, ask: Ask) -> str | None:
    return "文化程度和在校生状况都填了，在校的只填在校生状况" if one.education and one.is_student else None


@of_person(
    "schooling-not_at_school",
    "义务教育年龄不在校",
    1,
    "schooling",
    "1_02_005",
    "5_15_016",
    "5_15_017",
    parameters=("school_age_from", "school_age_to"),
)
def not_at_school(one: Member, home: Home, ask: Ask) -> str | None:
    begins, ends = (ask.setting(key, home.village) for key in ("school_age_from", "school_age_to"))
    # In the year in which a child becomes of age it starts in September, so that the first year is let pass.
    if not home.is_supported or not begins < one.age <= ends or one.is_student:
        return None
    done = any(word in one.education for word in FINISHED)
    return None if done else f"{one.age} 周岁，在校生状况是“{one.schooling or '空'}”，请核对是否失学并写明原因"


def _stage(code: str, title: str, stages: tuple[str, ...], low: int, high: int, *refs: str) -> Check:
    """Students of a stage younger or older than usual; the ages are parameters."""
    least = parameter(f"quality_{code}_from", f"{title}：最小周岁", "number", low)
    most = parameter(f"quality_{code}_to", f"{title}：最大周岁", "number", high)

    @of_person(f"schooling-{code}", f"{title}的年龄不合", 5, "schooling", *refs, parameters=(least, most))
    def test(one: Member, home: Home, ask: Ask) -> str | None:
        if not one.schooling.startswith(stages):
            return None
        begins, ends = ask.setting(least, home.village), ask.setting(most, home.village)
        if begins <= one.age <= ends:
            return None
        return f"{one.age} 周岁，在校生状况是“{one.schooling}”，一般是 {begins} 到 {ends} 周岁"

    return test


_OLDEST = 120
preschool = _stage("preschool", "学龄前、学前教育", ("学龄前", "学前"), 0, 6, "5_17_001", "5_12_013")
primary = _stage("primary", "小学在校", ("小学",), 6, 14, "5_17_002", "5_12_014")
junior = _stage("junior", "初中在校", ("七年级", "八年级", "九年级", "初中"), 12, 17, "5_17_003", "5_12_015")
senior = _stage("senior", "高中、中职在校", ("普通高中", "高中", "中职"), 15, 20, "5_17_004", "5_12_016")
college = _stage(
    "college", "技师、高职、本科在校", ("技师", "高职", "本科"), 18, _OLDEST, "5_17_005", "5_17_006", "5_12_017"
)
master = _stage("master", "硕士在校", ("硕士",), 20, _OLDEST, "5_17_007", "5_12_018")
YOUNG = parameter("quality_little_schooled_from", "小学及以下文化程度提示：最小周岁", "number", 16)
OLD = parameter("quality_little_schooled_to", "小学及以下文化程度提示：最大周岁", "number", 22)


@of_person(
    "schooling-little", "16 至 22 周岁只有小学及以下文化程度", 5, "education", "5_12_019", parameters=(YOUNG, OLD)
)
def little(one: Member, home: Home, ask: Ask) -> str | None:
    young = ask.setting(YOUNG, home.village) <= one.age <= ask.setting(OLD, home.village)
    if not home.is_supported or not young or one.is_student:
        return None
    return f"{one.age} 周岁，文化程度是“{one.education}”" if one.education in ("小学", "文盲或半文盲") else None
