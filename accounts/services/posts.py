"""Posts: who is appointed where as what, until when, and who takes over. Effective at the next request."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.errors import Conflict, Refused
from accounts.handover import hand_over_belongings, listed
from accounts.models import Department, Division, HandOverCopy, Post, Role, User
from accounts.permissions import require
from accounts.services import audit
from accounts.services.users import MANAGE

LEVELS: Final = {
    Role.VILLAGE_CADRE: frozenset({Division.Level.VILLAGE}),
    Role.TOWNSHIP_STAFF: frozenset({Division.Level.TOWNSHIP}),
    Role.TOWNSHIP_LEADER: frozenset({Division.Level.TOWNSHIP}),
    Role.COUNTY_BUREAU: frozenset({Division.Level.COUNTY}),
    Role.LIAISON: frozenset({Division.Level.COUNTY}),
    Role.HELPER: frozenset({Division.Level.VILLAGE, Division.Level.TOWNSHIP, Division.Level.COUNTY}),
    Role.AUDITOR: frozenset({Division.Level.COUNTY, Division.Level.CITY, Division.Level.PROVINCE}),
    Role.ADMINISTRATOR: frozenset({Division.Level.COUNTY, Division.Level.CITY, Division.Level.PROVINCE}),
}
# Those who rule over rights and those who watch do no business themselves (separation of powers, 等保).
ALONE: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


def appoint(
    *,
    user: User,
    division: Division,
    role: str,
    starts_on: date,
    actor: User | None,
    at: datetime,
    department: str = "",
    ends_on: date | None = None,
) -> Post:
    """Give `user` a post from a day on (it may lie ahead).

    Raises:
        Refused: role, level of the place and department do not go together, or the dates are turned round.
        Conflict: he holds this post already, or one that does not go with it.
        OutOfScope, Forbidden: the actor does not administer the place.
    """
    require(actor=actor, right=MANAGE, code=division.code, at=at)
    _check_fit(division, role, department)
    if ends_on is not None and ends_on < starts_on:
        raise Refused("任职止不能早于任职起。", field="ends_on")
    if actor is not None and actor.pk == user.pk:
        raise Refused("不能给自己任职，请由另一位系统管理员办理。")
    post = Post(user=user, division=division, role=role, department=department, starts_on=starts_on, ends_on=ends_on)
    with transaction.atomic():
        _check_beside(post)
        post.save(force_insert=True)
        detail = {"user": user.pk, "division": division.code, "role": role, "from": starts_on.isoformat()}
        audit.record(actor=actor, at=at, action="post.appointed", target=post, detail=detail)
    return post


def end_post(*, post: Post, last_day: date, actor: User | None, at: datetime) -> Post:
    """End a post with `last_day`; a day before today takes effect at once.

    Raises: Refused before the post's first day or after the end it has; OutOfScope, Forbidden.
    """
    require(actor=actor, right=MANAGE, code=post.division_id, at=at)
    if last_day < post.starts_on:
        raise Refused("任职止不能早于任职起。", field="last_day")
    with transaction.atomic():
        open_still = Post.objects.ending_after(last_day).filter(pk=post.pk)
        if not open_still.update(ends_on=last_day):
            raise Conflict("该任职已经在更早的日期结束。", code="post_ended")
        detail = {"user": post.user_id, "last_day": last_day.isoformat()}
        audit.record(actor=actor, at=at, action="post.ended", target=post, detail=detail)
    post.ends_on = last_day
    return post


def hand_over(*, post: Post, to: User, on: date, actor: User | None, at: datetime) -> Post:
    """End a post with the day before `on` and give the same to `to` from that day: no day without, no day with both.

    A copy of the list of what goes with it is kept. What carries the person's name in that place (`accounts.handover`)
    goes to `to` in the same transaction; work that waits for the place's post needs nothing, it is the successor's as
    soon as he holds it. A post that begins on `on` itself cannot be handed over, but ended. Raises as `end_post` and
    `appoint` do.
    """
    with transaction.atomic():
        ended_was, rows = post.ends_on, listed(post, at)
        end_post(post=post, last_day=on - timedelta(days=1), actor=actor, at=at)
        new = appoint(
            user=to,
            division=post.division,
            role=post.role,
            department=post.department,
            starts_on=on,
            ends_on=ended_was,
            actor=actor,
            at=at,
        )
        taken = hand_over_belongings(post=post, to=to, on=on, actor=actor, at=at)
        copy = HandOverCopy(post=new, left_id=post.user_id, kept_at=at)
        copy.rows = json.dumps(rows, ensure_ascii=False)
        copy.save()
        detail = {"from": post.user_id, "to": to.pk, "on": on.isoformat(), "taken": dict(taken)}
        audit.record(actor=actor, at=at, action="post.handed_over", target=new, detail=detail)
        return new


def first_day(at: datetime) -> date:
    """Today in China: the first day of a post that names none."""
    return timezone.localdate(at)


def _check_fit(division: Division, role: str, department: str) -> None:
    if role not in Role.values:
        raise Refused(f"没有“{role}”这个角色，可选：{'、'.join(Role.labels)}。", field="role")
    levels = LEVELS[Role(role)]
    if division.level not in levels:
        names = "、".join(level.label for level in Division.Level if level in levels)
        raise Refused(f"{Role(role).label}应在{names}级任职，{division}不是。", field="division")
    if role == Role.LIAISON and department not in Department.values:
        raise Refused(f"部门联络员须选部门：{'、'.join(Department.labels)}。", field="department")
    if role != Role.LIAISON and department:
        raise Refused("只有部门联络员需要选部门。", field="department")


def _check_beside(post: Post) -> None:
    """Against his other posts of the same time, under a lock on the person."""
    User.objects.select_for_update().get(pk=post.user_id)
    others = list(Post.objects.overlapping(post.starts_on, post.ends_on).filter(user_id=post.user_id))
    same = (post.division_id, post.role, post.department)
    if any((other.division_id, other.role, other.department) == same for other in others):
        raise Conflict(f"{post.user}在这段时间已任{post}。", code="post_held")
    if any((post.role in ALONE or other.role in ALONE) and other.role != post.role for other in others):
        raise Conflict("系统管理员、审计监督不能与其他岗位由同一账号兼任，请另建账号。", code="posts_incompatible")
