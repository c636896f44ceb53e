"""Reading editions: the sheet of a place as it was closed, and whether it is still what was put away."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from datetime import date, datetime

from accounts.errors import Refused
from accounts.models import Division, StoredFile, User
from accounts.services.files import open_file
from reports import frozen
from reports.asof.editions import last_edition
from reports.ledgers import LEDGERS, Ledger
from reports.ledgers.base import Reading
from reports.models import Edition, EditionSheet
from sheets.text import Cell

_DIGITS = re.compile(r"[0-9A-Fa-f]")
SHORT = 16
Figures = dict[str, dict[tuple[str, ...], Cell]]


def sheet_of(
    ledger: str, division: Division, as_of: date, *, edition: Edition | None = None, known_at: datetime | None = None
) -> EditionSheet | None:
    """The sheet of a ledger and place as closed: of this edition, else of the last one of the month that ends on the
    day (known by a moment); None where that month is not closed or the day is not its last."""
    found = edition or last_edition(division, as_of, known_at)
    if found is None or found.as_of != as_of:
        return None
    sheets = EditionSheet.objects.filter(edition=found, ledger=ledger, division=division)
    return sheets.select_related("edition", "division", "file").first()


def content_of(sheet: EditionSheet) -> frozen.Content:
    """What is kept of a sheet.

    Raises:
        Refused: the kept content is missing or damaged.
    """
    try:
        with open_file(sheet.file) as source:
            return frozen.read(source, sheet.division_id)
    except (OSError, ValueError, EOFError, KeyError, zlib.error) as error:
        raise Refused(
            f"{sheet.edition} {sheet.ledger} 的封存内容读不出来，请从备份恢复。", code="content_damaged"
        ) from error


def closed_figures(ledger: Ledger, reading: Reading) -> Figures:
    """What the sheet of the month before closed with, by unit and heading; nothing where that month is not closed."""
    sheet = sheet_of(ledger.code, reading.division, reading.opening, known_at=reading.known_at)
    if sheet is None:
        return {}
    content = content_of(sheet)
    paths = [tuple(path) for path in content.heading.columns]
    return {row.about: dict(zip(paths, row.cells, strict=True)) for row in content.rows}


@dataclass(frozen=True)
class Checked:
    """A sheet that a hash names, and whether what is kept still has that hash."""

    sheet: EditionSheet
    intact: bool

    @property
    def title(self) -> str:
        return LEDGERS[self.sheet.ledger].title if self.sheet.ledger in LEDGERS else self.sheet.title


def check_hash(*, written: str, actor: User) -> Checked | None:
    """What a printed or scanned hash names among the sheets of the actor's places; None where it names none.

    Raises:
        Refused: it is not a hash: too short, or other characters.
    """
    digits = "".join(_DIGITS.findall(written.rpartition("hash=")[2])).lower()
    if len(digits) < SHORT or len(digits) > 64 or re.search(r"[^0-9A-Fa-f\s\-—–:：]", written.rpartition("hash=")[2]):
        raise Refused(
            "校验码看不懂，请照台账上印的输入，如 A1B2-C3D4-E5F6-0718（16 位，数字和 A 到 F）。", field="hash"
        )
    sheets = EditionSheet.objects.visible_to(actor).filter(sha256__startswith=digits)
    sheet = sheets.select_related("edition__county", "edition__closed_by", "division", "file").first()
    return Checked(sheet, is_intact(sheet)) if sheet else None


def is_intact(sheet: EditionSheet) -> bool:
    """Whether the kept content of a sheet still has its hash."""
    return _hashes(sheet.file, {sheet.division_id}).get(sheet.division_id) == sheet.sha256


def broken_sheets(edition: Edition) -> list[EditionSheet]:
    """The sheets of an edition whose kept content has not their hash any more, or is not there."""
    broken: list[EditionSheet] = []
    for file in StoredFile.objects.filter(pk__in=edition.sheets.values("file")).order_by("pk"):
        sheets = list(edition.sheets.filter(file=file).select_related("division", "edition"))
        now = _hashes(file, {sheet.division_id for sheet in sheets})
        broken += [sheet for sheet in sheets if now.get(sheet.division_id) != sheet.sha256]
    return broken


def _hashes(file: StoredFile, codes: set[str]) -> dict[str, str]:
    try:
        with open_file(file) as source:
            return frozen.hashes(source, codes)
    except (Refused, OSError, ValueError, EOFError, KeyError, zlib.error):
        return {}
