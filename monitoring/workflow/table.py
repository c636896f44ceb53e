"""All steps, by what they move: `clue`, and the kinds of cases."""

from __future__ import annotations

from monitoring.workflow.case_steps import CASE_STEPS
from monitoring.workflow.clue_steps import CLUE_STEPS
from monitoring.workflow.step import CLUE, Step

TABLE: dict[str, tuple[Step, ...]] = {CLUE: CLUE_STEPS, **CASE_STEPS}
