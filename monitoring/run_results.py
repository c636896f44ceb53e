"""What a month's match came to, by rule, by department and by township, each number with the month before."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef

from accounts.models import Department, Division
from monitoring.feeds import FEEDS
from monitoring.models import Clue, Hit, MatchRun, Visit
from monitoring.rules import REGISTER, RULES, RULES_BY_NAME

OUTCOMES = ("opened", "extended", "covered", "suppressed")


@dataclass
class Result:
    """One line: hits of this month and the one before, and where this month's went."""

    key: str
    title: str
    note: str = ""
    now: int = 0
    before: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def change(self) -> int:
        return self.now - self.before


@dataclass(frozen=True)
class RunResults:
    """The lines of one view of a run, with their sum; `most` is the longest bar."""

    by: str
    lines: list[Result]
    total: Result

    @property
    def most(self) -> int:
        return max((max(line.now, line.before) for line in self.lines), default=0) or 1


def run_results(run: MatchRun, by: str) -> RunResults:
    """The results of a run `by` rule, department or township."""
    now, before = _counts(run.county, run.period, by), _counts(run.county, month_before(run.period), by)
    lines = _lines(run, by)
    for (key, outcome), number in now.items():
        line = lines.setdefault(key, Result(key, key))
        line.now += number
        line.outcomes[outcome] += number
    for (key, _), number in before.items():
        lines.setdefault(key, Result(key, key)).before += number
    listed = [line for line in lines.values() if line.now or line.before or by == "rule"]
    total = Result("", "合计", now=sum(r.now for r in listed), before=sum(r.before for r in listed))
    for line in listed:
        total.outcomes.update(line.outcomes)
    return RunResults(by, sorted(listed, key=lambda line: (-line.now, -line.before)), total)


def month_before(period: date) -> date:
    return (period - timedelta(days=1)).replace(day=1)


def _counts(county: Division, period: date, by: str) -> Counter[tuple[str, str]]:
    """Hits by (rule, department or township code) and outcome."""
    hits = Hit.objects.standing().within(county).filter(period=period).order_by()
    column = "household__village_id" if by == "township" else "rule"
    found: Counter[tuple[str, str]] = Counter()
    for value, outcome, number in hits.values_list(column, "outcome").annotate(n=Count("pk")):
        found[_key(value, by), outcome] += number
    return found


def _key(value: str, by: str) -> str:
    if by == "township":
        return value[:9].ljust(12, "0")
    if by == "department":
        rule = RULES_BY_NAME.get(value)
        return FEEDS[rule.feed].department if rule and rule.feed != REGISTER else REGISTER
    return value


def _lines(run: MatchRun, by: str) -> dict[str, Result]:
    """The lines that there are to be, in order, still empty."""
    if by == "township":
        places = Division.objects.within(run.county).at_level(Division.Level.TOWNSHIP)
        return {place.code: Result(place.code, place.name) for place in places}
    if by == "department":
        names = dict(Department.choices)
        used = dict.fromkeys(FEEDS[rule.feed].department for rule in RULES if rule.feed != REGISTER)
        return {key: Result(key, names[key]) for key in used} | {REGISTER: Result(REGISTER, "户籍档案")}
    return {rule.name: Result(rule.name, rule.title, str(rule.risk.label)) for rule in RULES}


@dataclass(frozen=True)
class FeedResults:
    """What a department may know of what its file led to: numbers alone, no household."""

    hits: int
    outcomes: dict[str, int]
    clues: int
    open: int
    true: int
    enrolled: int
    solved: int


def feed_results(feed: str, period: date) -> FeedResults | None:
    """What the match made of a feed's month; None where it has not run."""
    if not MatchRun.objects.done().filter(period=period).exists():
        return None
    rules = [rule.name for rule in RULES if rule.feed == feed]
    hits = Hit.objects.standing().filter(rule__in=rules, period=period)
    outcomes: dict[str, int] = defaultdict(int)
    for outcome, number in hits.order_by().values_list("outcome").annotate(n=Count("pk")):
        outcomes[outcome] = number
    clues = Clue.objects.filter(pk__in=hits.attached().values("clue_id"))
    found_true = Visit.objects.filter(clue=OuterRef("pk"), finding__in=[Visit.Finding.TRUE, Visit.Finding.PARTLY])
    return FeedResults(
        hits=sum(outcomes.values()),
        outcomes=dict(outcomes),
        clues=clues.count(),
        open=clues.open().count(),
        true=clues.filter(Exists(found_true)).count(),
        enrolled=clues.filter(state=Clue.State.ENROLLED).count(),
        solved=clues.filter(state=Clue.State.SOLVED).count(),
    )
