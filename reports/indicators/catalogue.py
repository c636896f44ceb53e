"""The indicators that a county is judged by, in the order in which they are printed. A new one is one file's declaration
and one line here."""

from __future__ import annotations

from reports.indicators.base import Indicator
from reports.indicators.guarantees import DROPOUT, HOUSES
from reports.indicators.health import INSURED, REIMBURSED
from reports.indicators.incomes import FALLEN, FOCUS, GROWTH
from reports.indicators.jobs import ZERO_JOB
from reports.indicators.villages import FALLBACK, KEY_VILLAGES

INDICATORS: dict[str, Indicator] = {
    one.code: one
    for one in (
        FALLBACK, INSURED, REIMBURSED, DROPOUT, HOUSES, ZERO_JOB, GROWTH, FALLEN, KEY_VILLAGES, FOCUS,
    )
}  # fmt: skip
