"""What a user may see: the union of his current posts, as ranges of division codes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from accounts.models.post import Post, Role

if TYPE_CHECKING:
    from accounts.models import Division, User

# Roles whose post opens the households of its place. A liaison sees only his feeds, a helper only his households,
# an administrator people and settings.
AREA_ROLES = frozenset(
    {Role.VILLAGE_CADRE, Role.TOWNSHIP_STAFF, Role.TOWNSHIP_LEADER, Role.COUNTY_BUREAU, Role.AUDITOR}
)


@dataclass(frozen=True)
class Scope:
    """The posts of one user on one day. Empty posts match nothing."""

    posts: tuple[Post, ...]
    user_id: int | None = None

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(post.role for post in self.posts)

    @property
    def sees_households(self) -> bool:
        """Whether there are households for him: those of his places, or those that he helps."""
        return bool(self.roles & (AREA_ROLES | {Role.HELPER}))

    @property
    def departments(self) -> frozenset[str]:
        return frozenset(post.department for post in self.posts if post.department)

    def area_posts(self) -> list[Post]:
        return [post for post in self.posts if post.role in AREA_ROLES]

    def q(self, field: str, helper: str = "") -> Q:
        """Rows whose division code in `field` lies in one of the user's areas, and, for a responsible helper, those
        that carry his id in `helper`; matches nothing without either."""
        condition = Q(pk__in=[])
        if helper and Role.HELPER in self.roles:
            condition |= Q(**{helper: self.user_id})
        for post in self.area_posts():
            low, high = post.division.code_range
            condition |= Q(**{f"{field}__gte": low, f"{field}__lt": high})
        return condition

    def covers(self, code: str) -> bool:
        return any(post.division.contains(code) for post in self.area_posts())

    def holds(self, roles: frozenset[str] | set[str], code: str) -> Post | None:
        """The post that gives one of `roles` over the place with `code`, if any."""
        return next((p for p in self.posts if p.role in roles and p.division.contains(code)), None)


_held: ContextVar[dict[tuple[int, date], Scope] | None] = ContextVar("held", default=None)


@contextmanager
def held_scopes() -> Iterator[None]:
    """Within, each user's scope is read once: for one request, which asks for it at every check and every list."""
    token = _held.set({})
    try:
        yield
    finally:
        _held.reset(token)


@contextmanager
def holding_only(post: Post, day: date) -> Iterator[Scope]:
    """Within, the post's person holds that post and no other: for a reading of what goes with it."""
    scope = Scope((post,), post.user_id)
    alone = {(post.user_id, each): scope for each in (day, timezone.localdate())}
    token = _held.set({**(_held.get() or {}), **alone})
    try:
        yield scope
    finally:
        _held.reset(token)


def scope_of(user: User, on: date | None = None) -> Scope:
    """Scope of `user` on a day (today in China when not given); nobody signed in and inactive users have none."""
    if not getattr(user, "is_active", False) or user.pk is None:
        return Scope(())
    day, held = on or timezone.localdate(), _held.get()
    if held is None:
        return _read_scope(user, day)
    if (user.pk, day) not in held:
        held[user.pk, day] = _read_scope(user, day)
    return held[user.pk, day]


def _read_scope(user: User, day: date) -> Scope:
    return Scope(tuple(Post.objects.filter(user=user).current(day).select_related("division")), user.pk)


def in_division(field: str, division: Division) -> Q:
    """Rows whose division code in `field` lies in `division`'s subtree."""
    low, high = division.code_range
    return Q(**{f"{field}__gte": low, f"{field}__lt": high})
