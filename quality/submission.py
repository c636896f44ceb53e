"""The checks when a case is handed to the township: what blocks by the county's parameter, what is only said."""

from __future__ import annotations

from datetime import date

from households.models import Household
from monitoring.policy import PolicyBook
from monitoring.submission_checks import Verdict
from quality.checks import Ask, Check, Found
from quality.checks.base import parameter
from quality.entry import faults_of
from quality.facts import home_of
from quality.models import Exemption

SOURCE = "产品默认设置（待县级确认）"
BLOCKS = parameter(
    "quality_block_level", "上报时拦住的问题级别（0 为不拦，1 只拦严重）", "number", 0, largest=5, source=SOURCE
)
WARNS = parameter("quality_warn_level", "上报时提示的问题级别（到几级）", "number", 2, largest=5, source=SOURCE)


def of_household(household: Household, on: date, policy: PolicyBook) -> Verdict:
    """The faults of a household today, the exempt ones left out."""
    blocks = policy.value(BLOCKS, on=on, code=household.village_id)
    warns = policy.value(WARNS, on=on, code=household.village_id)
    if not blocks and not warns:
        return Verdict()
    found = [
        (check, fault)
        for check, fault in faults_of(home_of(household, on), Ask(on, policy))
        if check.level <= max(blocks, warns)
    ]
    found = _not_exempt(found, household, on) if found else []
    return Verdict(
        blocking=[fault.words for check, fault in found if check.level <= blocks],
        warning=[fault.words for check, fault in found if check.level > blocks],
    )


def _not_exempt(found: list[tuple[Check, Found]], household: Household, on: date) -> list[tuple[Check, Found]]:
    code = household.village_id
    rows = Exemption.objects.standing(on).filter(place_low__lte=code, place_high__gt=code)
    exempt = set(rows.values_list("check_code", "subject"))
    return [
        (check, fault)
        for check, fault in found
        if (check.code, fault.subject) not in exempt and (check.code, "") not in exempt
    ]
