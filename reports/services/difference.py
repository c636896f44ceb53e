"""How two readings of one closed month differ: as closed and as we now know it, or two of its editions.

A summary differs cell by cell, and behind a cell household by household; a detail ledger row by row. Beside every
household stand the late entries that explain it. What differs without any is something that the register does not
date (reports/README.md), and says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Division, User
from households.models import Household
from reports import frozen
from reports.asof.late import LateEvent, late_events
from reports.frozen import Content
from reports.ledgers import LEDGERS, Ledger, facts
from reports.ledgers.base import Reading
from reports.ledgers.places import Places, in_rows
from reports.ledgers.summary import Behind, SummaryLedger
from reports.services.closed import CLOSED, NOW, kept_sheet, reading_as
from reports.services.editions import content_of
from reports.services.freezing import last_day
from reports.services.ledgers import LedgerOrder, choose_ledger, mask_rows
from sheets.layout import CellKind
from sheets.text import Cell

# Of a share, of which two digits of a percentage are printed.
_PERCENT_DIGITS = 4
UNDATED = "没有录入时间的登记信息改了（如类别、组、村）"


@dataclass(frozen=True)
class CellChange:
    """One cell that differs. `opens` is its heading where the households behind it can be compared."""

    path: tuple[str, ...]
    before: Cell
    after: Cell
    kind: CellKind = "text"
    opens: str = ""

    @property
    def heading(self) -> str:
        return "·".join(self.path)

    @property
    def step(self) -> Any:
        """How much more it is, where both are numbers."""
        if isinstance(self.before, str) or isinstance(self.after, str):
            return None
        try:
            return (self.after or 0) - (self.before or 0)  # type: ignore[operator]
        except TypeError:
            return None


@dataclass(frozen=True)
class RowChange:
    """One row that came in (`in`), fell out (`out`) or changed, about a unit or a household, with the late entries."""

    sort: str
    unit: Division | None
    household: Household | None
    name: str
    cells: list[CellChange]
    late: list[LateEvent] = field(default_factory=list)

    @property
    def words(self) -> str:
        return {"in": "新进", "out": "退出", "changed": "变化"}[self.sort]


@dataclass(frozen=True)
class Difference:
    """Everything in which two readings of a ledger differ."""

    ledger: Ledger
    division: Division
    month: date
    before: Reading
    after: Reading
    labels: tuple[str, str]
    rows: list[RowChange]

    @property
    def by_cell(self) -> bool:
        return isinstance(self.ledger, SummaryLedger)


@dataclass(frozen=True)
class HouseholdChange:
    """A household behind a cell: came in or fell out, how many times it counts, why."""

    sort: str
    household: Household
    head: str
    place: str
    times: int
    late: list[LateEvent]
    open_to_reader: bool

    @property
    def words(self) -> str:
        return "进入" if self.sort == "in" else "退出"


def compare_month(
    *,
    name: str,
    division: Division,
    month: date,
    actor: User | None,
    at: datetime,
    before: str = CLOSED,
    after: str = NOW,
) -> Difference:
    """How a ledger of a closed month differs between two readings (words of services/closed.py), numbers masked.

    Raises:
        Refused: unknown ledger, a month not closed, no such edition. OutOfScope, Forbidden: not his to see.
    """
    ledger, first, second = _readings(name, division, month, actor, at, before, after)
    old, new = _content(ledger, first), _content(ledger, second)
    if isinstance(ledger, SummaryLedger):
        rows = _units(ledger, division, old, new)
    else:
        rows = _items(ledger, first, second, old, new)
    labels = (label_of(ledger, first), label_of(ledger, second))
    return Difference(ledger, division, month, first, second, labels, rows)


def compare_cell(
    *,
    name: str,
    division: Division,
    unit: Division | None,
    path: tuple[str, ...],
    month: date,
    actor: User,
    at: datetime,
    before: str = CLOSED,
    after: str = NOW,
) -> list[HouseholdChange]:
    """The households by which a number of a summary differs: those that came in and those that fell out.

    Raises: as `compare_month`.
    """
    ledger, first, second = _readings(name, division, month, actor, at, before, after)
    if not isinstance(ledger, SummaryLedger):
        return []
    old, new = (_homes(ledger.drill(path, reading, unit)) for reading in (first, second))
    changes = [("in", new - old), ("out", old - new)]
    keys = {home for _, homes in changes for home in homes}
    late = _late(keys, first, second)
    homes = Household.objects.select_related("village").in_bulk(keys)
    mine = set(Household.objects.visible_to(actor).filter(pk__in=keys).values_list("pk", flat=True))
    heads, places = facts.heads(keys, first.on) if keys else {}, Places(division)
    return [
        HouseholdChange(
            sort,
            homes[key],
            heads[key].name if key in heads else "",
            "".join(places.cells(homes[key].village_id, homes[key].group_name)[1:]),
            times,
            late[key],
            key in mine,
        )
        for sort, found in changes
        for key, times in sorted(found.items())
    ]


def label_of(ledger: Ledger, reading: Reading) -> str:
    """'2026年10月结账数（第1版）', '现在看的数', or the moment."""
    sheet = kept_sheet(ledger, reading)
    if sheet:
        return f"{reading.on.year}年{reading.on.month}月结账数（第{sheet.edition.number}版）"
    if reading.known_at is None:
        return "现在看的数"
    return f"{timezone.localtime(reading.known_at):%Y-%m-%d %H:%M} 所知的数"


def _readings(
    name: str, division: Division, month: date, actor: User | None, at: datetime, before: str, after: str
) -> tuple[Ledger, Reading, Reading]:
    on = last_day(month.replace(day=1))
    order = LedgerOrder(division=division, as_of=on, actor=actor, at=at, known=before)
    ledger, first = choose_ledger(name=name, order=order)
    return ledger, first, reading_as(after, division, on, at)


def _content(ledger: Ledger, reading: Reading) -> Content:
    sheet = kept_sheet(ledger, reading)
    return content_of(sheet) if sheet else frozen.live(ledger, reading)


def _masked(ledger: Ledger, content: Content) -> list[tuple[str, list[Cell]]]:
    cells = mask_rows(ledger.columns, (list(row.cells) for row in content.rows))
    return [(row.about, one) for row, one in zip(content.rows, cells, strict=True)]


def _changes(
    old: Content, new: Content, before: list[Cell], after: list[Cell], opens: Collection[tuple[str, ...]] = ()
) -> list[CellChange]:
    """The cells of two rows that differ, by their headings; the running number does not count."""
    then = dict(zip(map(tuple, old.heading.columns), before, strict=False))
    now = dict(zip(map(tuple, new.heading.columns), after, strict=False))
    kinds = {column.path: column.kind for column in LEDGERS[new.heading.ledger].columns}
    return [
        CellChange(
            path, then.get(path), now.get(path), kinds.get(path, "text"), "·".join(path) if path in opens else ""
        )
        for path in dict.fromkeys([*then, *now])
        if path != ("序号",) and not _same(then.get(path), now.get(path), kinds.get(path, "text"))
    ]


def _same(before: Cell, after: Cell, kind: CellKind) -> bool:
    """Whether two cells print alike."""
    if kind == "percent" and isinstance(before, Decimal | float | int) and isinstance(after, Decimal | float | int):
        return round(before, _PERCENT_DIGITS) == round(after, _PERCENT_DIGITS)
    return (before or None) == (after or None)


def _units(ledger: SummaryLedger, division: Division, old: Content, new: Content) -> list[RowChange]:
    opens = set(ledger.opens().values())
    units = in_rows(row.about for row in [*old.rows, *new.rows] if row.about)
    then, now = ({row.about: row.cells for row in one.rows} for one in (old, new))
    found = []
    total = _changes(old, new, old.totals, new.totals, opens)
    if total:
        found.append(RowChange("changed", None, None, "合计", total))
    for about in dict.fromkeys([*then, *now]):
        changes = _changes(old, new, then.get(about, []), now.get(about, []), opens)
        if changes:
            sort = "changed" if about in then and about in now else "in" if about in now else "out"
            unit = units.get(about)
            found.append(RowChange(sort, unit, None, unit.name if unit else division.name, changes))
    return found


def _items(ledger: Ledger, first: Reading, second: Reading, old: Content, new: Content) -> list[RowChange]:
    """Rows that are only in one of the two; two of one household, one on each side, are one that changed."""
    sides = [_masked(ledger, one) for one in (old, new)]
    if old.heading.way != new.heading.way:
        # One was kept when its rows did not say whom they are about.
        sides = [[("", cells) for _, cells in side] for side in sides]
    gone, come = _left_over(*sides)
    uids = {about for about, _ in [*gone, *come] if len(about) > 12}
    homes = {str(home.uid): home for home in Household.objects.filter(uid__in=uids)}
    late = _late({home.pk for home in homes.values()}, first, second)
    heads = facts.heads([home.pk for home in homes.values()], first.on) if homes else {}
    found: list[RowChange] = []
    for about, cells in gone:
        place = next((i for i, (other, _) in enumerate(come) if other == about and about), None)
        after = come.pop(place)[1] if place is not None else []
        found.append(_row("changed" if after else "out", about, _changes(old, new, cells, after), homes, heads, late))
    for about, cells in come:
        found.append(_row("in", about, _changes(old, new, [], cells), homes, heads, late))
    return found


def _row(
    sort: str, about: str, cells: list[CellChange], homes: dict[str, Household], heads: Any, late: Any
) -> RowChange:
    home = homes.get(about)
    if home is None:
        return RowChange(sort, None, None, "", cells)
    head = heads.get(home.pk)
    return RowChange(sort, None, home, head.name if head else home.number, cells, late[home.pk])


def _left_over(
    old: list[tuple[str, list[Cell]]], new: list[tuple[str, list[Cell]]]
) -> tuple[list[tuple[str, list[Cell]]], list[tuple[str, list[Cell]]]]:
    """The rows of each side that the other has not, whatever their running numbers."""

    def key(row: tuple[str, list[Cell]]) -> tuple[Any, ...]:
        return (row[0], *(cell or None for cell in row[1][1:]))

    return _without(old, Counter(map(key, new)), key), _without(new, Counter(map(key, old)), key)


def _without(rows: list[tuple[str, list[Cell]]], others: Counter[Any], key: Any) -> list[tuple[str, list[Cell]]]:
    left = []
    for row in rows:
        if others[key(row)]:
            others[key(row)] -= 1
        else:
            left.append(row)
    return left


def _homes(found: list[Behind]) -> Counter[int]:
    """The households behind a number, and how many of its rows are about each."""
    homes: Counter[int] = Counter()
    for behind in found:
        if behind.source.household:
            homes.update(behind.rows.order_by().values_list(f"{behind.source.household}_id", flat=True))
    return homes


def _late(keys: set[int], first: Reading, second: Reading) -> Any:
    """What was recorded between the two knowledges, whichever is the older."""
    moments = [reading.known_at for reading in (first, second)]
    known = sorted(moment for moment in moments if moment is not None)
    if not keys or not known:
        return late_events([], first.on, first.known_at or second.known_at or datetime.now().astimezone())
    return late_events(keys, first.on, known[0], known[1] if len(known) == 2 else None)
