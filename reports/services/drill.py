"""The households behind a printed number: the rows that it counts, told one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accounts.errors import Refused
from accounts.models import Division, User
from households.models import Household
from monitoring.models import Clue
from reports.asof.late import LateEvent, late_events
from reports.boards import BOARDS
from reports.ledgers import LEDGERS, Ledger, facts
from reports.ledgers.base import Reading
from reports.ledgers.i1 import BOARDS as INDICATOR_BOARDS
from reports.ledgers.places import Places
from reports.ledgers.summary import Behind, SummaryLedger
from reports.services.ledgers import LedgerOrder, choose_ledger
from reports.services.rows_behind import page_of
from sheets.clean import scrub

MOST_ROWS = 50
# Households whose persons a line still adds up.
MOST_TERMS = 8


@dataclass(frozen=True)
class Entry:
    """One row behind a number. `open_to_reader` is whether the household lies in his places today; persons are None
    where the number counts no households, the household where the row is about a place. `link` opens the row itself."""

    household: Household | None
    head: str
    place: str
    persons: int | None
    on: date | None
    words: str
    clue: Clue | None
    open_to_reader: bool
    link: str = ""


@dataclass(frozen=True)
class Drill:
    """What lies behind a number: `count` rows (`counted` is their measure word), `persons` in their households, one
    page of them, and the keys of the pages after and before ('' where there is none)."""

    ledger: Ledger
    reading: Reading
    unit: Division | None
    path: tuple[str, ...]
    count: int
    counted: str
    persons: int | None
    entries: list[Entry]
    next_key: str
    previous_key: str

    @property
    def rest(self) -> int:
        """How many rows a first page leaves out."""
        return self.count - len(self.entries)

    @property
    def has_days(self) -> bool:
        return any(entry.on for entry in self.entries)

    @property
    def proof(self) -> str:
        """The sum that the number is: of persons where they are few enough to add up, else how many there are."""
        counts = [entry.persons for entry in self.entries if entry.persons is not None]
        if self.persons is None:
            return f"共 {self.count:,} {self.counted}"
        if not self.rest and 1 < len(counts) <= MOST_TERMS:
            return f"{' ＋ '.join(map(str, counts))} ＝ {self.persons:,} 人，共 {self.count:,} {self.counted}"
        return f"共 {self.count:,} {self.counted} {self.persons:,} 人"

    @property
    def heading(self) -> str:
        """The heading of the number without its 户 or 人."""
        return "·".join(part for part in self.path if part not in ("户", "人"))


def drill(
    *,
    name: str,
    division: Division,
    unit: Division | None,
    path: tuple[str, ...],
    as_of: date | None,
    actor: User,
    at: datetime,
    after: str = "",
    before: str = "",
    most: int = MOST_ROWS,
    known: str = "",
) -> Drill:
    """The rows behind the number under the heading `path` in the row of `unit` (of 合计 where None) of a summary
    or a board.

    Raises:
        Refused: unknown ledger, no such number, a unit that is no row of it. OutOfScope, Forbidden: not his to see.
    """
    order = LedgerOrder(division=division, as_of=as_of, actor=actor, at=at, known=known)
    ledger, reading = choose_ledger(name=name, order=order, among=LEDGERS | BOARDS | INDICATOR_BOARDS)
    found = ledger.drill(path, reading, unit) if isinstance(ledger, SummaryLedger) else []
    if not found or (unit is not None and not division.contains(unit.code)):
        raise Refused("这个数没有可以展开的明细，请从台账上点数字进入。", field="path", code="no_drill")
    page = page_of(found, reading, most, after=after, before=before)
    return Drill(
        ledger=ledger,
        reading=reading,
        unit=unit,
        path=path,
        count=sum(page.counts),
        counted=found[0].source.counted,
        persons=page.persons,
        entries=_entries(page.rows, reading, actor),
        next_key=page.next_key,
        previous_key=page.previous_key,
    )


def _entries(rows: list[tuple[Behind, Any]], reading: Reading, actor: User) -> list[Entry]:
    homes = [_household(behind, row) for behind, row in rows]
    keys = {home.pk for home in homes if home}
    heads = facts.heads(keys, reading.on) if keys else {}
    late = _late(rows, keys, reading)
    mine = set(Household.objects.visible_to(actor).filter(pk__in=keys).values_list("pk", flat=True))
    ends = _names({getattr(row, "elsewhere", "") or "" for _, row in rows})
    places = Places(reading.division)
    entries = []
    for (behind, row), home in zip(rows, homes, strict=True):
        told, head = behind.source.tell(row), heads.get(home.pk) if home else None
        other = ends.get(getattr(row, "elsewhere", "") or "", "")
        words = f"{told.words}（另一端：{other}）" if other else told.words
        if home and (because := late.get(home.pk)):
            words += f"；迟到的录入：{'；'.join(map(str, because))}"
        entries.append(
            Entry(
                household=home,
                head=head.name if head else "",
                place="".join(places.cells(row.place, home.group_name if home else "")[1:]),
                persons=row.n_persons if behind.source.members else None,
                on=told.on,
                words=scrub(words),
                clue=told.clue,
                open_to_reader=home.pk in mine if home else True,
                link=told.link,
            )
        )
    return entries


def _late(rows: list[tuple[Behind, Any]], keys: set[int], reading: Reading) -> dict[int, list[LateEvent]]:
    """Why households stand behind an adjustment: what was recorded about them after the month before was closed."""
    if reading.opened_at is None or not any(behind.source.late for behind, _ in rows):
        return {}
    return late_events(keys, reading.opening, reading.opened_at, reading.known_at)


def _household(behind: Behind, row: Any) -> Household | None:
    if behind.source.household is None:
        return None
    found = row
    for part in filter(None, behind.source.household.split("__")):
        found = getattr(found, part)
    home: Household | None = found
    return home


def _names(codes: set[str]) -> dict[str, str]:
    """The villages of the other ends of moves, with their townships."""
    if not codes - {""}:
        return {}
    rows = Division.objects.filter(code__in=codes).select_related("parent")
    return {row.code: f"{row.parent.name if row.parent else ''}{row.name}" for row in rows}
