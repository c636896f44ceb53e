"""All kinds of problems, in the order of the lists. A new one is one file and one line here."""

from __future__ import annotations

from records.problems.dropout import DROPOUT
from records.problems.house import HOUSE
from records.problems.kind import ProblemKind
from records.problems.rectification import RECTIFICATION
from records.problems.uninsured import UNINSURED
from records.problems.water import WATER
from records.problems.zero_job import ZERO_JOB

KINDS: dict[str, ProblemKind] = {one.kind: one for one in (DROPOUT, UNINSURED, HOUSE, WATER, ZERO_JOB, RECTIFICATION)}
