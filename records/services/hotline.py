"""A petition or call that becomes a clue, and is tied to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.errors import Conflict, OutOfScope
from accounts.models import User
from accounts.services.audit import record
from households.models import Household
from monitoring.models import Clue
from monitoring.services.clues import open_clue
from records.books import BOOKS
from records.models import HotlineCase
from records.services.book_lock import hold_book
from records.services.book_store import Pages, Writer, line_with
from records.versions import corrected


@transaction.atomic
def open_hotline_clue(*, line: UUID, seen: UUID, household: Household, risk: str, actor: User, at: datetime) -> Clue:
    """Register the case as a clue about a household, by the channel of petitions and calls; the case says so then.

    Whoever may register clues for the household may do it; writing in the book takes no right of its own here.

    Raises:
        OutOfScope, Forbidden: not his to see, or not his to register.
        Conflict: the case is a clue already, or somebody has changed it meanwhile.
        Refused: see `open_clue`.
    """
    book = BOOKS["hotline_cases"]
    row: Any = HotlineCase.objects.visible_to(actor).filter(line=line).order_by("-pk").first()
    if row is None:
        raise OutOfScope
    hold_book(book)
    found = line_with(book, line)
    there = HotlineCase.objects.standing().filter(line=line, uid=seen).first()
    if found is None or there is None:
        raise Conflict("这件刚被别人改过，请刷新后核对再办。")
    if any(version.values["clue_id"] for version in found.versions):
        raise Conflict("这件已经转为线索，请刷新。")
    clue = open_clue(
        household=household,
        risk=risk,
        channel=Clue.Channel.HOTLINE,
        received_on=found.versions[0].from_on,
        content=f"{there.number}：{there.appeal}",
        department=book.department,
        actor=actor,
        at=at,
    )
    last = found.versions[-1]
    tied = replace(last, values={**last.values, "clue_id": clue.pk, "household": household.pk})
    pages = Pages(book, Writer(actor, at, f"转为线索 {clue.number}"))
    pages.turn(found, corrected(found.versions, last, tied))
    pages.write()
    record(actor=actor, at=at, action="record.made_clue", target=clue, detail={"line": str(line)})
    return clue
