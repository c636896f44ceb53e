"""Which knowledge a ledger is read with, and its sheet from the edition where that is the edition's own.

A reading of a closed month's last day with the knowledge of one of its editions *is* that edition: its sheets are taken
from what was put away. How a ledger is wanted is said in one word: '' (as closed where the month is closed, else now),
`now`, `closed`, `v2` (the second edition), or a moment.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.errors import Refused
from accounts.models import Division
from households.models import Household
from reports.asof.editions import last_edition
from reports.frozen import Content
from reports.ledgers import Ledger
from reports.ledgers.base import Body, Line, Reading, Sample
from reports.ledgers.places import beside, in_rows
from reports.models import Edition, EditionSheet
from reports.services.editions import content_of
from sheets.layout import SheetLayout
from sheets.text import Cell

NOW, CLOSED = "now", "closed"
# Digits of a place's code.
_CODE = 12


def reading_as(known: str, division: Division, on: date, at: datetime) -> Reading:
    """The reading of a place and day with the knowledge that a word asks for.

    Raises:
        Refused: a word that means nothing, a month that is not closed, an edition that is not there, a moment to come.
    """
    word = known.strip()
    if word == NOW:
        return Reading(division, on)
    if word in ("", CLOSED):
        return _as_closed(division, on, asked=word == CLOSED)
    if word[:1] == "v" and word[1:].isascii() and word[1:].isdigit() and len(word) < 6:
        edition = Edition.objects.of(division, on).filter(number=int(word[1:])).first()
        if edition is None:
            raise Refused(f"{on.year}年{on.month}月没有第 {word[1:]} 版。", field="known", code="no_edition")
        return Reading(division, on, edition.known_at)
    return Reading(division, on, _moment(word, at))


def _as_closed(division: Division, on: date, *, asked: bool) -> Reading:
    """Only the last day of a closed month is as closed by itself; another day of it where that is asked for."""
    edition = last_edition(division, on)
    if edition is None and asked:
        said = f"{on.year}年{on.month}月还没有结账，没有结账数；要看现在的数，请选“现在看的数”。"
        raise Refused(said, field="known", code="not_closed")
    as_closed = edition is not None and (asked or edition.as_of == on)
    return Reading(division, on, edition.known_at if edition and as_closed else None)


def _moment(word: str, at: datetime) -> datetime:
    try:
        moment = parse_datetime(word.replace(" ", "T", 1))
    except ValueError:
        moment = None
    if moment is None:
        raise Refused(
            f"“{word[:30]}”看不懂，请写 now、closed 或 2026-11-10T09:00 这样的时间。",
            field="known",
            code="known_unknown",
        )
    moment = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
    if moment > at:
        raise Refused("时点还没有到，只能选现在以前。", field="known", code="known_in_future")
    return moment


def kept_sheet(ledger: Ledger, reading: Reading) -> EditionSheet | None:
    """The sheet that the reading is, where it is an edition's."""
    if reading.known_at is None:
        return None
    editions = Edition.objects.of(reading.division, reading.on)
    found = editions.filter(known_at=reading.known_at, as_of=reading.on)
    sheets = EditionSheet.objects.filter(edition__in=found, ledger=ledger.code, division=reading.division)
    return sheets.select_related("edition", "file", "division").first()


def body_of(ledger: Ledger, reading: Reading) -> Body:
    """What is printed: from the edition, else as the ledger reads it."""
    sheet = kept_sheet(ledger, reading)
    if sheet is None:
        return ledger.body(reading)
    content = _fitted(ledger, content_of(sheet))
    return Body(content.totals, (list(row.cells) for row in content.rows))


def sample_of(ledger: Ledger, reading: Reading, most: int) -> Sample:
    """The first rows for a page, with what they are about."""
    sheet = kept_sheet(ledger, reading)
    if sheet is None:
        return ledger.sample(reading, most)
    content = _fitted(ledger, content_of(sheet))
    rows = content.rows[:most]
    about = _meant({row.about for row in rows})
    lines = [Line(list(row.cells), about.get(row.about, reading.division)) for row in rows]
    return Sample(content.totals, lines, sheet.rows)


def _meant(keys: Collection[str]) -> dict[str, Division | Household]:
    """What rows are about by the keys that they were kept with: codes of places, uids of households."""
    uids = [key for key in keys if len(beside(key)[0]) > _CODE]
    homes = {str(home.uid): home for home in Household.objects.filter(uid__in=uids)}
    return {**in_rows(key for key in keys if len(beside(key)[0]) == _CODE), **homes}


def stamp_of(sheet: EditionSheet) -> str:
    """What is printed on every sheet of a closed month: '2026年10月结账 第1版 校验码 A1B2-C3D4-E5F6-0718'."""
    edition = sheet.edition
    return f"{edition.month.year}年{edition.month.month}月结账 第{edition.number}版 校验码 {sheet.code}"


def stamped(layout: SheetLayout, ledger: Ledger, reading: Reading) -> SheetLayout:
    """The layout with the stamp in the line below the title; a layout that nobody may change stays as it is."""
    sheet = kept_sheet(ledger, reading)
    return replace(layout, info=(*layout.info, stamp_of(sheet))) if sheet else layout


def _fitted(ledger: Ledger, content: Content) -> Content:
    """The content under today's columns: a ledger may have got or lost some since."""
    paths = [list(column.path) for column in ledger.columns]
    if paths == content.heading.columns:
        return content
    places = [content.heading.columns.index(path) if path in content.heading.columns else None for path in paths]

    def fit(cells: list[Cell]) -> list[Cell]:
        return [None if place is None else cells[place] for place in places]

    rows = [replace(row, cells=fit(row.cells)) for row in content.rows]
    return replace(content, totals=fit(content.totals) if content.totals else [], rows=rows)
