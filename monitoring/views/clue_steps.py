"""What a person may do with a clue, as choices with their consequence; and the same step with many clues at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import User
from accounts.views.base import Page
from households.heads import head_names
from monitoring.forms import StepForm
from monitoring.models import Clue
from monitoring.views.ticked import ticked
from monitoring.workflow.batch import MOST, perform_each
from monitoring.workflow.engine import available_actions
from monitoring.workflow.entry import Available
from monitoring.workflow.step import CLUE, Step
from monitoring.workflow.table import TABLE

# What follows, in one sentence, so that nobody has to know the table by heart.
_FOLLOWS = {
    "dispatch": "交给下一级，从今天起按它的时限办理",
    "send_back": "写明缺什么，退给上一级重新分派",
    "close_unfounded": "不属实：写明依据，以后同样的证据不再提示",
    "close_solved": "普通政策已经解决：写明哪项政策、多少钱",
    "close_watched": "暂不处理，定下次看的日期，到期回到待办",
    "close_unverifiable": "找不到人：定下次再核的日期",
    "identify": "有返贫致贫风险：开始认定，村里办授权和比对",
    "join_episode": "这户正在监测，把风险并入现在的监测周期",
    "tell_reporter": "记下已经告诉报告人处理结果",
    "reopen": "到了复核日期，重新入户核实",
    "mark_green": "急难先给帮扶，手续在期限内补办",
}
BATCH_ACTIONS = {"dispatch": "一起分派", "close_unfounded": "以不属实办结", "close_solved": "以政策已化解办结"}


@dataclass(frozen=True)
class Choice:
    """One step that the user may take, its consequence, what is still missing for it, and its form."""

    item: Available
    follows: str
    form: StepForm


def choices_of(clue: Clue, user: User, at: datetime) -> list[Choice]:
    """The choices of the page's aside; `verify` is taken on the pages of the home visit."""
    return [
        Choice(item, _FOLLOWS.get(item.action, ""), _form(clue, item.step))
        for item in available_actions(clue, user, at)
    ]


def _form(clue: Clue, step: Step) -> StepForm:
    initial = {"version": clue.version, "risks": [clue.risk]}
    return StepForm(step, initial=initial, options={}, auto_id=f"{step.action}_%s")


class BatchForm(forms.Form):
    """Which step with which clues: each as `uid:version`, as it stood on the list."""

    action = forms.ChoiceField(choices=list(BATCH_ACTIONS.items()))
    note = forms.CharField(required=False, max_length=1000)
    confirmed = forms.BooleanField(required=False)


class ClueBatch(Page):
    """The same step with many clues: first what would be done with which, then an answer for each."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return redirect("clue-list")

    def post(self, request: HttpRequest) -> HttpResponse:
        form, seen = BatchForm(request.POST), ticked(request.POST.getlist("item")[:MOST])
        if not form.is_valid():
            return redirect("clue-list")
        clues = _chosen(self.user, seen)
        action, note = form.cleaned_data["action"], form.cleaned_data["note"].strip()
        ready, left = _sorted_out(clues, action)
        needs_note = any(step.note for _, step in ready)
        if form.cleaned_data["confirmed"] and ready and (note or not needs_note):
            return self._carry_out([clue for clue, _ in ready], seen, action, note)
        context = {
            "action": action,
            "title": BATCH_ACTIONS[action],
            "ready": ready,
            "left": left,
            "gone": len(seen) - len(clues),
            "seen": seen,
            "needs_note": needs_note,
            "note_missing": form.cleaned_data["confirmed"] and needs_note and not note,
        }
        return render(request, "monitoring/clue_batch.html", context, status=400 if context["note_missing"] else 200)

    def _carry_out(self, clues: list[Clue], seen: dict[str, int], action: str, note: str) -> HttpResponse:
        items = [(clue, seen[str(clue.uid)]) for clue in clues]
        outcomes = perform_each(items=items, action=action, actor=self.user, at=self.at, note=note)
        heads = head_names(clue.household_id for clue in clues)
        rows = [(outcome, heads.get(outcome.subject.household_id, "")) for outcome in outcomes]
        context = {
            "title": BATCH_ACTIONS[action],
            "done": [row for row in rows if row[0].ok],
            "refused": [row for row in rows if not row[0].ok],
        }
        return render(self.request, "monitoring/clue_batch_done.html", context)


def _chosen(user: User, seen: dict[str, int]) -> list[Clue]:
    rows = Clue.objects.visible_to(user).filter(uid__in=seen)
    return list(rows.select_related("household", "village__parent").order_by("due_on", "id"))


def _sorted_out(clues: list[Clue], action: str) -> tuple[list[tuple[Clue, Step]], list[Clue]]:
    """Those whose state allows the step, with it, and the others; rights and conditions are judged one by one later."""
    steps = [step for step in TABLE[CLUE] if step.action == action]
    fitting = [(clue, next((step for step in steps if clue.state in step.sources), None)) for clue in clues]
    return [(clue, step) for clue, step in fitting if step], [clue for clue, step in fitting if step is None]
