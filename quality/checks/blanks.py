"""What the national lists want filled in and is not. Asked of lifted and monitored households, or of all (parameter)."""

from __future__ import annotations

from quality.checks.base import Ask, Check, of_household, of_person, parameter
from quality.facts import Home, Member

OF_WHOM = parameter(
    "quality_blank_scope",
    "空项检查的范围",
    "choice",
    "supported",
    choices=(("supported", "脱贫户和监测户（含已消除）"), ("all", "全部农户")),
)


def _asked(home: Home, ask: Ask) -> bool:
    return home.is_supported or ask.setting(OF_WHOM, home.village) == "all"


def _blank_of_person(column: str, title: str, *refs: str) -> Check:
    @of_person(f"blank-{column}", f"{title}为空", 2, column, *refs, parameters=(OF_WHOM,))
    def test(one: Member, home: Home, ask: Ask) -> str | None:
        return f"没有填{title}" if not one.values[column] and _asked(home, ask) else None

    return test


def _blank_of_home(column: str, title: str, level: int, *refs: str) -> Check:
    @of_household(f"blank-{column}", f"{title}没有核实", level, column, *refs, parameters=(OF_WHOM,))
    def test(home: Home, ask: Ask) -> str | None:
        return f"{title}还没有核实过" if home.condition[column] is None and _asked(home, ask) else None

    return test


nation = _blank_of_person("nation", "民族", "2_12_001")
health = _blank_of_person("health", "健康状况", "2_12_002")
labour_skill = _blank_of_person("labour_skill", "劳动技能", "2_12_003")
illness_insurance = _blank_of_person("serious_illness_insurance", "是否参加大病保险", "2_12_010")
insurance = _blank_of_home("insurance_ok", "基本医疗保障", 2, "2_12_012")
water = _blank_of_home("water_ok", "饮水安全", 3, "3_02_002")
housing = _blank_of_home("housing_ok", "住房安全", 3, "3_02_003")
schooling = _blank_of_home("schooling_ok", "义务教育保障", 3)
house_area = _blank_of_home("house_area", "住房面积", 5, "5_14_015")
farmland = _blank_of_home("farmland", "耕地面积", 5, "5_14_016")


@of_person("blank-relation", "与户主关系为空", 3, "relation", "3_01_001")
def relation(one: Member, home: Home, ask: Ask) -> str | None:
    return None if one.relation else "没有填与户主关系"


@of_household("blank-phone", "联系电话为空", 2, "phone", "2_15_001", parameters=(OF_WHOM,))
def phone(home: Home, ask: Ask) -> str | None:
    if not _asked(home, ask) or home.phone or any(one.phone for one in home.members):
        return None
    return "户和成员都没有联系电话"
