"""Named filters of monitoring; every count and every list behind it goes through these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case as Choose
from django.db.models import F, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from accounts.knowledge import end_of, not_taken_back, recorded_by
from accounts.models.post import Role
from accounts.permissions import PERMISSIONS
from accounts.scope import in_division, scope_of
from monitoring.feeds import FEEDS
from monitoring.turns import BARRED, CASE_TURNS, CLUE_TURNS, LEVELS, states_of

if TYPE_CHECKING:
    from accounts.models import Division, User
    from monitoring.models import FeedBatch

COUNTY_READERS = frozenset({Role.COUNTY_BUREAU, Role.AUDITOR})


def _own_feeds(user: User) -> Q:
    """Condition: of all feeds for the county's own people, of his department's feeds for a liaison."""
    scope = scope_of(user)
    if scope.roles & COUNTY_READERS:
        return Q()
    return Q(feed__in=[feed.name for feed in FEEDS.values() if feed.department in scope.departments])


class FeedBatchQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(_own_feeds(user))

    def current(self) -> Self:
        return self.filter(state="current")

    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        """Those of `known` that had come by the end of a day."""
        return self.known(known_at).filter(imported_at__lt=end_of(on))

    def known(self, known_at: datetime | None = None) -> Self:
        """The files that are valid, as known at a moment (now when not given).

        A replaced file was valid until its replacement came. When a file was taken back is not recorded: one that is
        undone never was.
        """
        if known_at is None:
            return self.current()
        base = Q(replaced_by__imported_at__gt=known_at) | Q(supplements__replaced_by__imported_at__gt=known_at)
        later = self.model.objects.filter(base, state="replaced")  # type: ignore[attr-defined]
        valid = Q(state="current") | Q(pk__in=later.values("pk"))
        return self.filter(valid, recorded_by(known_at, "imported_at"))


class FeedReplyQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(_own_feeds(user))

    def of_month(self, feed: str, period: date) -> Self:
        return self.filter(feed=feed, period=period)

    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        """Given up to a day, as known at a moment (now when not given)."""
        return self.filter(recorded_by(known_at), replied_on__lte=on)


class FeedRowQuerySet(models.QuerySet):
    def current(self) -> Self:
        return self.filter(batch__state="current")

    def of(self, batches: Iterable[FeedBatch | int]) -> Self:
        """The rows of these batches, found by their keys (`FeedRow.key_of`)."""
        keys = sorted(batch if isinstance(batch, int) else batch.pk for batch in batches)
        if not keys:
            return self.none()
        span_of = self.model.span_of  # type: ignore[attr-defined]
        spans = (Q(pk__range=span_of(first, last)) for first, last in _runs(keys))
        return self.filter(reduce(or_, spans))


def _runs(keys: list[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of keys that follow each other."""
    start = 0
    for place in range(1, len(keys) + 1):
        if place == len(keys) or keys[place] > keys[place - 1] + 1:
            yield keys[start], keys[place - 1]
            start = place


class FeedUploadQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """A person's own."""
        return self.filter(uploaded_by=user)

    def left_lying(self, since: datetime) -> Self:
        return self.filter(uploaded_at__lt=since)


class MatchRunQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Runs of the counties that lie wholly in the user's places."""
        return self.filter(scope_of(user).q("county_id"))

    def open(self) -> Self:
        return self.filter(state__in=["queued", "held", "running"])

    def done(self) -> Self:
        return self.filter(state="done")


class _InVillage(models.QuerySet):
    """Rows with a `village` and a household."""

    def visible_to(self, user: User) -> Self:
        return self.filter(scope_of(user).q("village_id", helper="household__helper_id"))

    def within(self, division: Division) -> Self:
        return self.filter(in_division("village_id", division))

    subject: str
    turns: dict[str, tuple[str, ...]]

    def open(self) -> Self:
        return self.filter(state__in=self.model.OPEN_STATES)  # type: ignore[attr-defined]

    def closed(self) -> Self:
        return self.exclude(state__in=self.model.OPEN_STATES)  # type: ignore[attr-defined]

    def overdue(self, on: date) -> Self:
        """Open ones whose step's last day is over; nothing has to run for it."""
        return self.open().filter(due_on__lt=on)

    def by_deadline(self) -> Self:
        """With `term`, the last day of the step and for those without one a day after all: to be ordered by, which
        needs a value."""
        return self.annotate(term=Coalesce(self._ends_on(), Value(date.max), output_field=models.DateField()))

    def _ends_on(self) -> Combinable:
        return F("due_on")

    def due_soon(self, on: date, days: int = 2) -> Self:
        """Open ones whose step ends within so many days, today included."""
        return self.open().filter(due_on__gte=on, due_on__lte=on + timedelta(days=days))

    def decision_overdue(self, on: date) -> Self:
        """Open ones that the policy clock has run out for."""
        return self.open().filter(decision_due_on__lt=on)

    def waiting_for(self, user: User) -> Self:
        """Open ones in which it is the turn of one of the user's posts (monitoring/turns.py)."""
        condition = Q(pk__in=[])
        for post in scope_of(user).posts:
            states = states_of(self.turns, LEVELS.get(post.role, ""))
            if states and post.role != Role.HELPER:
                condition |= in_division("village_id", post.division) & Q(state__in=states)
        return self.filter(condition)

    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        """Those that there were by the end of a day, with the state that they then had as `state_then`, as known at a
        moment (now when not given)."""
        from monitoring.models import Transition

        steps = Transition.objects.as_of(on, known_at).filter(**{self.subject: OuterRef("pk")}).order_by("-id")
        return self.annotate(state_then=Subquery(steps.values("target")[:1])).filter(state_then__isnull=False)


class ClueQuerySet(_InVillage):
    subject = "clue"
    turns = CLUE_TURNS

    def review_due(self, on: date) -> Self:
        """Watched and unverifiable ones whose next look has come."""
        return self.filter(state__in=["watched", "unverifiable"], next_review_on__lte=on)

    def untold(self) -> Self:
        """Closed ones whose reporter has not been told."""
        return self.closed().exclude(state="withdrawn").exclude(reporter="").filter(told_reporter_on__isnull=True)


class CaseQuerySet(_InVillage):
    subject = "case"
    turns = CASE_TURNS

    def _ends_on(self) -> Combinable:
        return Choose(When(paused_on__isnull=True, then=F("due_on")))

    def overdue(self, on: date) -> Self:
        """While an objection is open the clock stands still."""
        return super().overdue(on).filter(paused_on__isnull=True)

    def due_soon(self, on: date, days: int = 2) -> Self:
        return super().due_soon(on, days).filter(paused_on__isnull=True)

    def decision_overdue(self, on: date) -> Self:
        """Not decided by the county when the policy clock ran out; a decided case has kept its term or not for good."""
        return super().decision_overdue(on).filter(paused_on__isnull=True, decided_on__isnull=True)

    def decision_due_soon(self, on: date, days: int = 2) -> Self:
        """Not decided, not paused, and the policy clock runs out within so many days, today included."""
        last = on + timedelta(days=days)
        return self.open().filter(
            paused_on__isnull=True, decided_on__isnull=True, decision_due_on__gte=on, decision_due_on__lte=last
        )

    def waiting_for(self, user: User) -> Self:
        """His turn, but for the cases in which he took a duty that keeps him from it."""
        from monitoring.models import DutyTaken

        mine = super().waiting_for(user)
        for state, duties in BARRED.items():
            taken = DutyTaken.objects.filter(actor=user, duty__in=duties).values("case_id")
            mine = mine.exclude(state=state, pk__in=taken)
        return mine

    def sent_back(self) -> Self:
        """Open ones that came back to be mended and were not handed in again."""
        return self.open().filter(returned=True)

    def untold(self) -> Self:
        """Ended without effect, and the household has not been told."""
        return self.filter(state__in=["rejected", "stopped"], told_household_on__isnull=True)


class _OfHousehold(models.QuerySet):
    """Rows with a `household`."""

    def visible_to(self, user: User) -> Self:
        return self.filter(scope_of(user).q("household__village_id", helper="household__helper_id"))

    def within(self, division: Division) -> Self:
        return self.filter(in_division("household__village_id", division))


class HitQuerySet(_OfHousehold):
    def standing(self, known_at: datetime | None = None) -> Self:
        """Those whose evidence has not been taken back, as known at a moment (now when not given)."""
        return self.filter(not_taken_back(known_at), recorded_by(known_at))

    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        """Those recorded by the end of a day; a hit says of no other day when it was so."""
        return self.standing(known_at).filter(recorded_at__lt=end_of(on))

    def attached(self) -> Self:
        """Those that opened or extended a clue."""
        return self.filter(outcome__in=["opened", "extended"])


class EpisodeQuerySet(_OfHousehold):
    def monitored(self) -> Self:
        return self.filter(state="monitored")

    def cleared(self) -> Self:
        return self.filter(state="cleared")

    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        """Episodes that had begun by a day, with their last turn by then as `turn_then`, as known at a moment."""
        from monitoring.models import EpisodeEvent

        events = EpisodeEvent.objects.as_of(on, known_at).filter(episode=OuterRef("pk"))
        last = events.order_by("-happened_on", "-id").values("kind")[:1]
        return self.annotate(turn_then=Subquery(last)).filter(turn_then__isnull=False)

    def follow_up_due(self, on: date) -> Self:
        """Those to be visited by a day: monitored ones never visited yet too."""
        return self.filter(Q(next_follow_up_on__lte=on) | Q(next_follow_up_on__isnull=True, state="monitored"))


class EpisodeEventQuerySet(models.QuerySet):
    def standing(self, known_at: datetime | None = None) -> Self:
        """Those that have not been corrected, as known at a moment (now when not given)."""
        return self.filter(not_taken_back(known_at), recorded_by(known_at))

    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        """Standing events that had happened by `on`, as known at a moment (now when not given)."""
        return self.standing(known_at).filter(happened_on__lte=on)


class NoticeQuerySet(models.QuerySet):
    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        """Those hung by a day, as known at a moment (now when not given)."""
        return self.filter(recorded_by(known_at), hung_on__lte=on)


class TransitionQuerySet(models.QuerySet):
    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        """Steps taken by a day, as known at a moment (now when not given)."""
        return self.filter(recorded_by(known_at), happened_on__lte=on)

    def of_cases_visible_to(self, user: User) -> Self:
        return self.filter(scope_of(user).q("case__village_id"), case__isnull=False)

    def between(self, start: date, end: date) -> Self:
        """Both days included."""
        return self.filter(happened_on__range=(start, end))

    def submissions(self) -> Self:
        """Cases handed to the township."""
        return self.filter(action="submit")

    def returns(self) -> Self:
        """Cases sent back: by the township to the village, by the county to the township."""
        return self.filter(action__in=["review_return", "decide_return"])


class VisitQuerySet(_OfHousehold):
    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        """Visits made by a day, as known at a moment (now when not given)."""
        return self.filter(recorded_by(known_at), visited_on__lte=on)


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Of the user's places; a helper sees what has been linked to his households."""
        return self.filter(scope_of(user).q("village_id", helper="household__helper_id"))

    def waiting(self) -> Self:
        """Those that nobody has linked to a household or refused yet."""
        return self.filter(state="received")

    def waiting_for(self, user: User) -> Self:
        """Those that wait in a place where one of the user's posts deals with applications."""
        condition = Q(pk__in=[])
        for post in scope_of(user).posts:
            if post.role in PERMISSIONS["monitoring.handle_application"]:
                condition |= in_division("village_id", post.division)
        return self.waiting().filter(condition)


class PolicyValueQuerySet(models.QuerySet):
    def in_force(self, on: date) -> Self:
        return self.filter(valid_from__lte=on)


class _OfCounty(models.QuerySet):
    """What counties set for themselves, until they retire it."""

    def standing(self) -> Self:
        return self.filter(retired_at__isnull=True)

    def for_place(self, code: str) -> Self:
        """Of the county that a division lies in."""
        return self.filter(division__code=f"{code[:6]}000000")


class ReturnReasonQuerySet(_OfCounty):
    pass


class PaperTemplateQuerySet(_OfCounty):
    pass
