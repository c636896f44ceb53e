"""Which categories of measures meet which risk (domain.md 3.7: rules 5_18_001 to 007 and 3_11_003 to 009).

A risk that the table does not name is met by any category: the source asks for other facts there, not for a category.
"""

from __future__ import annotations

from assistance import catalogue as c
from monitoring.risks import Risk

FIT: dict[str, frozenset[str]] = {
    Risk.ILLNESS: frozenset({c.HEALTH, c.SOCIAL, c.COMPREHENSIVE}),
    Risk.SCHOOLING_COST: frozenset({c.EDUCATION, c.SCHOOLING, c.SOCIAL}),
    Risk.DISABILITY: frozenset({c.COMPREHENSIVE, c.SOCIAL}),
    Risk.HOUSING: frozenset({c.HOUSING, c.RELOCATION}),
    Risk.WATER: frozenset({c.WATER}),
    Risk.COMPULSORY_SCHOOLING: frozenset({c.SCHOOLING}),
    Risk.MEDICAL_GUARANTEE: frozenset({c.HEALTH, c.SOCIAL}),
}


def fits(risk: str, category: str) -> bool:
    """Whether a measure of that category meets that risk."""
    wanted = FIT.get(risk)
    return wanted is None or category in wanted


def wanted(risk: str) -> list[str]:
    """Categories that meet the risk, in the catalogue's order."""
    return [category for category in c.CATEGORIES if fits(risk, category)]
