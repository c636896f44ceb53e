"""Households under monitoring: whether what they were identified for is borne out by what the register says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from households.models import Income
from monitoring.risks import Risk
from quality.checks.base import Ask, Check, of_household, parameter
from quality.facts import Home, net_per_head

HIGH = parameter("quality_income_high", "识别时人均收入过高（元）", "money", Decimal(20_000))
WAGE = parameter("quality_identify_wage", "识别时工资性收入过低（元，0 除外）", "money", Decimal(100))
SHARE = parameter("quality_labour_share", "缺劳动力：劳动力占比高于（%）", "percent", Decimal(25))
LARGE = parameter("quality_labour_large", "缺劳动力：几人以上的户看是否过半", "number", 4)
RISK_FROM = parameter(
    "quality_identified_from",
    "识别类规则只查此月及以后识别的户（年月）",
    "number",
    (date(1900, 1, 1), 190001),
    source="国家系统数据核查规则（202304 起新规则；默认不限）",
)
BASIS = Income.Basis


def _judged(home: Home, ask: Ask) -> bool:
    """Monitored, and identified since the month that the county has set."""
    if home.turn is None or not home.turn.is_open:
        return False
    since = home.turn.identified_on
    return bool(since.year * 100 + since.month >= ask.setting(RISK_FROM, home.village))


def _has(home: Home, ask: Ask, risk: str) -> bool:
    return _judged(home, ask) and home.turn is not None and risk in home.turn.risks


@of_household(
    "identified-income_high", "识别时收入过高", 1, "income", "1111_18", owner="township", parameters=(HIGH, RISK_FROM)
)
def income_high(home: Home, ask: Ask) -> str | None:
    per_head, high = net_per_head(home.incomes.get(BASIS.IDENTIFY)), ask.setting(HIGH, home.village)
    if not _judged(home, ask) or per_head is None or per_head <= high:
        return None
    return f"识别时参考人均收入 {per_head:,} 元，高于 {high:,} 元"


@of_household("identified-wage", "识别时工资性收入过低", 5, "income", "5_15_0023", parameters=(WAGE, RISK_FROM))
def wage(home: Home, ask: Ask) -> str | None:
    income = home.incomes.get(BASIS.IDENTIFY)
    if not _judged(home, ask) or income is None or not 0 < income.wage <= ask.setting(WAGE, home.village):
        return None
    return f"识别时工资性收入 {income.wage:,} 元，是不是把万元写成了元"


@of_household("identified-no_payment", "因病，没有合规自付支出", 5, "income", "5_15_020", parameters=(RISK_FROM,))
def no_payment(home: Home, ask: Ask) -> str | None:
    income = home.incomes.get(BASIS.IDENTIFY)
    if not _has(home, ask, Risk.ILLNESS) or income is None or income.own_payments > 0:
        return None
    return "风险是因病，识别时合规自付支出为 0"


@of_household("identified-nobody_ill", "因病，没有患病成员", 5, "health", "5_15_015", parameters=(RISK_FROM,))
def nobody_ill(home: Home, ask: Ask) -> str | None:
    known = all(one.health for one in home.members)
    if not _has(home, ask, Risk.ILLNESS) or not known or any(one.is_ill for one in home.members):
        return None
    return "风险是因病，成员里没有长期慢性病或患有大病的人"


@of_household("identified-nobody_disabled", "因残，没有残疾成员", 2, "health", "2_11_001", parameters=(RISK_FROM,))
def nobody_disabled(home: Home, ask: Ask) -> str | None:
    known = all(one.health for one in home.members)
    if not _has(home, ask, Risk.DISABILITY) or not known or any(one.is_disabled for one in home.members):
        return None
    return "风险是因残，成员里没有残疾的人"


@of_household(
    "identified-labour", "缺劳动力，劳动力却不少", 5, "risks", "5_18_008", "5_11_029",
    owner="township", parameters=(SHARE, LARGE, RISK_FROM),
)  # fmt: skip
def labour(home: Home, ask: Ask) -> str | None:
    able, size = len(home.workers), len(home.members)
    if not _has(home, ask, Risk.LABOUR) or not size:
        return None
    share = ask.setting(SHARE, home.village)
    large = size >= ask.setting(LARGE, home.village)
    many = 2 * able >= size if large else 100 * able > share * size
    return f"风险是缺劳动力，{size} 人里有 {able} 人能劳动" if many and able else None


@of_household(
    "identified-nobody_works", "因务工就业不稳，没有人务工", 4, "work_months", "4_11_009", parameters=(RISK_FROM,)
)
def nobody_works(home: Home, ask: Ask) -> str | None:
    if not _has(home, ask, Risk.EMPLOYMENT) or any(one.works for one in home.members):
        return None
    return "风险是因务工就业不稳，成员都没有务工时间"


# Which risks answer to a gap in each guarantee.
GAPS: dict[str, tuple[str, frozenset[str], tuple[str, ...]]] = {
    "schooling_ok": ("义务教育", frozenset({Risk.SCHOOLING_COST, Risk.COMPULSORY_SCHOOLING}), ("2_11_004", "4_11_006")),
    "insurance_ok": ("基本医疗", frozenset({Risk.ILLNESS, Risk.MEDICAL_GUARANTEE}), ("2_11_005", "4_11_007")),
    "housing_ok": ("住房安全", frozenset({Risk.HOUSING}), ("2_11_006", "4_11_008")),
    "water_ok": ("饮水安全", frozenset({Risk.WATER}), ("2_11_006",)),
}


def _gap(column: str) -> Check:
    title, risks, refs = GAPS[column]

    @of_household(
        f"identified-gap_{column}",
        f"{title}没有保障，风险里没有它",
        2,
        "risks",
        *refs,
        owner="township",
        parameters=(RISK_FROM,),
    )
    def test(home: Home, ask: Ask) -> str | None:
        if (
            not _judged(home, ask)
            or home.condition[column] is not False
            or home.turn is None
            or risks & set(home.turn.risks)
        ):
            return None
        return f"{title}没有保障，风险只登记了{'、'.join(home.turn.risks)}"

    return test


gap_checks = [_gap(column) for column in GAPS]


# --- not enrolled: lifted households that ought to be looked at ---


def _outside(home: Home) -> bool:
    return home.is_lifted and not home.is_monitored


@of_household(
    "outside-income",
    "脱贫户收入低于监测线，没有纳入",
    1,
    "enrol",
    "1_02_001",
    owner="township",
    parameters=("income_line",),
)
def outside_income(home: Home, ask: Ask) -> str | None:
    line = ask.setting("income_line", home.village)
    income = home.per_capita_income if home.income is None else home.income.net_per_capita
    if not _outside(home) or income is None or income >= line:
        return None
    return f"人均纯收入 {income:,.2f} 元，低于 {line:,} 元，没有纳入监测"


def _outside_gap(column: str, *refs: str) -> Check:
    title = GAPS[column][0]

    @of_household(f"outside-{column}", f"脱贫户{title}没有保障，没有纳入", 1, "enrol", *refs, owner="township")
    def test(home: Home, ask: Ask) -> str | None:
        if not _outside(home) or home.condition[column] is not False or (home.turn and home.turn.is_cleared):
            return None
        return f"{home.condition['on']:%Y-%m-%d} 核实{title}没有保障，没有纳入监测"

    return test


outside_checks = [
    _outside_gap("schooling_ok", "1_02_002"),
    _outside_gap("insurance_ok", "1_02_003"),
    _outside_gap("housing_ok", "1_02_004", "1_02_006"),
    _outside_gap("water_ok", "1_02_007"),
]
