"""Who may plan and record help. A responsible helper may for the households that carry his name, the others by place."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from accounts.errors import Forbidden
from accounts.models import Post, Role, User
from accounts.permissions import PERMISSIONS, add_rights, require
from accounts.scope import scope_of
from households.models import Household

PLAN = "assistance.plan"
DELIVER = "assistance.deliver"
EDIT_CATALOGUE = "assistance.edit_catalogue"

_WRITERS = frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_STAFF, Role.TOWNSHIP_LEADER, Role.COUNTY_BUREAU, Role.HELPER})
add_rights({PLAN: _WRITERS, DELIVER: _WRITERS, EDIT_CATALOGUE: frozenset({Role.COUNTY_BUREAU})})


def require_for(*, actor: User, household: Household, right: str, at: datetime) -> Post:
    """The post that gives `actor` the right for this household. OutOfScope or Forbidden otherwise."""
    return require(actor=actor, right=right, code=household.village_id, at=at, helper_id=household.helper_id)


def require_catalogue(*, actor: User, at: datetime) -> None:
    """The catalogue is one for the whole installation, so the right is asked without a place. Forbidden otherwise."""
    if not scope_of(actor, timezone.localdate(at)).roles & PERMISSIONS[EDIT_CATALOGUE]:
        raise Forbidden("措施目录由县级主管部门维护，你的岗位没有这项权限。")
