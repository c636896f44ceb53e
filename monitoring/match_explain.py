"""What a hit keeps so that it can be explained without the program: sources, rows as received, whom they met, sums.

Rows lie encrypted in blocks, so they are gathered for all hits of a run in one pass through each file, not hit by hit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from households.models import Person, RegisterBatch
from monitoring.evidence import EvidenceReader, Sheet
from monitoring.feeds import FEEDS
from monitoring.match_frames import County
from monitoring.matching import Fired
from monitoring.models import FeedBatch, FeedRow
from monitoring.rules import RULES_BY_NAME, Case, Explanation
from sheets.clean import mask_id, scrub, text, tidy_id

CHUNK = 5_000


class _Row(NamedTuple):
    """The columns of a row that its evidence is made of."""

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


def digests_of(rows: Iterable[int]) -> dict[int, str]:
    """Evidence keys of rows: their digests in hex."""
    found: dict[int, str] = {}
    for chunk in in_chunks(sorted(set(rows))):
        for row, digest in FeedRow.objects.filter(pk__in=chunk).values_list("pk", "digest"):
            found[row] = bytes(digest).hex()
    return found


class Library:
    """The evidence of many firings, gathered beforehand; `story` gives each its own."""

    def __init__(self, county: County, beat: Callable[[], None]) -> None:
        self._county = county
        self._beat = beat
        self._pieces: dict[int, Piece] = {}
        self._register = _register_source()

    def gather(self, firings: Iterable[Fired]) -> None:
        """Read all rows of these firings that are not here yet."""
        missing = {row for fired in firings for row in fired.rows} - self._pieces.keys()
        by_batch: dict[int, list[_Row]] = {}
        for chunk in in_chunks(sorted(missing)):
            for found in FeedRow.objects.filter(pk__in=chunk).order_by().values_list(*_Row._fields):
                row = _Row(*found)
                by_batch.setdefault(row.batch_id, []).append(row)
            self._beat()
        batches = FeedBatch.objects.select_related("file").in_bulk(list(by_batch))
        for number, rows in sorted(by_batch.items()):
            self._read(batches[number], sorted(rows, key=lambda row: row.position))
            self._beat()

    def _read(self, batch: FeedBatch, rows: list[_Row]) -> None:
        source = _Source(batch)
        with EvidenceReader(batch) as reader:
            for chunk in in_chunks(rows):
                people = _people(row.person_id for row in chunk)
                received = reader.rows(row.position for row in chunk)
                for row in chunk:
                    person = people[row.person_id] | self._home(row.person_id)
                    kept = source.kept(row, *received[row.position]) | {"person": person}
                    self._pieces[row.pk] = Piece(row.person_id, _values(row), json.dumps(kept, ensure_ascii=False))

    def _home(self, person: int) -> dict[str, str]:
        return {"household": str(self._county.roll.of(int(self._county.home[person]), "number"))}

    def story(self, fired: Fired) -> Story:
        """The explanation of one firing."""
        rule = RULES_BY_NAME[fired.rule]
        pieces = [self._pieces[row] for row in fired.rows] if fired.rows else []
        pieces.sort(key=lambda piece: piece.values["order"])
        blank = dict.fromkeys(rule.facts + rule.numbers)
        context = self._county.context_of(fired.household)
        supported = bool(self._county.roll.of(fired.household, "supported"))
        values = [blank | piece.values for piece in pieces]
        settings = self._county.settings_of(fired.household)
        return Story(
            rule.explain(Case(values, fired.figure, supported, context)),
            {key: settings[key].as_json() for key in rule.parameters},
            f"[{','.join(piece.kept for piece in pieces) or self._of_register(fired)}]",
            _weightiest(pieces),
        )

    def _of_register(self, fired: Fired) -> str:
        number = str(self._county.roll.of(fired.household, "number"))
        received = {"户编号": number, "人均纯收入": str(fired.figure)}
        kept = {"feed": "register", "title": "农户档案", **self._register, "received": received}
        return json.dumps(kept, ensure_ascii=False)


def _weightiest(pieces: Sequence[Piece]) -> int | None:
    """The person with the greatest sum, or with most rows where nothing is summed; None for register evidence."""
    weights: dict[int, int] = {}
    for piece in pieces:
        weights[piece.person] = weights.get(piece.person, 0) + (piece.values["amount"] or 1)
    return max(weights, key=lambda person: weights[person]) if weights else None


def _values(row: _Row) -> dict[str, Any]:
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

    def kept(self, row: _Row, sheet: Sheet, cells: Sequence[Any]) -> dict[str, Any]:
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
            written = text(cell)
            if not heading and not written:
                continue
            name = heading or f"列{place + 1}"
            name = f"{name}（列{place + 1}）" if name in shown else name
            shown[name] = mask_id(tidy_id(cell)) if is_number else scrub(written)
        return shown

    def _names_of(self, sheet: Sheet) -> list[tuple[str, bool]]:
        """The sheet's headings, and whether resident numbers stand under them."""
        if sheet.name not in self._names:
            numbers = {sheet.found.get(column.name) for column in self._feed.layout() if column.kind == "id"}
            self._names[sheet.name] = [(heading, place in numbers) for place, heading in enumerate(sheet.headings)]
        return self._names[sheet.name]


def _people(persons: Iterable[int]) -> dict[int, dict[str, str]]:
    """Name and masked number of registered persons by id."""
    found = Person.objects.filter(pk__in=set(persons)).values_list("pk", "uid", "name", "id_sealed")
    number: Any = Person.id_number
    return {pk: {"name": name, "number": mask_id(number.opened(uid, blob))} for pk, uid, name, blob in found}


def _register_source() -> dict[str, str]:
    """The latest file of the register, from which its values are."""
    batch = RegisterBatch.objects.filter(state=RegisterBatch.State.DONE).select_related("file").first()
    return {"file": batch.file.name, "sha256": batch.file.sha256} if batch is not None else {}
