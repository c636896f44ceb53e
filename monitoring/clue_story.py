"""How a clue explains itself: a reading of its kept hits, of the register as it stands, and of what was decided before.

Nothing is matched or summed anew: rows, parameters, figures and the arithmetic are those that the hit kept when the rule
fired. Sums up to an earlier month are sums of those same rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from households.models import Household, Membership, Person
from monitoring.clock import add_months
from monitoring.clue_lines import Known, Line, lines_of, masked
from monitoring.feeds import FEEDS
from monitoring.models import Clue, Hit, MatchRun
from monitoring.policy import PARAMETERS
from monitoring.rules import REGISTER, RULES_BY_NAME, Rule
from sheets.clean import fold_heading, mask_id, parse_date, parse_number

MONTHS_BACK = 4
BAR_WIDTH = 1000
_BAR_SHADES = ("s0", "s1", "s2")


@dataclass(frozen=True)
class Piece:
    """One row of evidence: where it stood, its cells as received, its date and sum where the rule adds them up."""

    kept: Mapping[str, Any]
    rule: Rule | None

    @property
    def received(self) -> dict[str, str]:
        return {heading: masked(heading, str(value)) for heading, value in self.kept.get("received", {}).items()}

    @property
    def place(self) -> str:
        """医保局 10月文件 第 214 行."""
        if self.kept.get("feed") == REGISTER:
            return "农户档案"
        period = str(self.kept.get("period", ""))
        return f"{period[5:].lstrip('0')}月文件 第 {self.kept.get('row')} 行"

    @property
    def source(self) -> str:
        return f"{self.kept.get('department', '')}“{self.kept.get('title', '')}”，文件 {self.kept.get('file', '')}"

    @cached_property
    def amount(self) -> Decimal | None:
        name = FEEDS[self.kept["feed"]].amount if self.kept.get("feed") in FEEDS else ""
        try:
            return parse_number(self.cell(name)) if name else None
        except ValueError:
            return None

    @cached_property
    def on(self) -> date | None:
        name = FEEDS[self.kept["feed"]].happened_on if self.kept.get("feed") in FEEDS else ""
        try:
            return parse_date(self.cell(name)) if name else None
        except ValueError:
            return None

    def cell(self, name: str) -> str:
        """The cell of a declared column, whatever its heading was called."""
        columns = FEEDS[self.kept["feed"]].layout()
        spellings = next((column.spellings for column in columns if column.name == name), [])
        received = self.kept.get("received", {})
        return next((str(value) for heading, value in received.items() if fold_heading(heading) in spellings), "")


@dataclass(frozen=True)
class Segment:
    """One row's share of the bar: x and width in the bar's thousand units."""

    x: int
    width: int
    shade: str
    words: str


@dataclass(frozen=True)
class Month:
    """What one rule said in one month."""

    period: date
    figure: Decimal | None
    words: str
    quiet: bool
    here: bool
    clue: Clue | None


@dataclass(frozen=True)
class Comparison:
    """One person's newest row beside the register; `others` are his further rows."""

    piece: Piece
    name: str
    lines: list[Line]
    summary: str


@dataclass(frozen=True)
class Story:
    """One hit opened for the page."""

    hit: Hit
    title: str
    parameters: list[tuple[str, str, str, str]]
    pieces: list[Piece]
    columns: list[str]
    comparisons: list[Comparison]
    months: list[Month]
    threshold: Decimal | None

    @property
    def summed(self) -> bool:
        return bool(self.pieces) and self.hit.figure is not None and all(p.amount is not None for p in self.pieces)

    @property
    def table(self) -> list[tuple[Piece, list[str]]]:
        return [(piece, [piece.cell(name) for name in self.columns]) for piece in self.pieces]

    @property
    def bar(self) -> list[Segment]:
        """The rows as shares of the sum; nothing where a refund is among them, which no bar can show."""
        amounts = [piece.amount or Decimal(0) for piece in self.pieces]
        if not self.summed or len(amounts) < 2 or min(amounts) <= 0 or not self._span:
            return []
        found, at = [], 0
        for number, amount in enumerate(amounts):
            width = max(int(amount * BAR_WIDTH / self._span), 2)
            found.append(Segment(at, width - 2, _BAR_SHADES[number % 3], f"{amount:,.2f}"))
            at += width
        return found

    @property
    def line_x(self) -> int | None:
        """Where the threshold stands on the bar."""
        return int(self.threshold * BAR_WIDTH / self._span) if self.threshold and self._span else None

    @property
    def _span(self) -> Decimal:
        return max(self.hit.figure or Decimal(0), self.threshold or Decimal(0)) * Decimal("1.05")


def stories_of(clue: Clue, family: Sequence[Membership], *, monitored: bool) -> list[Story]:
    """The stories of a clue's hits, the newest first. `family` are the household's memberships with persons.

    Four queries for any number of hits: these, earlier ones, runs, living conditions.
    """
    hits = list(clue.hits.order_by("-period", "rule"))
    if not hits:
        return []
    periods = _periods(hits)
    earlier = _earlier_hits(clue.household, {hit.rule for hit in hits}, periods)
    runs = _periods_run(clue.village_id, periods)
    register = _Register(clue.household, family, monitored)
    return [_story(clue, hit, register, earlier, runs) for hit in hits]


def _story(
    clue: Clue, hit: Hit, register: _Register, earlier: Mapping[tuple[str, date], Hit], runs: set[date]
) -> Story:
    rule = RULES_BY_NAME.get(hit.rule)
    pieces = [Piece(kept, rule) for kept in (json.loads(hit.evidence) if hit.evidence else [])]
    return Story(
        hit=hit,
        title=rule.title if rule else hit.rule,
        parameters=_parameters(hit.parameters),
        pieces=pieces,
        columns=_columns(rule),
        comparisons=register.comparisons(pieces),
        months=_months(clue, hit, pieces, earlier, runs),
        threshold=clue.threshold if hit.figure is not None and hit.figure == clue.figure else None,
    )


def _parameters(kept: Mapping[str, Mapping[str, str]]) -> list[tuple[str, str, str, str]]:
    """(title, value, since when, source) of each parameter as the hit kept it."""
    found = []
    for key, setting in kept.items():
        parameter = PARAMETERS.get(key)
        since = "" if setting["valid_from"].startswith("1900") else f"{setting['valid_from']} 起，"
        value = setting["value"]
        if parameter is not None and parameter.kind in ("money", "percent"):
            value = f"{Decimal(value):,f}"
        found.append((parameter.title if parameter else key, value, since, setting["source"]))
    return found


def _columns(rule: Rule | None) -> list[str]:
    """The columns of the department's file that the rule looks at, its date and sum last."""
    if rule is None or rule.feed not in FEEDS:
        return []
    feed = FEEDS[rule.feed]
    facts = [fact.column for fact in feed.facts if fact.key in rule.facts + rule.numbers]
    told = [column.name for column in feed.columns if column.name in ("医疗机构", "就医类别", "学校", "学年", "灾种")]
    main = [name for name in (feed.happened_on,) if name]
    return list(dict.fromkeys([*main, *told, *facts]))


# --- the register's side ---


class _Register:
    """What is registered of a household's people, for comparing rows with it."""

    def __init__(self, household: Household, family: Sequence[Membership], monitored: bool) -> None:
        self._household, self._family, self._monitored = household, family, monitored
        self._condition = household.conditions.first()
        self._head = next((row.person.name for row in family if row.is_head and row.left_on is None), "")

    def comparisons(self, pieces: Iterable[Piece]) -> list[Comparison]:
        """One for each person whom the rows met, with his newest row."""
        newest: dict[tuple[str, str], Piece] = {}
        for piece in pieces:
            met = piece.kept.get("person")
            if met:
                newest[(met["name"], met["number"])] = piece
        return [self._compared(piece, *who) for who, piece in newest.items()]

    def _compared(self, piece: Piece, name: str, number: str) -> Comparison:
        row = self._member(name, number)
        lines = lines_of(piece.kept["feed"], piece.kept.get("received", {}), self._known(row)) if row else []
        return Comparison(piece, name, lines, _summary(lines))

    def _member(self, name: str, number: str) -> Membership | None:
        """Whom the hit names by name and masked number, if that can only be one."""
        alike = {row.person_id: row for row in self._family if mask_id(row.person.id_number) == number}
        named = {key: row for key, row in alike.items() if row.person.name == name}
        found = named or alike
        return next(iter(found.values())) if len(found) == 1 else None

    def _known(self, row: Membership) -> Known:
        person: Person = row.person
        return Known(person, row, self._household, self._head, self._monitored, self._condition)


def _summary(lines: Sequence[Line]) -> str:
    counts = {word: sum(line.result == result for line in lines) for result, word in _RESULT_WORDS.items()}
    return "，".join(f"{count} 项{word}" for word, count in counts.items() if count)


_RESULT_WORDS = {
    "same": "一致",
    "spelt": "写法不同",
    "differs": "不一致",
    "not_ours": "本系统没有",
    "not_theirs": "部门没有",
}


# --- earlier months ---


def _periods(hits: Sequence[Hit]) -> list[date]:
    return sorted({add_months(hit.period, -back) for hit in hits for back in range(MONTHS_BACK)})


def _earlier_hits(household: Household, rules: set[str], periods: Sequence[date]) -> dict[tuple[str, date], Hit]:
    hits = Hit.objects.standing().filter(household=household, rule__in=rules, period__in=periods)
    return {(hit.rule, hit.period): hit for hit in hits.select_related("clue").order_by("pk")}


def _periods_run(village: str, periods: Sequence[date]) -> set[date]:
    runs = MatchRun.objects.done().filter(county_id=f"{village[:6]}000000", period__in=periods)
    return set(runs.values_list("period", flat=True))


def _months(
    clue: Clue, hit: Hit, pieces: Sequence[Piece], earlier: Mapping[tuple[str, date], Hit], runs: set[date]
) -> list[Month]:
    found = []
    for back in range(MONTHS_BACK):
        period = add_months(hit.period, -back)
        then = hit if back == 0 else earlier.get((hit.rule, period))
        figure = then.figure if then else _sum_by(hit, pieces, period) if period in runs else None
        words, quiet = _said(clue, then, period in runs)
        other = then.clue if then is not None and then.clue_id != clue.pk else None
        found.append(Month(period, figure, words, quiet, back == 0, other))
    return found


def _said(clue: Clue, hit: Hit | None, was_run: bool) -> tuple[str, bool]:
    """What the rule said, and whether that is quiet."""
    if hit is None:
        return ("没有达到" if was_run else "没有比对"), True
    if hit.withdrawn_at is not None:
        return "部门更正后撤回", True
    if hit.outcome == Hit.Outcome.COVERED:
        return "已在监测，证据并入监测周期", False
    if hit.outcome == Hit.Outcome.SUPPRESSED:
        return "以前办结过，没有变重，不再提示", False
    if hit.clue_id == clue.pk:
        return ("达到，产生本线索" if hit.outcome == Hit.Outcome.OPENED else "达到，补充到本线索"), False
    return "达到，另有线索", False


def _sum_by(hit: Hit, pieces: Sequence[Piece], period: date) -> Decimal | None:
    """The sum of those rows that the files up to a month held; None where nothing is added up over that month."""
    rule = RULES_BY_NAME.get(hit.rule)
    feed = FEEDS.get(rule.feed) if rule else None
    start = feed.window_start(hit.period) if feed else None
    if hit.figure is None or start is None or period < start or any(piece.amount is None for piece in pieces):
        return None
    end = add_months(period, 1)
    held = [piece for piece in pieces if str(piece.kept.get("period", "")) <= f"{period:%Y-%m}"]
    return sum((piece.amount or Decimal(0) for piece in held if piece.on is None or piece.on < end), Decimal(0))
