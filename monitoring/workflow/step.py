"""What a step of the table is, and what its guards and effects are given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from accounts.models import Post, Role, StoredFile, User
from accounts.permissions import PERMISSIONS
from monitoring.clock import add_days
from monitoring.models import Case, Clue
from monitoring.policy import PolicyBook
from monitoring.turns import LEVELS
from monitoring.workflow.inputs import Input

NEW = ""
CLUE = "clue"
LEVEL_NAMES = {"village": "村", "township": "乡镇", "county": "县"}


@dataclass
class Act:
    """One performance of one step: who does what to which row, when, with what. Guards read it, effects change it.

    `on` is the day by the server's clock, `happened_on` the day on which it was so. `record` goes into the history,
    `target` is the state that the row will have, `due_on` its deadline. SUBJECT_WORD is what messages call the row,
    NOTE_WORD what they call the words that a step may ask for.
    """

    SUBJECT_WORD: ClassVar[str] = "这件事"
    NOTE_WORD: ClassVar[str] = "理由"

    step: Step
    subject: Any
    actor: User | None
    post: Post | None
    at: datetime
    on: date
    happened_on: date
    note: str
    data: dict[str, Any]
    files: list[StoredFile]
    policy: PolicyBook
    target: str
    record: dict[str, Any] = field(default_factory=dict)
    due_on: date | None = None

    def setting(self, key: str) -> Any:
        """The policy value in force today for the subject's village."""
        return self.policy.value(key, on=self.on, code=self.subject.village_id)

    def days_after(self, start: date, key: str) -> date:
        """The last day of the term `key` after `start`, in the days that the place's clock counts."""
        return add_days(start, self.setting(key), self.setting("clock_kind"))

    @property
    def person(self) -> User:
        """The actor of a step that only people take."""
        if self.actor is None:
            raise TypeError(f"{self.step.action} needs a person")
        return self.actor


@dataclass(frozen=True)
class Guard:
    """A condition of a step: yields one Chinese sentence for each thing that is wrong, nothing when all is well; where
    only a day has not come, the sentence is a `NotYet`.

    `upfront` ones need no input, so a page can say beforehand what is still missing.
    """

    key: str
    title: str
    faults: Callable[[Act], Iterable[str]]
    upfront: bool = True


def guard(title: str, *, upfront: bool = True) -> Callable[[Callable[[Act], Iterable[str]]], Guard]:
    """Make a guard of a generator function; its name is the key."""

    def _made(faults: Callable[[Act], Iterable[str]]) -> Guard:
        return Guard(faults.__name__, title, faults, upfront)

    return _made


Effect = Callable[[Act], None]


def _nothing(act: Act) -> None:
    """The state changes and nothing else."""


@dataclass(frozen=True)
class Step:
    """One row of the table.

    `sources` are the states it may be taken from (NEW: makes the row), `targets` the states it may lead to, the first
    unless the effect chooses; no targets: the state stays. `right` is None for what only the program does, as part of
    another step. `duty` is what the actor then has done in the case, `barred` the duties that he must not have done.
    `deadline` is the policy parameter that sets the new deadline, "" keeps the old one. `dated` steps may be entered
    some days after they happened; all others happen on the server's day, so that no term is cut short by back-dating.
    """

    action: str
    title: str
    sources: tuple[str, ...]
    targets: tuple[str, ...] = ()
    right: str | None = None
    guards: tuple[Guard, ...] = ()
    inputs: tuple[Input, ...] = ()
    note: bool = False
    files: bool = False
    duty: str = ""
    barred: tuple[str, ...] = ()
    deadline: str = ""
    dated: bool = False
    effect: Effect = _nothing

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that may take the step; none for the program's own."""
        return PERMISSIONS[self.right] if self.right else frozenset()

    @property
    def levels(self) -> list[str]:
        """Of village, township and county, where the step may be taken."""
        held = {LEVELS[role] for role in self.roles if role in LEVELS}
        return [level for level in LEVEL_NAMES if level in held]


def kind_of(subject: Clue | Case) -> str:
    """Which table a row moves by: `clue`, or the kind of the case."""
    return CLUE if isinstance(subject, Clue) else subject.kind
