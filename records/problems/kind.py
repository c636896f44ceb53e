"""What a kind of problem declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from accounts.models import Role
from monitoring.risks import Risk
from monitoring.workflow.inputs import Input
from monitoring.workflow.step import Guard
from records.problems.departments import department_of

VILLAGE = frozenset({Role.VILLAGE_CADRE})
TOWNSHIP = frozenset({Role.TOWNSHIP_STAFF, Role.TOWNSHIP_LEADER})
COUNTY = frozenset({Role.COUNTY_BUREAU})
FIELD = frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_STAFF})
DEPARTMENT = frozenset({Role.LIAISON})
# What a kind's right is called: what is done with it, and the roles in the declaration.
VERBS = ("find", "assign", "work", "check", "sign")


@dataclass(frozen=True)
class ProblemKind:
    """One kind: whose it is to work at each level, and what its steps ask for.

    `about` is what it hangs on: a household, a person of one, or a place. `risk` is the risk of the clues that speak of
    it. `inputs` are what steps ask for beside what all kinds ask for, by action; a value of one named in `keeps` goes
    into the problem's details. `guards` are further conditions of steps, by action.
    """

    kind: str
    title: str
    about: Literal["household", "person", "place"]
    roles: Mapping[str, frozenset[Role]]
    risk: Risk | None = None
    inputs: Mapping[str, tuple[Input, ...]] = field(default_factory=dict)
    guards: Mapping[str, tuple[Guard, ...]] = field(default_factory=dict)
    # Steps for which a picture or a scan is needed.
    papers: frozenset[str] = frozenset()
    days: int = 30

    @property
    def department(self) -> str:
        return department_of(self.kind)

    @property
    def deadline(self) -> str:
        """The parameter with the days that it may take."""
        return f"problem_days_{self.kind}"

    def right(self, verb: str) -> str:
        return f"records.{verb}_{self.kind}"

    def details(self) -> tuple[Input, ...]:
        """Everything that its details may hold, each name once, in the order of the steps."""
        wanted = (one for inputs in self.inputs.values() for one in inputs if one.kind != "rows")
        return tuple({one.name: one for one in wanted}.values())
