"""Seeing a registered person's whole number, and finding him by it; both are kept (accounts.services.view_log)."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from accounts.crypto import blind_index
from accounts.errors import OutOfScope, Refused
from accounts.models import User
from accounts.services import view_log
from accounts.services.view_log import FIELDS, PURPOSES, Field
from households.models import FormerNumber, Household, Membership, Person
from sheets.faults import CellFault
from sheets.ids import clean_id

__all__ = ["FIELDS", "PURPOSES", "find_by_number", "reveal_household_phone", "reveal_person"]


def reveal_person(
    *, person: Person, field: Field, purpose: str, actor: User, at: datetime, address: str | None = None
) -> str:
    """The whole resident number or phone of one person whom the actor may see.

    Raises: Refused, TooMany, OutOfScope, Forbidden as `accounts.services.view_log.reveal`.
    """
    row = (
        Membership.objects.visible_to(actor)
        .latest_each()
        .select_related("household")
        .filter(person=person)
        .order_by("-id")
        .first()
    )
    if row is None:
        raise OutOfScope
    return _reveal(person, row.household, field, purpose, actor, at, address)


def reveal_household_phone(
    *, household: Household, purpose: str, actor: User, at: datetime, address: str | None = None
) -> str:
    """The whole phone number of a household."""
    return _reveal(household, household, "phone", purpose, actor, at, address)


def _reveal(
    target: Person | Household,
    household: Household,
    field: Field,
    purpose: str,
    actor: User,
    at: datetime,
    address: str | None,
) -> str:
    return view_log.reveal(
        target=target,
        field=field,
        purpose=purpose,
        code=household.village_id,
        helper_id=household.helper_id,
        actor=actor,
        at=at,
        address=address,
    )


def find_by_number(*, id_number: str, actor: User, at: datetime, address: str | None = None) -> Household | None:
    """The household, among those that the actor may see, of whoever has or had this number; None for all others alike.

    Raises: Refused for what is no resident number; TooMany beyond the hour's quota.
    """
    try:
        number = clean_id(id_number, timezone.localdate(at))
    except CellFault as fault:
        raise Refused(fault.message, field="id_number", code=fault.code) from fault
    index = blind_index("id_number", number)
    former = FormerNumber.objects.filter(id_index=index).values("person_id")
    persons = Person.objects.filter(id_index=index) | Person.objects.filter(pk__in=former)
    row = (
        Membership.objects.visible_to(actor)
        .latest_each()
        .select_related("household")
        .filter(person__in=persons)
        .order_by("-id")
        .first()
    )
    found = row.household if row else None
    view_log.note_search(found=found, actor=actor, at=at, address=address)
    return found
