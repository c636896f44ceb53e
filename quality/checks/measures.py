"""Help: whether it meets the risks, whether it can be true, and what stands beside it in the register."""

from __future__ import annotations

from assistance import catalogue as c
from assistance.fit import fits
from households.models import SupportClass
from monitoring.clock import add_months
from monitoring.risks import Risk
from quality.checks.base import Ask, Check, of_household, of_person, parameter
from quality.facts import Home, Member

AFTER = parameter("quality_development_months", "识别后几个月内要有开发式帮扶", "months", 6)
PLAN_AFTER = parameter("quality_measure_days", "识别后几天内要有措施", "days", 10)
VOCATIONAL = ("中职", "高职", "技师")
_REFS = {
    Risk.ILLNESS: ("5_18_001", "3_11_003"),
    Risk.SCHOOLING_COST: ("5_18_002", "3_11_004"),
    Risk.DISABILITY: ("5_18_003", "3_11_005"),
    Risk.HOUSING: ("5_18_004", "3_11_006"),
    Risk.WATER: ("5_18_005", "3_11_007"),
}


def _met(risk: str) -> Check:
    refs = _REFS[Risk(risk)]

    @of_household(
        f"help-{Risk(risk).name.lower()}",
        f"风险是{risk}，没有对得上的措施",
        3,
        "measures",
        *refs,
        parameters=(PLAN_AFTER,),
    )
    def test(home: Home, ask: Ask) -> str | None:
        if home.turn is None or not home.is_monitored or risk not in home.turn.risks:
            return None
        waited = (home.on - home.turn.identified_on).days > ask.setting(PLAN_AFTER, home.village)
        met = any(fits(risk, one.category) for one in home.turn.help)
        return f"风险有{risk}，没有一项措施对得上" if waited and not met else None

    return test


met_checks = [_met(risk) for risk in _REFS]


@of_household("help-only_aid", "有劳动力，只有综合保障", 5, "measures", "5_11_030", "3_11_008")
def only_aid(home: Home, ask: Ask) -> str | None:
    if home.turn is None or not home.is_monitored or not home.workers or not home.turn.help:
        return None
    return "户内有劳动力，措施只有综合保障" if all(one.category == c.COMPREHENSIVE for one in home.turn.help) else None


@of_household(
    "help-no_development", "有劳动力，满半年没有开发式帮扶", 5, "measures", "5_11_032", "5_18_006", parameters=(AFTER,)
)
def no_development(home: Home, ask: Ask) -> str | None:
    if home.turn is None or not home.is_monitored or not home.workers:
        return None
    months = ask.setting(AFTER, home.village)
    full = add_months(home.turn.identified_on, months)
    done = any(one.developmental and one.delivered for one in home.turn.help)
    return f"识别满 {months} 个月，有劳动力，还没有落实开发式帮扶" if full <= home.on and not done else None


@of_household("help-not_delivered", "措施已到开始时间，没有落实记录", 5, "measures", "5_18_007")
def not_delivered(home: Home, ask: Ask) -> str | None:
    late = [one.item for one in home.turn.help if one.begun and not one.delivered] if home.turn else []
    return f"{'、'.join(late[:5])}已开始，没有落实记录" if late and home.is_monitored else None


@of_household("help-employment", "有就业帮扶，没有人务工", 5, "work_months", "5_12_007", "1111_2")
def employment(home: Home, ask: Ask) -> str | None:
    if home.turn is None or not home.turn.has(c.EMPLOYMENT) or any(one.works for one in home.members):
        return None
    return "有就业帮扶措施，成员都没有务工时间"


@of_household("help-labour_export", "有劳务输出，没有人外出务工", 5, "work_months", "5_12_011", "1111_3")
def labour_export(home: Home, ask: Ask) -> str | None:
    there = home.turn is not None and home.turn.has(c.EMPLOYMENT, "劳务输出")
    return "有劳务输出措施，没有人有务工时间" if there and not any(one.works for one in home.members) else None


@of_household("help-travel", "有外出务工补贴，没有人务工", 5, "work_months", "5_15_012", "1111_10")
def travel(home: Home, ask: Ask) -> str | None:
    there = home.turn is not None and home.turn.has(c.EMPLOYMENT, "外出务工补贴")
    return "有外出务工补贴，没有人有务工时间" if there and not any(one.works for one in home.members) else None


@of_household("help-rain_dew_for_none", "有雨露计划，没有中高职在校生", 5, "schooling", "5_17_011", "5_17_012")
def rain_dew_for_none(home: Home, ask: Ask) -> str | None:
    there = home.turn is not None and home.turn.has(c.EDUCATION, "雨露计划")
    return "有雨露计划，户内没有中职、高职、技师在校生" if there and not _pupils(home) else None


@of_person("help-rain_dew_missing", "中高职在校生没有雨露计划", 5, "measures", "5_17_013", "5_15_011")
def rain_dew_missing(one: Member, home: Home, ask: Ask) -> str | None:
    if home.turn is None or not home.is_monitored or one not in _pupils(home):
        return None
    return f"在校（{one.schooling}），没有雨露计划" if not home.turn.has(c.EDUCATION, "雨露计划") else None


def _pupils(home: Home) -> list[Member]:
    return [one for one in home.members if one.schooling.startswith(VOCATIONAL)]


# --- welfare beside help ---


def _unticked(kind: str, item: str, *refs: str) -> Check:
    @of_household(
        f"welfare-{SupportClass(kind).name.lower()}_unticked", f"享受{kind}，措施里没有", 5, "measures", *refs
    )
    def test(home: Home, ask: Ask) -> str | None:
        if home.turn is None or not home.is_monitored or kind not in home.support_classes:
            return None
        return f"登记为{kind}，措施里没有{item}" if not home.turn.has(c.COMPREHENSIVE, item) else None

    return test


def _unheld(kind: str, item: str, *refs: str) -> Check:
    @of_household(
        f"welfare-{SupportClass(kind).name.lower()}_unheld",
        f"措施里有{item}，没有享受{kind}",
        5,
        "support_classes",
        *refs,
    )
    def test(home: Home, ask: Ask) -> str | None:
        if home.turn is None or kind in home.support_classes or not home.turn.has(c.COMPREHENSIVE, item):
            return None
        return f"措施里有{item}，低收入类别没有登记{kind}"

    return test


welfare_checks = [
    _unticked("低保", "低保", "5_16_003", "4_11_013"),
    _unheld("低保", "低保", "5_16_004"),
    _unticked("特困", "特困供养", "5_16_005"),
    _unheld("特困", "特困供养", "5_16_006"),
]
