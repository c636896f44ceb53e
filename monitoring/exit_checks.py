"""What must hold before a risk is marked as cleared (contract section 6, domain.md 3.7).

A registry: higher floors add their own checks at start-up (`assistance`: a delivered measure for every risk). Every
check answers with a sentence of evidence, so that a refusal names each failing condition and an approval shows why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from households.history import wholly_without_labour
from households.models import BEGINNING, Household, Income, LivingCondition
from monitoring.clock import NotYet, add_months
from monitoring.models import Clue, Episode
from monitoring.policy import PolicyBook

BASES = (Income.Basis.VISIT, Income.Basis.CLEAR, Income.Basis.ANNUAL)


@dataclass(frozen=True)
class Question:
    """What a check is asked about: an episode on a day, under the policy of its village."""

    episode: Episode
    on: date
    policy: PolicyBook

    @property
    def household(self) -> Household:
        return self.episode.household

    def setting(self, key: str) -> Any:
        return self.policy.value(key, on=self.on, code=self.household.village_id)


Answer = tuple[bool, str]


@dataclass(frozen=True)
class ExitCheck:
    """One condition. `for_securing` ones hold for 兜底保障 too, where the household stays monitored."""

    key: str
    title: str
    ask: Callable[[Question], Answer]
    for_securing: bool = False


@dataclass(frozen=True)
class Result:
    key: str
    title: str
    ok: bool
    evidence: str


_checks: dict[str, ExitCheck] = {}


def register(check: ExitCheck) -> ExitCheck:
    """Enter a check; the same key replaces the earlier one."""
    _checks[check.key] = check
    return check


def check_exit(*, episode: Episode, on: date, securing: bool = False, policy: PolicyBook | None = None) -> list[Result]:
    """Every condition with its evidence as it stands on a day; for `securing` only those that it needs."""
    question = Question(episode, on, policy or PolicyBook())
    asked = [check for check in _checks.values() if check.for_securing or not securing]
    return [Result(check.key, check.title, *check.ask(question)) for check in asked]


def secures_only(household: Household, on: date, policy: PolicyBook) -> bool:
    """Whether the household can only be secured, never marked cleared."""
    blocks = policy.value("exit_block_no_labour", on=on, code=household.village_id)
    return bool(blocks) and wholly_without_labour(household, on)


# --- the checks of this floor ---


def _identified_long_enough(question: Question) -> Answer:
    months = question.setting("exit_months")
    since = question.episode.identified_on
    full = add_months(since, months)
    if since <= BEGINNING:
        return True, f"档案没有识别日期，视为已满 {months} 个月"
    words = f"{since:%Y-%m-%d} 识别，{full:%Y-%m-%d} 满 {months} 个月"
    return full <= question.on, words if full <= question.on else NotYet(words, full)


def _incomes(question: Question) -> list[Income]:
    records = Income.objects.filter(household=question.household, basis__in=BASES).as_of(question.on)
    return list(records.order_by("ends_on", "id"))


def _above_the_line(question: Question) -> Answer:
    line = question.setting("income_line")
    recent = add_months(question.on, -question.setting("exit_income_months"))
    records = [income for income in _incomes(question) if income.ends_on > recent]
    if not records:
        return False, f"{recent:%Y-%m-%d} 以来没有走访、消除或年度收入记录"
    last = records[-1]
    words = (
        f"截至 {last.ends_on:%Y-%m-%d} 人均纯收入 {last.net_per_capita:,} 元，{question.on.year} 年监测线 {line:,} 元"
    )
    return last.net_per_capita > line, words


def _above_for_months(question: Question) -> Answer:
    line, months = question.setting("income_line"), question.setting("exit_income_months")
    begins = add_months(question.on, -months)
    records = _incomes(question)
    before = [income for income in records if income.ends_on <= begins]
    if not before:
        return False, f"没有 {begins:%Y-%m-%d} 或更早的收入记录，不能说明已稳定 {months} 个月"
    window = [before[-1], *(income for income in records if income.ends_on > begins)]
    low = next((income for income in window if income.net_per_capita <= line), None)
    if low is not None:
        return False, f"截至 {low.ends_on:%Y-%m-%d} 人均纯收入 {low.net_per_capita:,} 元，不高于 {line:,} 元"
    return True, f"{window[0].ends_on:%Y-%m-%d} 起的 {len(window)} 次收入记录都高于 {line:,} 元"


def _latest_condition(question: Question) -> LivingCondition | None:
    since = add_months(question.on, -question.setting("condition_valid_months"))
    recent = LivingCondition.objects.filter(household=question.household, on__gte=since).as_of(question.on)
    return recent.order_by("-on", "-id").first()


def _in_order(name: str) -> Callable[[Question], Answer]:
    def _ask(question: Question) -> Answer:
        condition = _latest_condition(question)
        if condition is None:
            return False, f"最近 {question.setting('condition_valid_months')} 个月内没有核实"
        value = getattr(condition, name)
        found = {True: "有保障", False: "没有保障", None: "没有看"}[value]
        return value is True, f"{condition.on:%Y-%m-%d} 核实：{found}"

    return _ask


def _no_open_clue(question: Question) -> Answer:
    risks = Clue.objects.open().filter(household=question.household).values_list("risk", flat=True)
    return not risks, f"在办线索：{'、'.join(risks)}" if risks else "没有在办线索"


def _somebody_can_work(question: Question) -> Answer:
    without = secures_only(question.household, question.on, question.policy)
    return not without, "整户无劳动能力，只能落实兜底保障，不标注消除" if without else "户内有劳动力"


for _check in (
    ExitCheck("identified", "识别满规定月数", _identified_long_enough),
    ExitCheck("income", "人均纯收入高于当年监测线", _above_the_line),
    ExitCheck("income_months", "收入持续稳定", _above_for_months),
    ExitCheck("schooling", "义务教育有保障", _in_order("schooling_ok"), for_securing=True),
    ExitCheck("insurance", "基本医疗有保障", _in_order("insurance_ok"), for_securing=True),
    ExitCheck("housing", "住房安全有保障", _in_order("housing_ok"), for_securing=True),
    ExitCheck("water", "饮水安全有保障", _in_order("water_ok"), for_securing=True),
    ExitCheck("spending", "刚性支出可控", _in_order("spending_controlled")),
    ExitCheck("clues", "没有在办线索", _no_open_clue, for_securing=True),
    ExitCheck("labour", "不是整户无劳动能力", _somebody_can_work),
):
    register(_check)
