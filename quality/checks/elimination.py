"""Households marked as cleared: too early, too poor, without help, or with a gap that came afterwards."""

from __future__ import annotations

from assistance import catalogue as c
from households.models import Income
from monitoring.clock import add_months
from quality.checks.base import Ask, Check, of_household, parameter
from quality.checks.identification import GAPS
from quality.facts import Home, Turn

NATURAL = parameter("quality_natural_excluded", "自然消除不查是否满月数", "flag", True)
BASIS = Income.Basis


def _cleared(home: Home) -> Turn | None:
    return home.turn if home.turn is not None and home.turn.is_cleared and home.turn.cleared_on else None


@of_household(
    "cleared-early",
    "识别不满规定月数就消除",
    2,
    "clearing",
    "2_11_002",
    owner="township",
    parameters=("exit_months", NATURAL),
)
def early(home: Home, ask: Ask) -> str | None:
    turn = _cleared(home)
    if turn is None or turn.cleared_on is None:
        return None
    if turn.clear_method == "自然消除" and ask.setting(NATURAL, home.village):
        return None
    months = ask.setting("exit_months", home.village)
    if add_months(turn.identified_on, months) <= turn.cleared_on:
        return None
    return f"{turn.identified_on:%Y-%m-%d} 识别，{turn.cleared_on:%Y-%m-%d} 消除，不满 {months} 个月"


@of_household(
    "cleared-income", "消除时收入低于当年监测线", 5, "income", "5_18_009", owner="township", parameters=("income_line",)
)
def income(home: Home, ask: Ask) -> str | None:
    turn, record = _cleared(home), home.incomes.get(BASIS.CLEAR)
    if turn is None or turn.cleared_on is None or record is None:
        return None
    line = ask.book.value("income_line", on=turn.cleared_on, code=home.village)
    if record.net_per_capita > line:
        return None
    return f"消除时人均纯收入 {record.net_per_capita:,} 元，{turn.cleared_on.year} 年监测线 {line:,} 元"


@of_household(
    "cleared-without_labour",
    "整户无劳动能力标注了消除",
    4,
    "clearing",
    "4_11_010",
    owner="township",
    parameters=("exit_block_no_labour",),
)
def without_labour(home: Home, ask: Ask) -> str | None:
    none = home.whole_without_labour or (bool(home.members) and all(one.cannot_work for one in home.members))
    if _cleared(home) is None or not none or not ask.setting("exit_block_no_labour", home.village):
        return None
    return "整户没有劳动能力，只能兜底保障，不标注消除"


@of_household("cleared-without_help", "帮扶消除，没有措施", 1, "measures", "4_11_011", "1_11_009")
def without_help(home: Home, ask: Ask) -> str | None:
    turn = _cleared(home)
    if turn is None or turn.clear_method != "帮扶消除" or any(one.delivered for one in turn.help):
        return None
    return "消除方式是帮扶消除，没有一项落实了的措施"


@of_household("cleared-method", "消除后信息不全：消除方式为空", 1, "clearing", "1_11_004", owner="township")
def method(home: Home, ask: Ask) -> str | None:
    turn = _cleared(home)
    return "已标注消除，没有填消除方式" if turn is not None and not turn.clear_method else None


@of_household("cleared-contact", "消除后没有联系人", 1, "helper", "1_11_011", owner="township")
def contact(home: Home, ask: Ask) -> str | None:
    return "已标注消除，没有帮扶责任人（联系人）" if _cleared(home) and home.helper_id is None else None


_REFS = {"schooling_ok": ("1_02_008", "1_11_005"), "insurance_ok": ("1_11_006",), "housing_ok": ("1_11_007",), "water_ok": ("1_02_009", "1_11_008")}  # fmt: skip


def _gap_after(column: str) -> Check:
    title = GAPS[column][0]

    @of_household(f"cleared-gap_{column}", f"消除后{title}没有保障", 1, "enrol", *_REFS[column], owner="township")
    def test(home: Home, ask: Ask) -> str | None:
        turn = _cleared(home)
        if turn is None or turn.cleared_on is None or home.condition[column] is not False:
            return None
        after = home.condition["on"] >= turn.cleared_on
        return (
            f"{turn.cleared_on:%Y-%m-%d} 已消除，{home.condition['on']:%Y-%m-%d} 核实{title}没有保障" if after else None
        )

    return test


gap_checks = [_gap_after(column) for column in GAPS]


@of_household("cleared-no_business", "产业帮扶消除，没有经营收入", 5, "income", "5_11_013")
def no_business(home: Home, ask: Ask) -> str | None:
    turn, record = _cleared(home), home.incomes.get(BASIS.CLEAR)
    if turn is None or record is None or not turn.has(c.INDUSTRY) or record.business > 0:
        return None
    return "有产业帮扶，消除时生产经营性收入为 0"


@of_household("cleared-no_wage", "就业帮扶消除，没有工资收入", 4, "income", "4_11_012", "1_11_010")
def no_wage(home: Home, ask: Ask) -> str | None:
    turn, record = _cleared(home), home.incomes.get(BASIS.CLEAR)
    works = turn is not None and (turn.has(c.EMPLOYMENT) or turn.has(c.PUBLIC_POST))
    if not works or record is None or record.wage > 0:
        return None
    return "有就业帮扶或公益岗位，消除时工资性收入为 0"
