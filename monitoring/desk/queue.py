"""The review queue: what waits for a township's or the county's word, and what a person must look at in each case.

A case with a sign to look at is never passed in bulk. The signs of a whole queue cost a fixed number of queries.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Prefetch

from households.models import Income, Membership
from monitoring.clock import add_months
from monitoring.desk.progress import CLEARINGS
from monitoring.models import Appraisal, Authorisation, Case, Comparison, Notice, Transition, Visit
from monitoring.policy import PolicyBook
from monitoring.risks import MonitoredType
from monitoring.workflow.visit_rules import facts_of, visit_faults

if TYPE_CHECKING:
    from accounts.models import User
    from monitoring.querysets import CaseQuerySet

PASS_OF = {Case.State.AT_TOWNSHIP: "review_pass", Case.State.AT_COUNTY: "decide_pass"}
RETURN_OF = {Case.State.AT_TOWNSHIP: "review_return", Case.State.AT_COUNTY: "decide_return"}
REJECT_OF = {Case.State.AT_TOWNSHIP: "review_reject", Case.State.AT_COUNTY: "decide_reject"}
# More are worked off in several rounds.
MOST = 200
# Below these a figure is too near to its limit to go by unseen (percentage points, votes).
NEAR_QUORUM, NEAR_MAJORITY, FALLEN = 3, 2, 30
ADULT = 18


@dataclass(frozen=True)
class Waiting:
    """One case of the queue. `signs` are the sentences that a person must look at, empty for an ordinary one."""

    case: Case
    head: str
    members: int
    signs: list[str]
    returned_for: str = ""

    @property
    def flagged(self) -> bool:
        return bool(self.signs)


@dataclass(frozen=True)
class Queue:
    """What waits, in the order in which it is to be looked at: flagged, handed in again, ordinary; by deadline."""

    flagged: list[Waiting] = field(default_factory=list)
    again: list[Waiting] = field(default_factory=list)
    plain: list[Waiting] = field(default_factory=list)
    today: date = date.min

    @property
    def rows(self) -> list[Waiting]:
        return [*self.flagged, *self.again, *self.plain]

    @property
    def people(self) -> int:
        return sum(row.members for row in self.rows)

    @property
    def villages(self) -> int:
        return len({row.case.village_id for row in self.rows})

    @property
    def due_now(self) -> list[Waiting]:
        """Those whose step ends today or is overdue, the longest overdue first."""
        rows = [(row.case.due_on, row) for row in self.rows if row.case.due_on and row.case.due_on <= self.today]
        return [row for _, row in sorted(rows, key=lambda pair: (pair[0], pair[1].case.pk))]

    @property
    def selectable(self) -> list[Waiting]:
        return [*self.again, *self.plain]


def reviewable(user: User) -> CaseQuerySet:
    """The cases that wait for the user's word of review or decision."""
    return Case.objects.visible_to(user).waiting_for(user).filter(state__in=list(PASS_OF))


def queue_of(user: User, today: date, book: PolicyBook, only: list[str] | None = None) -> Queue:
    """The queue of a user; `only` limits it to the cases of these uids."""
    cases = reviewable(user)
    if only is not None:
        cases = cases.filter(uid__in=only)
    found = [_waiting(case, today, book) for case in _with_papers(cases).order_by("due_on", "id")[:MOST]]
    return Queue(
        flagged=[row for row in found if row.flagged],
        again=[row for row in found if not row.flagged and row.returned_for],
        plain=[row for row in found if not row.flagged and not row.returned_for],
        today=today,
    )


def _with_papers(cases):  # type: ignore[no-untyped-def]
    members = Membership.objects.current().select_related("person").order_by("id")
    checks = (
        Visit.objects.prefetch_related("visitors", "photos").select_related("income").order_by("-visited_on", "-id")
    )
    returns = Transition.objects.returns().order_by("-id")
    return cases.select_related("household", "village__parent", "clue").prefetch_related(
        Prefetch("household__memberships", members, to_attr="present"),
        Prefetch("household__incomes", Income.objects.order_by("-ends_on", "-id"), to_attr="known_incomes"),
        Prefetch("comparisons", Comparison.objects.select_related("person")),
        Prefetch("appraisals", Appraisal.objects.order_by("-id")),
        Prefetch("notices", Notice.objects.prefetch_related("objections")),
        Prefetch("visits", checks),
        Prefetch("clue__visits", checks),
        Prefetch("transitions", returns, to_attr="sent_back"),
        Prefetch("authorisation", Authorisation.objects.all()),
    )


def _waiting(case: Case, today: date, book: PolicyBook) -> Waiting:
    members = case.household.present  # type: ignore[attr-defined]
    head = next((member.person.name for member in members if member.relation == "户主"), case.household.number)
    returns = case.sent_back  # type: ignore[attr-defined]
    again = (returns[0].data.get("reason") or "退回补正") if returns else ""
    return Waiting(case, head, len(members), list(_signs(case, members, today, book)), again)


def _signs(case: Case, members: list[Membership], today: date, book: PolicyBook) -> Iterator[str]:
    if case.kind in CLEARINGS:
        yield f"{case.get_kind_display()}，要逐条核对条件"
    if case.green_channel:
        yield "先帮后补，补办手续"
    yield from _comparison_signs(case, today, book)
    yield from _income_signs(case, today, book)
    yield from _signing_signs(case, members, today)
    yield from _vote_signs(case, today, book)
    objections = [row for notice in case.notices.all() for row in notice.objections.all()]
    if objections:
        yield f"公示期有 {len(objections)} 条异议"
    yield from _visit_signs(case, today, book)


def _comparison_signs(case: Case, today: date, book: PolicyBook) -> Iterator[str]:
    rows = list(case.comparisons.all())
    for row in rows:
        if row.hit:
            name = row.person.name if row.person else "成员"
            yield f"{name}的{row.get_item_display()}触碰，{'已说明' if row.explanation else '没有说明'}"
    oldest = add_months(today, -book.value("comparison_valid_months", on=today, code=case.village_id))
    if any(row.compared_on <= oldest for row in rows):
        yield "比对结果已过有效期"


def _income_signs(case: Case, today: date, book: PolicyBook) -> Iterator[str]:
    incomes = [row for row in case.household.known_incomes if row.members]  # type: ignore[attr-defined]
    if not incomes or case.kind in CLEARINGS:
        return
    now, line = incomes[0].net_per_capita, book.value("income_line", on=today, code=case.village_id)
    if case.monitored_type != MonitoredType.SUDDEN and now >= line:
        yield f"人均纯收入 {now:,.0f} 元，不低于 {line:,.0f} 元线"
    fall = fallen(incomes)
    if fall >= FALLEN:
        yield f"人均纯收入比上次少 {fall}%"


def fallen(incomes: list[Income]) -> int:
    """By how many percent the newest income a head is below the one before; 0 when it is not."""
    if len(incomes) < 2 or incomes[1].net_per_capita <= 0:
        return 0
    now, before = incomes[0].net_per_capita, incomes[1].net_per_capita
    return max(int((before - now) * 100 / before), 0)


def _signing_signs(case: Case, members: list[Membership], today: date) -> Iterator[str]:
    signed = getattr(case, "authorisation", None)
    if signed is None or not signed.signatories:
        return
    adults = [member.person.name for member in members if today.year - member.person.birth_year >= ADULT]
    missing = [name for name in adults if name not in signed.signatories]
    if missing:
        yield f"授权书没有{'、'.join(missing)}签字"


def _vote_signs(case: Case, today: date, book: PolicyBook) -> Iterator[str]:
    vote = next(iter(case.appraisals.all()), None)
    if vote is None:
        return
    quorum = book.value("quorum_percent", on=today, code=case.village_id)
    if vote.entitled and vote.present * 100 / vote.entitled - float(quorum) < NEAR_QUORUM:
        yield f"评议应到 {vote.entitled} 人，实到 {vote.present} 人，刚够法定人数"
    if vote.agree * 2 - vote.present <= NEAR_MAJORITY:
        yield f"评议同意 {vote.agree} 票，刚过半数"


def _visit_signs(case: Case, today: date, book: PolicyBook) -> Iterator[str]:
    visits = [*case.visits.all(), *(case.clue.visits.all() if case.clue else ())]
    visit = next((row for row in visits if row.kind != Visit.Kind.FOLLOW_UP), None)
    if visit is None:
        yield "没有入户核实记录"
        return
    faults = visit_faults(facts_of(visit), lambda key: book.value(key, on=today, code=case.village_id))
    yield from (f"入户核实：{fault}" for fault in faults)
    if not visit.signed and visit.unsigned_reason:
        yield f"农户没有签字：{visit.unsigned_reason}"
