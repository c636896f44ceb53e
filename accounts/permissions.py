"""Who may: the one table of rights and the roles that have them, and the one function that decides.

Every app adds its rights in its own `permissions.py`, which is loaded at start-up. Rights are read from the posts at
each call, so a change of posts takes effect at once. What lies outside a user's places does not exist for him
(`OutOfScope`, 404); what lies inside but is not his to do is `Forbidden` (403); without a post there is nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import overload

from django.utils import timezone

from accounts.errors import Forbidden, OutOfScope
from accounts.models import Post, Role, User
from accounts.scope import AREA_ROLES, Scope, scope_of

PERMISSIONS: dict[str, frozenset[Role]] = {}
# Rights that the program itself, and a person at its shell, has too. No request can be the system: a visitor who
# has not signed in is an AnonymousUser, never None.
SYSTEM_RIGHTS: set[str] = set()


def add_rights(rights: Mapping[str, frozenset[Role]], *, system: frozenset[str] = frozenset()) -> None:
    """Enter an app's rights (`app.verb_noun` → roles) into the table; `system` names those that need no person."""
    PERMISSIONS.update(rights)
    SYSTEM_RIGHTS.update(system)


@overload
def require(
    *, actor: User, right: str, code: str, at: datetime, helper_id: int | None = None, department: str = ""
) -> Post: ...


@overload
def require(
    *, actor: User | None, right: str, code: str, at: datetime, helper_id: int | None = None, department: str = ""
) -> Post | None: ...


def require(
    *,
    actor: User | None,
    right: str,
    code: str,
    at: datetime,
    helper_id: int | None = None,
    department: str = "",
) -> Post | None:
    """The post that gives `actor` the right over the place with this division code; None for the system.

    `helper_id` is the responsible helper of the household that the act is about: a helper's post counts for his own
    households only. `department` is the owner of the feed in question: a liaison's post counts for his own only.

    Raises:
        OutOfScope: the object is not his to see.
        Forbidden: it is, but none of his posts gives the right.
    """
    roles = PERMISSIONS[right]
    if actor is None:
        if right not in SYSTEM_RIGHTS:
            raise Forbidden("这件事必须由本人登录后办理。")
        return None
    posts = _posts_that_see(scope_of(actor, timezone.localdate(at)), code, roles, helper_id, department)
    if not posts:
        raise OutOfScope
    post = next((post for post in posts if post.role in roles), None)
    if post is None:
        raise Forbidden(f"你的岗位没有这项权限，请交由{_names(roles)}办理。")
    return post


def may(
    *, actor: User, right: str, code: str, at: datetime, helper_id: int | None = None, department: str = ""
) -> bool:
    """Whether `require` would give a post; for buttons."""
    try:
        require(actor=actor, right=right, code=code, at=at, helper_id=helper_id, department=department)
    except (Forbidden, OutOfScope):
        return False
    return True


def require_somewhere(*, actor: User, right: str, at: datetime, words: str = "") -> None:
    """Forbidden, in these words, unless one of his posts gives the right in some place; for forms that ask for the place,
    and for what is one for the whole installation."""
    if not scope_of(actor, timezone.localdate(at)).roles & PERMISSIONS[right]:
        raise Forbidden(words or f"你的岗位没有这项权限，请交由{_names(PERMISSIONS[right])}办理。")


def _posts_that_see(
    scope: Scope, code: str, roles: frozenset[Role], helper_id: int | None, department: str
) -> list[Post]:
    """The posts through which the object is in scope at all, whatever they may do with it."""
    return [
        post
        for post in scope.posts
        if (post.role == Role.HELPER and helper_id is not None and helper_id == scope.user_id)
        or (post.division.contains(code) and (post.role in AREA_ROLES or _sees(post, roles, department)))
    ]


def _sees(post: Post, roles: frozenset[Role], department: str) -> bool:
    """A liaison sees his department's feeds; an administrator sees people and settings, which his rights name."""
    if post.role == Role.LIAISON:
        return post.department == department
    return post.role == Role.ADMINISTRATOR and Role.ADMINISTRATOR in roles


def _names(roles: frozenset[Role]) -> str:
    return "、".join(role.label for role in Role if role in roles)


# --- the rights of this app ---

add_rights(
    {
        "accounts.view_users": frozenset({Role.ADMINISTRATOR, Role.COUNTY_BUREAU, Role.AUDITOR}),
        "accounts.manage_users": frozenset({Role.ADMINISTRATOR}),
        "accounts.load_divisions": frozenset({Role.ADMINISTRATOR}),
        "accounts.view_audit": frozenset({Role.AUDITOR}),
        "accounts.reveal": AREA_ROLES | {Role.HELPER},
    },
    system=frozenset({"accounts.manage_users", "accounts.load_divisions"}),
)
