"""The rules of the first policy (contract section 5), one module a risk, in the order of the contract."""

from __future__ import annotations

from monitoring.rules.accidents import accident
from monitoring.rules.base import REGISTER, Case, Context, Explanation, Rule, figure_of
from monitoring.rules.disability import severe_disability
from monitoring.rules.disaster import disaster_loss
from monitoring.rules.education import education_cost
from monitoring.rules.employment import job_loss
from monitoring.rules.housing import dangerous_house
from monitoring.rules.illness import major_disease, medical_burden
from monitoring.rules.income import low_income, welfare_exit
from monitoring.rules.industry import industry_loss
from monitoring.rules.insurance import uninsured
from monitoring.rules.labour import labour_death
from monitoring.rules.schooling import school_dropout
from monitoring.rules.water import unsafe_water

RULES: tuple[Rule, ...] = (
    medical_burden,
    major_disease,
    uninsured,
    school_dropout,
    education_cost,
    welfare_exit,
    severe_disability,
    dangerous_house,
    unsafe_water,
    disaster_loss,
    job_loss,
    accident,
    labour_death,
    industry_loss,
    low_income,
)
RULES_BY_NAME: dict[str, Rule] = {rule.name: rule for rule in RULES}
FEED_RULES: tuple[Rule, ...] = tuple(rule for rule in RULES if rule.feed != REGISTER)

__all__ = [
    "FEED_RULES",
    "REGISTER",
    "RULES",
    "RULES_BY_NAME",
    "Case",
    "Context",
    "Explanation",
    "Rule",
    "figure_of",
]
