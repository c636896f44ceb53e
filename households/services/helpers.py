"""Who is responsible for helping a household (帮扶责任人)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import Post, Role, User
from accounts.scope import scope_of
from accounts.services.audit import record
from households.models import Household
from households.querysets import HouseholdQuerySet

HELPING_ROLES = frozenset(
    {Role.HELPER, Role.VILLAGE_CADRE, Role.TOWNSHIP_STAFF, Role.TOWNSHIP_LEADER, Role.COUNTY_BUREAU}
)


def helper_named(*, username: str, household: Household, at: datetime) -> User:
    """The user of that name who may be responsible for the household.

    Raises: Refused in the same words for a name that nobody has and for one without such a post.
    """
    user = User.objects.filter(username=User.objects.normalize_username(username)).first()
    if user is None:
        raise _unfit()
    _check(user, household, at)
    return user


def assign_helper(*, household: Household, helper: User, actor: User, at: datetime) -> Household:
    """Make `helper` the household's responsible helper. The right to do so is that of the act it belongs to (a plan).

    Raises:
        Refused: the person has no current post that covers the household's village and may help.
    """
    _check(helper, household, at)
    with transaction.atomic():
        changed = (
            Household.objects.filter(pk=household.pk)
            .exclude(helper=helper)
            .update(helper=helper, version=F("version") + 1)
        )
        if changed:
            record(
                actor=actor,
                at=at,
                action="household.helper_assigned",
                target=household,
                detail={"helper": helper.pk, "before": household.helper_id},
            )
    household.refresh_from_db(fields=["helper", "version"])
    return household


class HelpedHouseholds:
    """The households that carry a person's name as their responsible helper, within the place of his post."""

    title = "帮扶责任户"

    def count(self, *, post: Post) -> int:
        return self._of(post).count() if post.role in HELPING_ROLES else 0

    def take_over(self, *, post: Post, to: User, on: date, actor: User | None, at: datetime) -> int:
        """Make the successor their helper at once; each household gets its line in the audit.

        Raises: Refused where the successor comes later than tomorrow: until then they would have nobody.
        """
        if not self.count(post=post):
            return 0
        if on > timezone.localdate(at) + timedelta(days=1):
            raise Refused("离任人名下有帮扶户，接任日最迟是明天，再晚请到前一天办。", field="on")
        with transaction.atomic():
            households = list(self._of(post).select_for_update(of=("self",)).order_by("pk"))
            Household.objects.filter(pk__in=[row.pk for row in households]).update(helper=to, version=F("version") + 1)
            for household in households:
                detail = {"helper": to.pk, "before": post.user_id, "with_post": post.pk}
                record(actor=actor, at=at, action="household.helper_assigned", target=household, detail=detail)
        return len(households)

    def _of(self, post: Post) -> HouseholdQuerySet:
        return Household.objects.filter(helper_id=post.user_id).within(post.division)


def _check(helper: User, household: Household, at: datetime) -> None:
    if scope_of(helper, timezone.localdate(at)).holds(HELPING_ROLES, household.village_id) is None:
        raise _unfit()


def _unfit() -> Refused:
    return Refused(
        "该人员在该村所属区域没有帮扶责任人、村级、乡镇或县级的现任岗位，请核对用户名，或先由系统管理员任职。",
        field="responsible",
    )
