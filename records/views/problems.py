"""Pages of problems: the list with its filters, one problem with its steps, and taking one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import Division, User
from accounts.permissions import PERMISSIONS
from accounts.scope import scope_of
from accounts.views.base import Page, asked, counted, do_and_return, keyset_page, put_on_form
from households.heads import with_heads
from households.models import Household
from monitoring.clock import add_days
from monitoring.forms import StepForm
from monitoring.policy import value_of
from monitoring.workflow.entry import Available
from records.models import Problem
from records.problems.kinds import KINDS
from records.problems.rights import RAISE
from records.problems.sheets import SHEETS
from records.problems.story import details_of, line_of_steps, step_words
from records.problems.turns import waiting_for
from records.querysets import ProblemQuerySet
from records.services.problems import available_actions, perform
from records.services.problems_raising import raise_problems

# What the state filter offers beside the states; without any filter the open ones are listed.
EVERY = "all"
SELDOM = {"reassign"}


class ProblemList(Page):
    """Problems of the user's places; filters in the address."""

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate(self.at)
        query = {name: value[:60] for name, value in asked(request).items()}
        visible = Problem.objects.visible_to(self.user)
        found = _filtered(visible, query, self.user, self.at)
        # What is worked comes by its deadline; in a list with cleared ones the newest come first.
        order = ("-id",) if query.get("state") else ("due", "id")
        page = keyset_page(_with_names(found.by_deadline()), order=order, query=query)
        context = {
            "page": page,
            "count": page.total(),
            "overdue": counted(found.overdue(today)),
            "filters": query,
            "filtered": bool({name for name, value in query.items() if value} - {"after", "before"}),
            "kinds": [(kind, one.title) for kind, one in KINDS.items()],
            "states": [("all", "全部"), *Problem.State.choices],
            "terms": [("1", "超期")],
            "levels": Problem.Level.choices,
            "places": _places(self.user),
            "may_find": _finds_here(self.user),
            "may_import": bool(listable(self.user)),
            "may_raise": bool(scope_of(self.user).roles & PERMISSIONS[RAISE]),
        }
        return render(request, "records/problems.html", context)


def _filtered(rows: ProblemQuerySet, query: Mapping[str, str], user: User, at: Any) -> ProblemQuerySet:
    today = timezone.localdate(at)
    if query.get("kind") in KINDS:
        rows = rows.of_kind(query["kind"])
    if query.get("level") in Problem.Level.values:
        rows = rows.filter(level=query["level"])
    if place := Division.objects.visible_to(user).filter(code=query.get("division", "")).first():
        rows = rows.within(place)
    if query.get("overdue"):
        rows = rows.overdue(today)
    if query.get("mine"):
        rows = waiting_for(rows, user, today)
    if query.get("q"):
        rows = rows.filter(number=query["q"].upper()) | rows.filter(description__contains=query["q"])
    state = query.get("state", "")
    if state in Problem.State.values:
        return rows.filter(state=state)
    return rows if state == EVERY or query.get("mine") else rows.open()


def _with_names(rows: ProblemQuerySet) -> ProblemQuerySet:
    """With the names that a page shows, in a fixed number of queries."""
    return with_heads(rows.select_related("person", "division__parent"))


def _places(user: User) -> QuerySet[Division]:
    visible = Division.objects.visible_to(user)
    townships = visible.at_level(Division.Level.TOWNSHIP)
    return townships if len(townships) > 1 else visible.at_level(Division.Level.VILLAGE)


def findable(user: User) -> list[str]:
    """The kinds that one of the user's posts may register."""
    scope = scope_of(user)
    return [kind for kind, one in KINDS.items() if _may_find(scope, one)]


def listable(user: User) -> list[str]:
    """Those of them that come as a list too."""
    return [kind for kind in findable(user) if kind in SHEETS]


def _finds_here(user: User) -> bool:
    """Whether the page that registers leads anywhere: to a kind about places, or by way of a household that he sees."""
    kinds = findable(user)
    return bool(kinds) and (scope_of(user).sees_households or any(KINDS[kind].about == "place" for kind in kinds))


def _may_find(scope: Any, kind: Any) -> bool:
    roles = PERMISSIONS[kind.right("find")]
    own = kind.department in scope.departments and "liaison" in roles
    return bool(own or (scope.roles - {"liaison"}) & roles)


class ProblemDetail(Page):
    """One problem: where it stands, what is known, what was done, what the user may do."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        rows = _with_names(Problem.objects.visible_to(self.user)).select_related("clue", "recorded_by", "batch")
        problem = get_object_or_404(rows, uid=uid)
        steps = list(problem.steps.select_related("actor").prefetch_related("files").order_by("-id"))
        # The first one lies open: what the work goes on with, not what changes whose it is.
        choices = sorted(available_actions(problem, self.user, self.at), key=lambda item: item.step.action in SELDOM)
        context = {
            "problem": problem,
            "kind": KINDS[problem.kind],
            "stepper": line_of_steps(problem, steps),
            "details": details_of(problem),
            "history": [(step, *step_words(problem, step)) for step in steps],
            "choices": [_choice(problem, item) for item in choices],
            "sees_household": _sees(self.user, problem),
            "look_back_on": _look_back_on(problem),
        }
        return render(request, "records/problem.html", context)


def _look_back_on(problem: Problem) -> Any:
    """By when somebody should look again; None while nothing is to be looked at."""
    if problem.signed_off_on is None or problem.looked_back_on is not None:
        return None
    days = value_of("problem_look_back_days", on=problem.signed_off_on, code=problem.division_id)
    return add_days(problem.signed_off_on, days)


def _sees(user: User, problem: Problem) -> bool:
    if problem.household_id is None:
        return False
    return Household.objects.visible_to(user).filter(pk=problem.household_id).exists()


def _choice(problem: Problem, item: Available) -> tuple[Available, StepForm]:
    return item, _form(problem, item.step)


def _form(problem: Problem, step: Any, *args: Any) -> StepForm:
    """The form of a step, with what the problem already says of it."""
    known = {name: getattr(problem, name) for name in ("measures", "leader", "unit", "person_in_charge")}
    given = {wanted.name: problem.details[wanted.name] for wanted in step.inputs if wanted.name in problem.details}
    if step.action == "note_progress":
        given = {}
    return StepForm(
        step, *args, options={}, initial={**known, **given, "version": problem.version}, auto_id=f"{step.action}_%s"
    )


class ProblemStepPage(Page):
    """Fill in and take one step with one problem."""

    def get(self, request: HttpRequest, uid: str, action: str) -> HttpResponse:
        problem = self._problem(uid)
        item = self._item(problem, action)
        return self._page(problem, item, _form(problem, item.step))

    def post(self, request: HttpRequest, uid: str, action: str) -> HttpResponse:
        problem = self._problem(uid)
        item = self._item(problem, action)
        form = _form(problem, item.step, request.POST, request.FILES)
        if not form.is_valid():
            return self._page(problem, item, form, status=400)
        try:
            self._perform(problem, action, form)
        except Refused as refusal:
            put_on_form(form, refusal, details=True)
            return self._page(problem, item, form, status=refusal.status)
        messages.success(request, f"{item.title}：已办理。")
        return redirect("problem-detail", uid=problem.uid)

    def _problem(self, uid: str) -> Problem:
        return get_object_or_404(_with_names(Problem.objects.visible_to(self.user)), uid=uid)

    def _item(self, problem: Problem, action: str) -> Available:
        found = (item for item in available_actions(problem, self.user, self.at) if item.action == action)
        item = next(found, None)
        if item is None:
            raise Http404
        return item

    def _perform(self, problem: Problem, action: str, form: StepForm) -> None:
        given = form.handed_in(actor=self.user, at=self.at)
        perform(problem=problem, action=action, actor=self.user, at=self.at, **given)

    def _page(self, problem: Problem, item: Available, form: StepForm, status: int = 200) -> HttpResponse:
        context = {"problem": problem, "item": item, "form": form}
        return render(self.request, "records/problem_step.html", context, status=status)


class ProblemRaise(Page):
    """Look through the books of a place for problems; a sent form alone."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return redirect("problem-list")

    def post(self, request: HttpRequest) -> HttpResponse:
        place = _own_place(self.user)
        return do_and_return(request, lambda: self._raise(place), to="problem-list")

    def _raise(self, place: Division | None) -> str:
        if place is None:
            raise Refused("你没有可以查的地方。")
        made = raise_problems(division=place, on=timezone.localdate(self.at), actor=self.user, at=self.at)
        said = "，".join(f"{KINDS[kind].title} {number} 件" for kind, number in made.raised.items())
        return f"查了{place.name}的就学、住房、务工底册：新登记{said}；已经在册的 {made.known} 件没有重复登记。"


def _own_place(user: User) -> Division | None:
    posts = [post for post in scope_of(user).area_posts() if post.role in PERMISSIONS[RAISE]]
    return posts[0].division if posts else None
