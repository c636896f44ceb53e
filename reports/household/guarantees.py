"""The four guarantees of one household: what each record says of them, dated, and what follows where they disagree.

One rule. Of what was found out the newest prevails. A no that is still in force (a line of a book, a problem or clue in
hand) or that has no date is never outshone by a yes: then a person must look. So the page is never green over a record
that says otherwise, and a clue that nobody has checked makes it neither green nor red.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from households.models import BEGINNING, Household, LivingCondition
from monitoring.models import Clue, Episode
from records.books import BOOKS
from records.models import House, Problem, Record, Schooling
from reports.asof.problems import HOUSING, INSURANCE, SCHOOLING, TOPICS, WATER, Topic

TITLES = {SCHOOLING: "义务教育", INSURANCE: "基本医疗", HOUSING: "住房安全", WATER: "饮水安全"}
RULE = "几处说法不同的，以日期新的为准；说没有保障的记录还有效、或者没有日期的，先标“要核对”。"
_FINE, _LACKING = "有保障", "没有保障"


@dataclass(frozen=True)
class Said:
    """What one record says of a guarantee, since when; `standing` where it holds until somebody ends it, not `firm`
    where nobody has checked it, `looked` where it is what was last seen."""

    on: date | None
    ok: bool
    words: str
    source: str
    link: str = ""
    standing: bool = False
    firm: bool = True
    looked: bool = False

    @property
    def dated(self) -> date:
        """The day to compare by; what has none is older than everything."""
        return self.on or BEGINNING


@dataclass(frozen=True)
class Guarantee:
    """One guarantee with everything that is said of it, the newest first.

    `state` is a state of theme.css: ok, over (lacking), soon (records disagree, look), idle (nobody has looked).
    """

    topic: Topic
    state: str
    words: str
    said: Sequence[Said]

    @property
    def title(self) -> str:
        return TITLES[self.topic]

    @property
    def disagrees(self) -> bool:
        """Whether one record says yes and another no."""
        return len({one.ok for one in self.said}) > 1

    @property
    def verdict(self) -> Said | None:
        """The record that decides; none where a person must look."""
        ok = {"ok": True, "over": False}.get(self.state)
        return next((one for one in self.said if one.firm and one.ok is ok), None)


@dataclass(frozen=True)
class Records:
    """What is on record about one household, by floors, the newest first; problems by when they are due."""

    conditions: Sequence[LivingCondition]
    clues: Sequence[Clue]
    episodes: Sequence[Episode]
    problems: Sequence[Problem]

    @classmethod
    def of(cls, household: Household) -> Records:
        """Four queries."""
        return cls(
            list(household.conditions.all()[:20]),
            list(household.clues.order_by("-id")[:20]),
            list(household.episodes.select_related("plan").order_by("-serial")),
            list(household.problems.select_related("person").order_by("due_on", "id")[:50]),
        )


def guarantees(household: Household, records: Records, today: date) -> list[Guarantee]:
    """The four, in the order of the law. Two queries more, for the books."""
    books = [*_houses(household, today), *_pupils(household, today)]
    return [_judged(topic, [*_of(topic, records), *(said for of, said in books if of is topic)]) for topic in TOPICS]


def _judged(topic: Topic, found: Iterable[Said]) -> Guarantee:
    # Of two of the same day the one that says no comes first: it is what the page must not hide.
    said = sorted(found, key=lambda one: (one.dated, not one.ok), reverse=True)
    return Guarantee(topic, *_verdict(said), said)


def _verdict(said: Sequence[Said]) -> tuple[str, str]:
    """The state and its words, by the rule above."""
    if not said:
        return "idle", "没有核实过"
    firm = [one for one in said if one.firm]
    if firm and not firm[0].ok and (firm[0].on or not any(one.ok for one in firm)):
        return "over", _LACKING
    doubted = any(not one.ok and (one.standing or one.on is None) for one in said)
    return ("soon", "要核对") if doubted else ("ok", _FINE)


def _of(topic: Topic, records: Records) -> Iterator[Said]:
    """Everything but the books."""
    row = next((row for row in records.conditions if getattr(row, topic.field) is not None), None)
    if row is not None:
        yield _looked(topic, row)
    for problem in records.problems:
        if problem.kind == topic.kind and problem.state != Problem.State.VOID:
            yield _problem(problem)
    for clue in records.clues:
        if clue.risk == topic.risk and clue.closed_on is None:
            link = reverse("clue-detail", args=[clue.uid])
            words = f"线索{clue.get_state_display()}"
            yield Said(clue.received_on, False, words, clue.get_channel_display(), link, standing=True, firm=False)
    for episode in records.episodes:
        if episode.state == Episode.State.MONITORED and topic.risk in episode.risks:
            yield Said(_known(episode.identified_on), False, f"{topic.risk}，监测中", "纳入监测")


def _looked(topic: Topic, row: LivingCondition) -> Said:
    ok = bool(getattr(row, topic.field))
    grade = f"{row.house_grade}级房，" if topic is HOUSING and row.house_grade else ""
    on = _known(row.on)
    return Said(on, ok, f"{grade}{_FINE if ok else _LACKING}", "入户核实" if on else "档案登记", looked=True)


def _problem(problem: Problem) -> Said:
    link = reverse("problem-detail", args=[problem.uid])
    if problem.state == Problem.State.SIGNED_OFF:
        return Said(problem.signed_off_on, True, "问题已销号", problem.get_kind_display(), link)
    words = f"问题{problem.get_state_display()}"
    # Reported done or accepted: no longer a plain no, nor a yes before it is signed off.
    firm = problem.state in (Problem.State.FOUND, Problem.State.ASSIGNED)
    return Said(problem.found_on, False, words, problem.get_kind_display(), link, standing=True, firm=firm)


def _houses(household: Household, today: date) -> Iterator[tuple[Topic, Said]]:
    """The appraised houses; a dangerous one tells against the household though it may have another."""
    for row in House.objects.as_of(today).filter(household=household).exclude(grade=""):
        fine = row.grade not in House.DANGEROUS
        # A line of A or B ends nothing that a visit has found since.
        yield HOUSING, _line("houses", row, row.graded_on or row.from_on, f"{row.get_grade_display()}房", fine)


def _pupils(household: Household, today: date) -> Iterator[tuple[Topic, Said]]:
    rows = Schooling.objects.as_of(today).filter(household=household, state__in=Schooling.OUT_OF_SCHOOL)
    for row in rows.select_related("person"):
        words = f"{row.person.name}{row.get_state_display()}"
        yield SCHOOLING, _line("schooling", row, row.left_school_on or row.from_on, words, False)


def _line(book: str, row: Record, on: date, words: str, ok: bool) -> Said:
    link = reverse("line-detail", args=[book, row.line])
    return Said(_known(on), ok, words, f"{BOOKS[book].title}底册", link, standing=not ok)


def _known(on: date | None) -> date | None:
    return None if on is None or on == BEGINNING else on
