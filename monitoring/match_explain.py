"""What a hit keeps so that it can be explained without the program: sources, rows as received, whom they met, sums.

Rows lie encrypted in blocks, so they are gathered for all hits of a run in one pass through each file, not hit by hit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from households.models import Person, RegisterBatch
from monitoring.evidence import EvidenceReader, Sheet
from monitoring.feeds import FEEDS
from monitoring.match_frames import County
from monitoring.matching import Fired
from monitoring.models import FeedBatch, FeedRow
from monitoring.rules import RULES_BY_NAME, Case, Explanation, Rule
from sheets.clean import Cell, mask_id, scrub, text, tidy_id

CHUNK = 5_000
_encode = json.JSONEncoder(ensure_ascii=False).encode


class Row(NamedTuple):
    """The columns of a row that its evidence is made of, and of the person whom it met."""

    pk: int
    batch_id: int
    position: int
    sheet: str
    row: int
    person_id: int
    name_differs: bool
    happened_on: date | None
    amount: int | None
    facts: str
    digest: Any
    person__uid: UUID
    person__name: str
    person__id_sealed: Any


@dataclass(frozen=True)
class Piece:
    """One row of evidence: what the sentence needs, and the JSON text that the hit keeps of it."""

    person: int
    values: dict[str, Any]
    kept: str


@dataclass(frozen=True)
class Story:
    """Everything that a hit says for itself. `person` is the one that most of it is about, `evidence` sealed later."""

    explanation: Explanation
    parameters: dict[str, dict[str, str]]
    evidence: str
    person: int | None


def in_chunks(items: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """Lists of at most `size`, in order."""
    source = iter(items)
    while chunk := list(islice(source, size)):
        yield chunk


def rows_behind(keys: Iterable[int]) -> dict[int, Row]:
    """The rows with these keys."""
    found: dict[int, Row] = {}
    for chunk in in_chunks(sorted(set(keys))):
        rows = map(Row._make, FeedRow.objects.filter(pk__in=chunk).order_by().values_list(*Row._fields))
        found |= {row.pk: row for row in rows}
    return found


class Library:
    """The evidence of many firings, gathered beforehand from the `rows` behind them; `story` gives each its own."""

    def __init__(self, county: County, rows: Mapping[int, Row], beat: Callable[[], None]) -> None:
        self._county = county
        self._rows = rows
        self._beat = beat
        self._pieces: dict[int, Piece] = {}
        self._parameters: dict[tuple[str, int], dict[str, dict[str, str]]] = {}
        self._register = _register_source()

    def gather(self, firings: Iterable[Fired]) -> None:
        """Read all rows of these firings that are not here yet."""
        missing = {row for fired in firings for row in fired.rows} - self._pieces.keys()
        if not missing:
            return
        by_batch: dict[int, list[Row]] = {}
        for key in sorted(missing):  # which is the order of the batches, and of the positions in each
            row = self._rows[key]
            by_batch.setdefault(row.batch_id, []).append(row)
        batches = FeedBatch.objects.select_related("file").in_bulk(list(by_batch))
        for number, rows in by_batch.items():
            self._read(batches[number], rows)
            self._beat()

    def _read(self, batch: FeedBatch, rows: list[Row]) -> None:
        source = _Source(batch)
        with EvidenceReader(batch) as reader:
            for chunk in in_chunks(rows):
                received = reader.rows(row.position for row in chunk)
                for row in chunk:
                    kept = source.kept(row, *received[row.position]) | {"person": self._person(row)}
                    self._pieces[row.pk] = Piece(row.person_id, _values(row), _encode(kept))

    def _person(self, row: Row) -> dict[str, str]:
        """Name, masked number and household of the registered person."""
        number: Any = Person.id_number
        masked = mask_id(number.opened(row.person__uid, row.person__id_sealed))
        household = self._county.roll.of(int(self._county.home[row.person_id]), "number")
        return {"name": row.person__name, "number": masked, "household": str(household)}

    def story(self, fired: Fired) -> Story:
        """The explanation of one firing."""
        rule = RULES_BY_NAME[fired.rule]
        pieces = [self._pieces[row] for row in fired.rows] if fired.rows else []
        pieces.sort(key=lambda piece: piece.values["order"])
        blank = dict.fromkeys(rule.facts + rule.numbers)
        context = self._county.context_of(fired.household)
        supported = bool(self._county.roll.of(fired.household, "supported"))
        values = [blank | piece.values for piece in pieces]
        return Story(
            rule.explain(Case(values, fired.figure, supported, context)),
            self._settings(rule, self._county.roll.of(fired.household, "area")),
            f"[{','.join(piece.kept for piece in pieces) or self._of_register(fired)}]",
            _weightiest(pieces),
        )

    def _settings(self, rule: Rule, area: int) -> dict[str, dict[str, str]]:
        """The values of the rule's parameters in an area; one object for all stories, which nobody changes."""
        if (rule.name, area) not in self._parameters:
            settings = self._county.settings[area]
            self._parameters[rule.name, area] = {key: settings[key].as_json() for key in rule.parameters}
        return self._parameters[rule.name, area]

    def _of_register(self, fired: Fired) -> str:
        number = str(self._county.roll.of(fired.household, "number"))
        received = {"户编号": number, "人均纯收入": str(fired.figure)}
        kept = {"feed": "register", "title": "农户档案", **self._register, "received": received}
        return _encode(kept)


def _weightiest(pieces: Sequence[Piece]) -> int | None:
    """The person with the greatest sum, or with most rows where nothing is summed; None for register evidence."""
    weights: dict[int, int] = {}
    for piece in pieces:
        weights[piece.person] = weights.get(piece.person, 0) + (piece.values["amount"] or 1)
    return max(weights, key=lambda person: weights[person]) if weights else None


def _values(row: Row) -> dict[str, Any]:
    facts = json.loads(row.facts) if row.facts else {}
    order = (row.happened_on.isoformat() if row.happened_on else "", row.batch_id, row.position)
    return {"on": row.happened_on, "amount": row.amount, "order": order, **facts}


class _Source:
    """Where the rows of one batch are from."""

    def __init__(self, batch: FeedBatch) -> None:
        self._feed = FEEDS[batch.feed]
        self._told = {
            "feed": batch.feed,
            "title": self._feed.title,
            "department": self._feed.department_label,
            "period": f"{batch.period:%Y-%m}",
            "file": batch.file.name,
            "sha256": batch.file.sha256,
        }
        self._names: dict[str, list[tuple[str, bool]]] = {}
        self._shown: dict[str, str] = {}

    def kept(self, row: Row, sheet: Sheet, cells: Sequence[Any]) -> dict[str, Any]:
        """What a hit keeps of a row, but for the person."""
        received = self._received(sheet, cells)
        place = {"sheet": row.sheet, "row": row.row}
        return {**self._told, **place, "received": received, "name_differs": row.name_differs}

    def _received(self, sheet: Sheet, cells: Sequence[Any]) -> dict[str, str]:
        """The cells by their headings as written; resident numbers masked wherever they stand."""
        names = self._names_of(sheet)
        names += [("", False)] * (len(cells) - len(names))
        shown: dict[str, str] = {}
        for place, ((heading, is_number), cell) in enumerate(zip(names, cells, strict=False)):
            written = mask_id(tidy_id(cell)) if is_number else self._written(cell)
            if not heading and not written:
                continue
            name = heading or f"列{place + 1}"
            name = f"{name}（列{place + 1}）" if name in shown else name
            shown[name] = written
        return shown

    def _written(self, cell: Cell) -> str:
        """The text of a cell, scrubbed; departments repeat the same few words, so each is done once."""
        if type(cell) is not str:
            return scrub(text(cell))
        known = self._shown.get(cell)
        if known is None:
            known = self._shown[cell] = scrub(text(cell))
        return known

    def _names_of(self, sheet: Sheet) -> list[tuple[str, bool]]:
        """The sheet's headings, and whether resident numbers stand under them."""
        if sheet.name not in self._names:
            numbers = {sheet.found.get(column.name) for column in self._feed.layout() if column.kind == "id"}
            self._names[sheet.name] = [(heading, place in numbers) for place, heading in enumerate(sheet.headings)]
        return self._names[sheet.name]


def _register_source() -> dict[str, str]:
    """The latest file of the register, from which its values are."""
    batch = RegisterBatch.objects.filter(state=RegisterBatch.State.DONE).select_related("file").first()
    return {"file": batch.file.name, "sha256": batch.file.sha256} if batch is not None else {}
