"""Whose turn a problem is: the states in which each verb is waited for, read with the kind's roles."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q

from accounts.models import Post, Role, User
from accounts.permissions import PERMISSIONS
from accounts.scope import AREA_ROLES, in_division, scope_of
from records.models import Problem
from records.problems.departments import KINDS_OF
from records.problems.kinds import KINDS
from records.querysets import ProblemQuerySet

S = Problem.State
# State → the verb that is waited for.
AWAITED = {S.FOUND: "assign", S.ASSIGNED: "work", S.DONE: "check", S.CHECKED: "sign"}
VERB_WORDS = {S.FOUND: "交办", S.ASSIGNED: "办理", S.DONE: "验收", S.CHECKED: "销号"}
# Kinds in hand at the village are the village's to work, and only with it in mind the township's.
_BELOW = {Role.TOWNSHIP_STAFF: "work", Role.TOWNSHIP_LEADER: "work", Role.COUNTY_BUREAU: "assign"}


def waiting_for(rows: ProblemQuerySet, user: User, today: date) -> ProblemQuerySet:
    """Those that wait for one of the user's posts, but not what he himself reported done."""
    condition = Q(pk__in=[])
    for post in scope_of(user, today).posts:
        condition |= _of_post(post)
    judged = Q(state__in=(S.DONE, S.CHECKED), steps__actor=user, steps__duty="do")
    return rows.filter(condition).exclude(pk__in=rows.filter(judged).values("pk"))


def look_back_due(rows: ProblemQuerySet, user: User, today: date, days: int) -> ProblemQuerySet:
    """Signed off so many days ago and not looked at again, for those who check that kind."""
    due = rows.filter(state=S.SIGNED_OFF, looked_back_on__isnull=True, signed_off_on__lte=today - timedelta(days=days))
    condition = Q(pk__in=[])
    for post in scope_of(user, today).posts:
        kinds = [kind for kind, one in KINDS.items() if _holds(post, kind, one.right("check"))]
        condition |= Q(in_division("division_id", post.division), kind__in=kinds)
    return due.filter(condition)


def _of_post(post: Post) -> Q:
    condition = Q(pk__in=[])
    for state, verb in AWAITED.items():
        kinds = [kind for kind, one in KINDS.items() if _holds(post, kind, one.right(verb)) and not _passes(post, verb)]
        condition |= Q(in_division("division_id", post.division), state=state, kind__in=kinds)
    return condition


def _passes(post: Post, verb: str) -> bool:
    """Whether the post may, but leaves it to the level below as a rule."""
    return _BELOW.get(Role(post.role)) == verb


def _holds(post: Post, kind: str, right: str) -> bool:
    if post.role not in PERMISSIONS[right]:
        return False
    return post.role in AREA_ROLES or kind in KINDS_OF.get(post.department, ())
