"""Who can work: ages, students, the disabled, households without anybody."""

from __future__ import annotations

from households.models import LabourSkill, SupportClass
from quality.checks.base import Ask, of_household, of_person, parameter
from quality.facts import Home, Member

FROM = parameter("quality_labour_from", "劳动年龄：从（周岁）", "number", 16)
TO = parameter("quality_labour_to", "劳动年龄：到（周岁）", "number", 59)


@of_person("labour-student", "在校生不是无劳动力", 2, "labour_skill", "1111_07", "2_12_014", parameters=(FROM,))
def student(one: Member, home: Home, ask: Ask) -> str | None:
    """At school and able by the register; vocational students of an age may be set apart by the county's exemption."""
    return f"在校（{one.schooling}），劳动技能是“{one.labour_skill}”" if one.is_student and one.can_work else None


@of_person("labour-under_age", "未满 16 周岁不是无劳动力", 2, "labour_skill", "2_12_014", parameters=(FROM,))
def under_age(one: Member, home: Home, ask: Ask) -> str | None:
    if one.is_student or one.age >= ask.setting(FROM, home.village) or not one.can_work:
        return None
    return f"{one.age} 周岁，劳动技能是“{one.labour_skill}”"


@of_person(
    "labour-healthy",
    "劳动年龄健康人员登记为无劳动力、弱劳动力",
    5,
    "labour_skill",
    "1111_14",
    "1111_15",
    "5_12_008",
    parameters=(FROM, TO),
)
def healthy(one: Member, home: Home, ask: Ask) -> str | None:
    able_age = ask.setting(FROM, home.village) <= one.age <= ask.setting(TO, home.village)
    if not home.is_supported or not able_age or one.is_student or one.health != "健康":
        return None
    weak = one.cannot_work or one.labour_skill == LabourSkill.WEAK
    return f"{one.age} 周岁，健康，不在校，劳动技能是“{one.labour_skill}”" if weak else None


@of_household("labour-secured_unflagged", "整户无劳动能力，没有标注兜底保障户", 5, "whole_without_labour", "5_11_033")
def unflagged(home: Home, ask: Ask) -> str | None:
    none = bool(home.members) and all(one.cannot_work for one in home.members)
    if not home.is_supported or not none or home.whole_without_labour:
        return None
    return f"{len(home.members)} 名成员都没有劳动能力，没有标注“整户无劳动能力兜底保障户”"


@of_household("labour-secured_able", "标注为兜底保障户，户内有劳动力", 5, "whole_without_labour", "5_11_033")
def secured_able(home: Home, ask: Ask) -> str | None:
    if not home.whole_without_labour or not home.workers:
        return None
    return f"标注整户无劳动能力，{home.workers[0].name}是“{home.workers[0].labour_skill}”"


@of_household(
    "labour-secured_without_aid", "整户无劳动能力，没有低保、特困", 5, "support_classes", "5_19_003", "5_19_007"
)
def without_aid(home: Home, ask: Ask) -> str | None:
    none = bool(home.members) and all(one.cannot_work for one in home.members)
    aided = {SupportClass.SUBSISTENCE, SupportClass.DESTITUTE} & set(home.support_classes)
    if not home.is_supported or not (none or home.whole_without_labour) or aided:
        return None
    return "整户没有劳动能力，没有人享受低保或特困供养"
