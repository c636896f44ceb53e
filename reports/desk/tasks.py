"""What a person must do, by deadline, each with one sentence of cause and one verb."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from accounts.permissions import PERMISSIONS
from accounts.scope import Scope, in_division, scope_of
from accounts.templatetags.sw import short_date
from assistance.models import Plan
from households.heads import with_heads
from households.models import ChangeProposal
from monitoring.clock import add_months
from monitoring.feeds import FEEDS
from monitoring.models import Application, Case, Clue, Episode, FeedBatch
from monitoring.policy import value_of
from monitoring.services.calendar import holidays_known
from monitoring.turns import LEVELS
from quality.models import Exemption, Fault
from quality.permissions import DECIDE
from records.models import Problem
from records.problems import turns
from reports.models import Closing
from reports.services.closing_board import waiting_for

# Of each sort the nearest so many are listed.
MOST = 60
VISIT_AHEAD = timedelta(days=7)
_CLUE_VERBS = {"at_county": "分派", "at_township": "分派", "to_verify": "开始核查", "verified": "办结或转认定"}
_CASE_VERBS = {
    "at_township": "审核",
    "at_county": "审定",
    "appraising": "登记评议",
    "notice": "看公示",
    "announcing": "看公告",
}
_HOLIDAYS_FROM_MONTH = 11
_MENDS = Q(supplemented_by__state=FeedBatch.State.CURRENT)
_FIELD = frozenset({Role.VILLAGE_CADRE, Role.HELPER})


@dataclass(frozen=True)
class Task:
    """One thing to do: by when, what, for whom (a household, or what it says), why, by which verb, where; `sort` is the
    part of the work it belongs to, by which a long list is narrowed."""

    due_on: date | None
    kind: str
    household: Any
    why: str
    link: str
    verb: str = "办理"
    subject: str = ""
    sort: str = ""


def tasks_of(user: User, scope: Scope, today: date) -> list[Task]:
    """Everything that waits for the user, the nearest deadline first. A fixed number of queries."""
    levels = {LEVELS[role] for role in scope.roles if role in LEVELS}
    found: list[Task] = []
    if levels:
        found += _of("线索", _clues(user, today))
        found += _of("认定和消除", _cases(user))
        found += _of("数据", _quality(user, today), _exemptions(user))
    found += _of("线索", _applications(user))
    if scope.roles & _FIELD:
        found += _of("帮扶和走访", _plans(user, today), _visits(user, today), _proposals(user))
    found += _of("结账", _closings(user, today))
    if scope.departments or Role.COUNTY_BUREAU in scope.roles:
        found += _of("数据", _feeds(scope, today))
    if scope.departments:
        found += _of("数据", _rejected_rows(user, today))
    if Role.ADMINISTRATOR in scope.roles:
        found += _holidays(today)
    if levels or scope.departments:
        found += _of("问题", _problems(user, scope, today))
    return sorted(found, key=lambda task: (task.due_on or date.max, task.kind))


def _of(sort: str, *tasks: Iterable[Task]) -> Iterator[Task]:
    return (replace(task, sort=sort) for task in chain(*tasks))


def _listed(rows: QuerySet[Any], order: str, path: str = "household") -> QuerySet[Any]:
    return with_heads(rows.select_related(f"{path}__village__parent"), path).order_by(order, "id")[:MOST]


def _clues(user: User, today: date) -> Iterator[Task]:
    clues = Clue.objects.visible_to(user)
    for clue in _listed(clues.waiting_for(user), "due_on"):
        why = clue.warning or f"{clue.get_channel_display()}报来，{clue.get_state_display()}"
        yield Task(clue.due_on, f"{clue.risk}线索", clue.household, why, _clue_link(clue), _CLUE_VERBS[clue.state])
    for clue in _listed(clues.review_due(today), "next_review_on"):
        link = reverse("clue-detail", args=[clue.uid])
        why = f"上次定了 {short_date(clue.next_review_on)} 再看：{clue.close_reason or clue.get_state_display()}"
        yield Task(clue.next_review_on, "到期复核", clue.household, why, link, "复核")


def _clue_link(clue: Clue) -> str:
    if clue.state != Clue.State.TO_VERIFY:
        return reverse("clue-detail", args=[clue.uid])
    # Straight to the visit, which opens at what is still to be asked.
    return f"{reverse('visit-new', args=[clue.household.uid])}?clue={clue.uid}"


def _cases(user: User) -> Iterator[Task]:
    cases = Case.objects.visible_to(user).waiting_for(user).filter(paused_on__isnull=True)
    for case in _listed(cases, "due_on"):
        why = f"退回补正：{case.return_reason}" if case.returned else _case_why(case)
        verb = "补正" if case.returned else _CASE_VERBS.get(case.state, "办理")
        yield Task(case.due_on, case.get_kind_display(), case.household, why, _case_link(case), verb)


def _case_link(case: Case) -> str:
    """A reviewer goes straight to the case beside its evidence, everybody else to the case."""
    if case.state in (Case.State.AT_TOWNSHIP, Case.State.AT_COUNTY):
        return f"{reverse('review-list')}?case={case.uid}"
    return reverse("case-detail", args=[case.uid])


def _case_why(case: Case) -> str:
    risks = f"，{'、'.join(case.risks)}" if case.risks else ""
    end = f"；全程到 {short_date(case.decision_due_on)}" if case.decision_due_on and not case.decided_on else ""
    return f"到了{case.get_state_display()}这一步{risks}{end}"


def _plans(user: User, today: date) -> Iterator[Task]:
    plans = Plan.objects.visible_to(user).waiting(today)
    for plan in _listed(plans, "due_on", "episode__household"):
        why = f"已纳入监测，{'、'.join(plan.episode.risks)}还没有制定帮扶措施"
        link = reverse("plan-detail", args=[plan.pk])
        yield Task(plan.due_on, "一户一策", plan.episode.household, why, link, "定措施")


def _visits(user: User, today: date) -> Iterator[Task]:
    due = Episode.objects.visible_to(user).filter(next_follow_up_on__lte=today + VISIT_AHEAD).exclude(state="cancelled")
    for episode in _listed(due, "next_follow_up_on"):
        cleared = episode.state == Episode.State.CLEARED
        why = (
            "风险消除后每季度看一次，看看有没有反复"
            if cleared
            else f"监测中（{episode.main_risk}），到了定期走访的日子"
        )
        link = reverse("visit-new", args=[episode.household.uid])
        yield Task(episode.next_follow_up_on, "走访", episode.household, why, link, "开始走访")


def _proposals(user: User) -> Iterator[Task]:
    rows = ChangeProposal.objects.visible_to(user).open().select_related("person")
    for row in _listed(rows, "proposed_at"):
        why = f"公安报来{row.person.name}{row.kind}，核对后才改登记"
        yield Task(None, "人口变动", row.household, why, reverse("household-detail", args=[row.household.uid]), "核对")


def _applications(user: User) -> Iterator[Task]:
    """Farmers' own applications that nobody has linked to a household; no rule sets them a day."""
    rows = (
        Application.objects.visible_to(user).waiting_for(user).select_related("village").order_by("submitted_at", "id")
    )
    for row in rows.defer("content_sealed")[:MOST]:
        why = f"{short_date(timezone.localdate(row.submitted_at))}交来的申报，证件号码没有对上登记的户；核对出是哪一户就转成线索，不该办的写明理由"
        link = reverse("application-detail", args=[row.uid])
        yield Task(None, "农户申报", None, why, link, "核对", f"{row.village.name}的申报")


def _quality(user: User, today: date) -> Iterator[Task]:
    """All faults that are his to mend as one thing to do; the list has them one by one."""
    rows = Fault.objects.visible_to(user).mine(user).open(today)
    sums = rows.aggregate(number=Count("pk"), grave=Count("pk", filter=Q(level=1)), first=Min("due_on"))
    if sums["number"]:
        grave = f"，其中严重的 {sums['grave']} 条" if sums["grave"] else ""
        why = f"登记的数据有 {sums['number']} 条要改{grave}"
        link = f"{reverse('quality-faults')}?show=mine"
        yield Task(sums["first"], "数据质量", None, why, link, "去改", f"{sums['number']} 条问题")


def _exemptions(user: User) -> Iterator[Task]:
    """Exemptions that wait for somebody who may grant them, but for those that he asked for himself."""
    condition = Q(pk__in=[])
    for post in scope_of(user).posts:
        if post.role in PERMISSIONS[DECIDE]:
            whole = Q() if post.role == Role.COUNTY_BUREAU else ~Q(subject="")
            condition |= in_division("division_id", post.division) & whole
    number = Exemption.objects.filter(condition).waiting().exclude(requested_by=user).count()
    if number:
        why = f"有 {number} 条豁免申请等着审批"
        yield Task(None, "豁免审批", None, why, reverse("quality-exemptions"), "审批", f"{number} 条申请")


def _problems(user: User, scope: Scope, today: date) -> Iterator[Task]:
    """Kept problems that wait for the user, and those that were signed off and should be looked at again."""
    problems = Problem.objects.visible_to(user).select_related("person", "division")
    for row in _listed(turns.waiting_for(problems, user, today), "due_on"):
        why = f"{row.get_state_display()}：{row.description}"
        yield _problem_task(row, row.due_on, row.get_kind_display(), why, turns.VERB_WORDS[Problem.State(row.state)])
    county = next((post.division_id for post in scope.posts), "0" * 12)
    days = value_of("problem_look_back_days", on=today, code=county)
    for row in _listed(turns.look_back_due(problems, user, today, days), "signed_off_on"):
        why = f"{short_date(row.signed_off_on)}销号，看有没有反弹：{row.description}"
        yield _problem_task(row, row.signed_off_on + timedelta(days=days), "回头看", why, "回头看")


def _problem_task(row: Problem, due_on: date | None, kind: str, why: str, verb: str) -> Task:
    link = reverse("problem-detail", args=[row.uid])
    return Task(due_on, kind, row.household, why[:120], link, verb, "" if row.household else row.division.name)


def _holidays(today: date) -> Iterator[Task]:
    """Next year's holidays, from the month on in which the State Council publishes them until somebody has entered them."""
    following = today.year + 1
    if today.month >= _HOLIDAYS_FROM_MONTH and not holidays_known(following):
        why = "国务院公布后写进工作日历；不写，跨年的工作日时限按周一到周五算"
        link = f"{reverse('work-calendar')}?year={following}"
        yield Task(date(today.year, 12, 31), "工作日历", None, why, link, "写进日历", f"{following}年放假安排")


_CLOSING_VERBS = {3: "接收结账", 4: "上报", 5: "确认"}


def _closings(user: User, today: date) -> Iterator[Task]:
    """Last month's closing where it is the user's own step that is waited for."""
    month = add_months(today.replace(day=1), -1)
    for one in waiting_for(user, month, today):
        link = f"{reverse('closing-board')}?division={one.division.code}&month={month:%Y-%m}"
        returned = one.closing.state == Closing.State.RETURNED
        why = f"被退回：{one.closing.reason}" if returned else f"{month.month}月的数核对好了就办，别人在等"
        yield Task(one.due_on, "月度结账", None, why, link, _CLOSING_VERBS[one.division.level], one.division.name)


def _feeds(scope: Scope, today: date) -> Iterator[Task]:
    """Feeds of last month that have not come: the county's to chase, a liaison's own to send."""
    period = add_months(today.replace(day=1), -1)
    county = next((post.division_id for post in scope.posts), "0" * 12)
    due_on = today.replace(day=value_of("feed_due_day", on=today, code=county))
    came = set(FeedBatch.objects.current().filter(period=period).values_list("feed", flat=True))
    mine = [feed for feed in FEEDS.values() if not scope.departments or feed.department in scope.departments]
    for feed in mine:
        if feed.name not in came:
            why = f"{period.month}月的还没有送到，应在 {short_date(due_on)}前送；不送，比对就缺这一项"
            verb = "上传" if scope.departments else "看催报"
            yield Task(
                due_on, "部门数据", None, why, reverse("feed-list"), verb, f"{feed.department_label} {feed.title}"
            )


def _rejected_rows(user: User, today: date) -> Iterator[Task]:
    """Rows of last month's files that were sent back and have not come mended."""
    period = add_months(today.replace(day=1), -1)
    bases = FeedBatch.objects.visible_to(user).current().filter(period=period, supplements__isnull=True)
    mended = Sum(F("supplemented_by__accepted") + F("supplemented_by__duplicates"), filter=_MENDS)
    for batch in bases.filter(rejected__gt=0).annotate(mended=mended).order_by("feed").defer("errors", "headings"):
        left = batch.rejected - (batch.mended or 0)
        if left > 0:
            feed = FEEDS[batch.feed]
            why = f"{period.month}月的 {batch.rows} 行里还有 {left} 行退回没有改；下载改好再传，只补这些行"
            link = f"{reverse('feed-detail', args=[batch.uid])}#rejected"
            yield Task(None, "退回的行", None, why, link, "去改", f"{feed.department_label} {feed.title}")
