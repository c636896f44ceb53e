"""Named filters of people and places."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from accounts.models import AuditEvent, Division, Post, User  # noqa: F401  (named in strings)


class DivisionQuerySet(models.QuerySet["Division"]):
    def within(self, division: Division) -> Self:
        """The place itself and everything below it."""
        low, high = division.code_range
        return self.filter(code__gte=low, code__lt=high)

    def visible_to(self, user: User) -> Self:
        from accounts.scope import scope_of

        return self.filter(scope_of(user).q("code"))

    def in_charge(self, user: User, roles: Collection[str]) -> Self:
        """The places over which a current post of `user` gives one of `roles`."""
        from accounts.scope import in_division, scope_of

        condition = Q(pk__in=[])
        for post in scope_of(user).posts:
            if post.role in roles:
                condition |= in_division("code", post.division)
        return self.filter(condition)

    def at_level(self, level: int) -> Self:
        return self.filter(level=level)


class PostQuerySet(models.QuerySet["Post"]):
    def current(self, on: date) -> Self:
        return self.ending_after(on - timedelta(days=1)).filter(starts_on__lte=on)

    def ending_after(self, on: date) -> Self:
        """Not over with that day; such that have not begun are among them."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on))

    def overlapping(self, starts_on: date, ends_on: date | None) -> Self:
        """In force on any day of a span; None is without end."""
        posts = self.ending_after(starts_on - timedelta(days=1))
        return posts if ends_on is None else posts.filter(starts_on__lte=ends_on)


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    def visible_to(self, user: User) -> Self:
        """What people of the user's places, and the program itself, did; for those whose post gives `view_audit`."""
        from accounts.models import Post
        from accounts.permissions import PERMISSIONS
        from accounts.scope import Scope, scope_of

        scope = scope_of(user)
        posts = tuple(post for post in scope.posts if post.role in PERMISSIONS["accounts.view_audit"])
        if not posts:
            return self.none()
        people = Post.objects.filter(Scope(posts, scope.user_id).q("division_id"))
        return self.filter(Q(actor__isnull=True) | Q(actor__in=people.values("user_id")))

    def readable_by(self, user: User) -> Self:
        """What the user may read: an auditor everything of his places, an administrator what people of the places that
        he administers did with accounts and settings. The administrator does not watch the business (separation)."""
        from accounts.audit_words import OF_ADMINISTRATOR
        from accounts.models import Division, Post
        from accounts.permissions import PERMISSIONS
        from accounts.scope import scope_of

        if scope_of(user).roles & PERMISSIONS["accounts.view_audit"]:
            return self.visible_to(user)
        places = Division.objects.in_charge(user, PERMISSIONS["accounts.manage_users"])
        people = Post.objects.filter(division__in=places).values("user_id")
        about = Q(pk__in=[])
        for beginning in OF_ADMINISTRATOR:
            about |= Q(action__startswith=beginning)
        return self.filter(about, actor__in=people)


class UserManager(DjangoUserManager["User"]):
    """Django's manager; finds a user by any spelling of his name."""

    def normalize_username(self, username: str) -> str:
        return self.model.normalize_username(username)

    def in_places(self, places: QuerySet[Division]) -> QuerySet[User]:
        """Who holds, held or will hold a post in one of these places."""
        return self.filter(posts__division__in=places)

    def without_post(self, on: date) -> QuerySet[User]:
        """Who holds no post on that day and none later."""
        from accounts.models import Post

        holders = Post.objects.ending_after(on - timedelta(days=1)).values("user_id")
        return self.exclude(pk__in=holders)

    def get_by_natural_key(self, username: str | None) -> User:
        return super().get_by_natural_key(self.normalize_username(username or ""))
