"""Who may change the register by hand."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Post, Role, User
from accounts.permissions import add_rights, require
from households.models import Household

RECORD = "households.record_change"
CANCEL = "households.cancel"
DECIDE = "households.decide_proposal"
IMPORT_REGISTER = "households.import_register"

_OFFICES = frozenset({Role.TOWNSHIP_STAFF, Role.TOWNSHIP_LEADER, Role.COUNTY_BUREAU})
add_rights({RECORD: _OFFICES | {Role.VILLAGE_CADRE}, DECIDE: _OFFICES | {Role.VILLAGE_CADRE}, CANCEL: _OFFICES})
add_rights({IMPORT_REGISTER: frozenset({Role.COUNTY_BUREAU})}, system=frozenset({IMPORT_REGISTER}))


def require_for(*, actor: User, household: Household, right: str, at: datetime) -> Post:
    """The post that gives `actor` the right for this household. Raises: OutOfScope or Forbidden."""
    return require(actor=actor, right=right, code=household.village_id, at=at, helper_id=household.helper_id)
