"""What a check is: one declaration and one test, the same for a form, a case handed in and the county's run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from accounts.models import Division
from monitoring.policy import PARAMETERS, Parameter, PolicyBook, add_parameters
from quality.facts import Home, Member

Scope = Literal["person", "household", "village", "cross"]
PERSON, HOUSEHOLD, VILLAGE, CROSS = "person", "household", "village", "cross"
SCOPE_NAMES = {PERSON: "人", HOUSEHOLD: "户", VILLAGE: "村", CROSS: "跨表"}
LEVELS = {1: "严重", 2: "较重", 3: "一般", 4: "轻微", 5: "提示"}
SOURCE = "国家系统数据核查规则"
BEGINNING = date(1900, 1, 1)
END = date(2999, 12, 31)


@dataclass(frozen=True)
class Found:
    """One fault: what is wrong, in words; whose it is follows from what stands here."""

    words: str
    village: str = ""
    household: int | None = None
    person: int | None = None

    @property
    def subject(self) -> str:
        """What makes the fault of a check the same one the next time."""
        if self.person is not None:
            return f"p{self.person}"
        return f"h{self.household}" if self.household is not None else f"v{self.village}"


@dataclass(frozen=True)
class Ask:
    """The day and the policy that the checks judge by."""

    on: date
    book: PolicyBook
    _known: dict[tuple[str, str], Any] = field(default_factory=dict)

    def setting(self, key: str, village: str) -> Any:
        known = self._known.get((key, village))
        if known is None:
            known = self._known[key, village] = self.book.value(key, on=self.on, code=village)
        return known


Judge = Callable[[Home, Ask], Iterator[Found]]
Across = Callable[[Division, Ask], Iterator[Found]]


@dataclass(frozen=True)
class Check:
    """One rule. `field` names what to mend (quality/mending.py says where), `refs` the numbers that county staff know.

    `judge` looks at one household, `across` at a whole place; a check has one of them.
    """

    code: str
    title: str
    level: int
    scope: Scope
    field: str
    refs: tuple[str, ...] = ()
    judge: Judge | None = None
    across: Across | None = None
    valid_from: date = BEGINNING
    valid_to: date = END
    parameters: tuple[str, ...] = ()
    owner: str = "village"

    @property
    def group(self) -> str:
        return self.code.partition("-")[0]

    @property
    def level_name(self) -> str:
        return LEVELS[self.level]

    @property
    def scope_name(self) -> str:
        return SCOPE_NAMES[self.scope]

    @property
    def reference(self) -> str:
        """The numbers by which county staff know it; some rules are our own and have none."""
        return "、".join(self.refs) or "自设"

    def in_force(self, on: date) -> bool:
        return self.valid_from <= on <= self.valid_to

    def find(self, homes: Iterable[Home], ask: Ask) -> Iterator[Found]:
        """The faults of some households; of none for a check that looks across a place."""
        if self.judge is not None and self.in_force(ask.on):
            for home in homes:
                yield from self.judge(home, ask)


CHECKS: dict[str, Check] = {}


def register(check: Check) -> Check:
    if check.code in CHECKS:
        raise ValueError(f"two checks are called {check.code}")
    CHECKS[check.code] = check
    return check


def of_person(
    code: str, title: str, level: int, field: str, *refs: str, **more: Any
) -> Callable[[Callable[[Member, Home, Ask], str | None]], Check]:
    """A check of each member: the function says what is wrong with him, or nothing."""

    def _made(test: Callable[[Member, Home, Ask], str | None]) -> Check:
        def judge(home: Home, ask: Ask) -> Iterator[Found]:
            for one in home.members:
                if words := test(one, home, ask):
                    yield Found(f"{one.name}：{words}", home.village, home.key, one.key)

        return register(Check(code, title, level, "person", field, refs, judge, **more))

    return _made


def of_household(
    code: str, title: str, level: int, field: str, *refs: str, **more: Any
) -> Callable[[Callable[[Home, Ask], str | None]], Check]:
    """A check of each household."""

    def _made(test: Callable[[Home, Ask], str | None]) -> Check:
        def judge(home: Home, ask: Ask) -> Iterator[Found]:
            if words := test(home, ask):
                yield Found(words, home.village, home.key)

        return register(Check(code, title, level, "household", field, refs, judge, **more))

    return _made


def across(
    code: str, title: str, level: int, field: str, *refs: str, scope: Scope = "cross", **more: Any
) -> Callable[[Across], Check]:
    """A check that looks across a place."""

    def _made(test: Across) -> Check:
        return register(Check(code, title, level, scope, field, refs, across=test, **more))

    return _made


def parameter(key: str, title: str, kind: Any, *defaults: tuple[date, Any] | Any, **more: Any) -> str:
    """Enter a parameter of the checks; its key. One value holds for all time, pairs from their days on."""
    dated = tuple(one if isinstance(one, tuple) else (BEGINNING, one) for one in defaults)
    _entered[key] = Parameter(key, title, kind, dated, more.pop("source", SOURCE), **more)
    return key


_entered: dict[str, Parameter] = {}


def enter_parameters() -> None:
    """At start-up: the parameters of all checks into the register of policy."""
    add_parameters(*(one for one in _entered.values() if one.key not in PARAMETERS))
