"""Who may plan and record help. A responsible helper may for the households that carry his name, the others by place."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Post, Role, User
from accounts.permissions import add_rights, require, require_somewhere
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
    words = "措施目录由县级主管部门维护，你的岗位没有这项权限。"
    require_somewhere(actor=actor, right=EDIT_CATALOGUE, at=at, words=words)
