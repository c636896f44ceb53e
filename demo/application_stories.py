"""Farmers who apply for themselves by their village's poster: one whom the register knows, one to be looked for."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import NAMESPACE_OID, uuid5

from demo.stage import Story
from households.models import Household
from monitoring.services.applications import link_waiting, submit_application
from sheets.ids import checksum

_PHONE = "15400002761"


def applied(household: Household, at: datetime, *, known: bool) -> Story:
    """An application; the program links it where the number is known, else it waits in the inbox of the village."""
    at = yield at
    head = household.memberships.heads().current().get().person
    content = {
        "name": head.name,
        "id_number": head.id_number if known else _unregistered(head.birth_year),
        "phone": _PHONE,
        "place": household.group_name,
        "difficulty": "因病" if known else "因务工就业不稳",
        "words": "上个月住院，自己付了一万多" if known else "在外面的活停了，两个月没有收入",
        "consent": True,
    }
    uid = uuid5(NAMESPACE_OID, household.number)
    submit_application(village=household.village, uid=uid, content=content, at=at)
    at = yield at + timedelta(minutes=1)
    link_waiting(at=at)


def _unregistered(year: int) -> str:
    """A number that begins with 99 and belongs to nobody of the county."""
    body = f"990199{date(year, 6, 1):%Y%m%d}987"
    return body + checksum(body)
