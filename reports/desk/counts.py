"""The numbers beside the entries of the navigation: how much of each list waits for the user, and the last data month."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.core.cache import cache
from django.db.models import Max, Q
from django.urls import reverse

from accounts.models import Role, User
from accounts.navigation import items_for
from accounts.permissions import PERMISSIONS
from accounts.scope import Scope, in_division, scope_of
from assistance.models import Plan
from assistance.permissions import PLAN
from monitoring.clock import add_months
from monitoring.desk.queue import reviewable
from monitoring.models import Application, Case, Clue, MatchRun
from quality.models import Fault
from records.models import Problem
from records.problems import turns
from reports.services.closing_board import waiting_for

# Every page asks; who works a list off sees the number follow within this time.
KEPT_SECONDS = 60


@dataclass(frozen=True)
class Count:
    """The entry's address name, how much waits there, and the address that lists exactly that."""

    entry: str
    number: int
    link: str
    words: str = "轮到我的"


@dataclass(frozen=True)
class Counts:
    """What the shell shows beside its entries; `month` is the last one whose data were matched, None before the first."""

    counts: tuple[Count, ...]
    month: date | None


def counts_for(user: User, today: date) -> Counts:
    """The user's counts, at most a minute old; of the posts that he holds now."""
    scope = scope_of(user)
    posts = "-".join(str(post.pk) for post in scope.posts)
    key = f"desk-counts:{user.pk}:{posts}:{today}"
    kept: Counts | None = cache.get(key)
    if kept is None:
        kept = Counts(_counts(user, scope, today), _data_month(scope))
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _counts(user: User, scope: Scope, today: date) -> tuple[Count, ...]:
    """A query or two for each entry that the user has."""
    shown = [item.url_name for item in items_for(scope) if item.url_name in _COUNTED]
    return tuple(Count(name, *_COUNTED[name](user, today)) for name in shown)


def _clues(user: User, _today: date) -> tuple[int, str]:
    return Clue.objects.visible_to(user).waiting_for(user).count(), f"{reverse('clue-list')}?mine=1"


def _applications(user: User, _today: date) -> tuple[int, str, str]:
    """What nobody has checked yet; for the county all of its places, since it must see that they do not lie."""
    visible = Application.objects.visible_to(user)
    mine = visible.waiting() if Role.COUNTY_BUREAU in scope_of(user).roles else visible.waiting_for(user)
    return mine.count(), reverse("application-list"), "待核对的"


def _cases(user: User, _today: date) -> tuple[int, str]:
    return Case.objects.visible_to(user).waiting_for(user).count(), f"{reverse('case-list')}?show=turn"


def _reviews(user: User, _today: date) -> tuple[int, str]:
    return reviewable(user).count(), reverse("review-list")


def _plans(user: User, today: date) -> tuple[int, str]:
    """What has no measures yet in his places; nothing for an auditor, who makes none."""
    plans = Plan.objects.visible_to(user).waiting(today)
    number = plans.count() if scope_of(user).roles & PERMISSIONS[PLAN] else 0
    return number, f"{reverse('plan-list')}?show=waiting"


def _problems(user: User, today: date) -> tuple[int, str]:
    rows = turns.waiting_for(Problem.objects.visible_to(user), user, today)
    return rows.count(), f"{reverse('problem-list')}?mine=1"


def _faults(user: User, today: date) -> tuple[int, str]:
    rows = Fault.objects.visible_to(user).mine(user).open(today)
    return rows.count(), f"{reverse('quality-faults')}?show=mine"


def _closings(user: User, today: date) -> tuple[int, str]:
    month = add_months(today.replace(day=1), -1)
    waiting = waiting_for(user, month, today)
    first = f"?division={waiting[0].division.code}&month={month:%Y-%m}" if waiting else ""
    return len(waiting), f"{reverse('closing-board')}{first}"


_COUNTED: dict[str, Callable[[User, date], tuple[int, str] | tuple[int, str, str]]] = {
    "clue-list": _clues,
    "application-list": _applications,
    "case-list": _cases,
    "review-list": _reviews,
    "plan-list": _plans,
    "problem-list": _problems,
    "quality-overview": _faults,
    "closing-board": _closings,
}


def _data_month(scope: Scope) -> date | None:
    """The last month with a finished match in the counties of the user's places or around them."""
    condition = Q(pk__in=[])
    for post in scope.posts:
        condition |= in_division("county_id", post.division) | Q(county_id=post.division.county.code)
    found: date | None = MatchRun.objects.filter(condition).done().aggregate(month=Max("period"))["month"]
    return found
