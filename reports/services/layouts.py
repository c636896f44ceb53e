"""Layouts of ledgers: which one is in force, a changed workbook taken in, put in force from a day, back to the standard."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from accounts.errors import Refused
from accounts.models import Division, User
from accounts.permissions import require
from accounts.services import audit
from accounts.services.files import keep_file
from reports.layouts.declared import Declared, standard
from reports.layouts.judging import Judging
from reports.layouts.shape import Shape, shape_of
from reports.layouts.workbook import write_layout
from reports.ledgers import LEDGERS, Ledger
from reports.ledgers.base import Reading
from reports.models import LayoutTerm, LedgerLayout
from reports.permissions import EDIT_LAYOUTS, EXPORT
from sheets.faults import SheetError
from sheets.form import read_form

LARGEST = 2 * 1024 * 1024
LEVELS = (Division.Level.COUNTY, Division.Level.TOWNSHIP)
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)


def layout_in_force(ledger: str, division: Division, on: date, known_at: datetime | None = None) -> LedgerLayout | None:
    """The layout that a place uses for a ledger on a day, as set by a moment (now where none is given); None for the
    standard one. The most specific place that has set one wins, then the latest day, then the latest entry."""
    terms = LayoutTerm.objects.of(ledger, division).in_force(on, known_at).select_related("layout", "division")
    best = max(terms, key=lambda term: (term.division.level, term.from_on, term.pk), default=None)
    return best.layout if best else None


def shape_in_force(ledger: Ledger, reading: Reading) -> Shape:
    """The ledger as it looks for a reading; further sheets of a ledger, and what is no ledger, look as they always do."""
    if LEDGERS.get(ledger.code) is not ledger:
        return shape_of(ledger, None)
    kept = layout_in_force(ledger.code, reading.division, reading.on, reading.known_at)
    return shape_of(ledger, Declared.of_json(kept.declared) if kept else None)


def current_layout(*, ledger: Ledger, division: Division, on: date, path: Path, actor: User, at: datetime) -> None:
    """Write the layout in force as a workbook to be changed.

    Raises: OutOfScope, Forbidden; Refused where nobody may change the ledger's layout.
    """
    require(actor=actor, right=EXPORT, code=division.code, at=at)
    _changeable(ledger, division, on)
    kept = layout_in_force(ledger.code, division, on)
    declared = Declared.of_json(kept.declared) if kept else standard(ledger)
    write_layout(path, declared, f"{ledger.code}版式")


def upload_layout(
    *, ledger: Ledger, division: Division, path: Path, name: str, actor: User, at: datetime
) -> LedgerLayout:
    """Take in a changed workbook. It is judged whole and kept; it changes nothing until it is put in force.

    Raises:
        Refused: no workbook, or faults in it; `details` names each by its cell. OutOfScope, Forbidden.
    """
    require(actor=actor, right=EDIT_LAYOUTS, code=division.code, at=at)
    _changeable(ledger, division, at.date())
    _has_layouts(division)
    declared = _judged(path, ledger)
    with transaction.atomic():
        file = keep_file(path=path, name=name, actor=actor, at=at)
        kept = LedgerLayout.objects.create(
            ledger=ledger.code,
            division=division,
            declared=declared.as_json(),
            file=file,
            uploaded_by=actor,
            uploaded_at=at,
        )
        audit.record(actor=actor, at=at, action="layout.uploaded", target=kept, detail={"ledger": ledger.code})
    return kept


def _judged(path: Path, ledger: Ledger) -> Declared:
    try:
        form = read_form(path)
    except SheetError as error:
        raise Refused(f"版式没有采用：{error.message}。", field="file", code="bad_layout") from error
    judging = Judging(form, ledger)
    declared = judging.layout()
    if declared is None:
        faults = list(dict.fromkeys(judging.faults))
        raise Refused(f"版式没有采用，有 {len(faults)} 处要改。", field="file", code="bad_layout", details=faults)
    return declared


def enact_layout(*, layout: LedgerLayout, from_on: date, actor: User, at: datetime) -> LayoutTerm:
    """Use a layout in its place from a day on.

    Raises: Refused for a day out of range; OutOfScope, Forbidden.
    """
    return _set(layout.ledger, layout.division, layout, from_on, actor, at)


def restore_standard(*, ledger: Ledger, division: Division, from_on: date, actor: User, at: datetime) -> LayoutTerm:
    """Use the standard layout in a place from a day on. Raises: as `enact_layout`."""
    return _set(ledger.code, division, None, from_on, actor, at)


@transaction.atomic
def _set(
    ledger: str, division: Division, layout: LedgerLayout | None, from_on: date, actor: User, at: datetime
) -> LayoutTerm:
    require(actor=actor, right=EDIT_LAYOUTS, code=division.code, at=at)
    _has_layouts(division)
    if not EARLIEST <= from_on <= LATEST:
        raise Refused(f"启用日期应在 {EARLIEST} 到 {LATEST} 之间。", field="from_on", code="invalid")
    term = LayoutTerm.objects.create(
        ledger=ledger, division=division, layout=layout, from_on=from_on, set_by=actor, recorded_at=at
    )
    detail = {"ledger": ledger, "from_on": from_on.isoformat(), "layout": str(layout.uid) if layout else "standard"}
    audit.record(actor=actor, at=at, action="layout.enacted", target=term, detail=detail)
    return term


def _changeable(ledger: Ledger, division: Division, on: date) -> None:
    """Raises Refused where the ledger's layout is prescribed."""
    if ledger.fixed_layout(Reading(division, on)) is not None:
        raise Refused(f"{ledger.code} 的格式由上级规定，不能改。", field="ledger", code="fixed")


def _has_layouts(division: Division) -> None:
    """Raises Refused where the place is none that has layouts of its own."""
    if division.level not in LEVELS:
        raise Refused("版式按县或乡镇定，村用乡镇的。", field="division", code="level")
