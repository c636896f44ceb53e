"""Forms of the steps of cases that have more to show than their inputs: signatures, risks, the vote with its sign-in sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from monitoring.forms import NamesField, StepForm
from monitoring.models import Case
from monitoring.workflow.opening import ENROLLABLE, MOST_RISKS
from monitoring.workflow.step import Step

TEXT = {"class": "form-control"}
# As many rows as a large assembly has; the page shows the filled ones and a few more.
ATTENDANCE = 60
COUNTS = ("entitled", "present", "agree", "disagree", "abstain", "barred")


class SigningForm(StepForm):
    """Who signed: the members by tick, others by name, witnesses by name."""

    def __init__(self, step: Step, *args: Any, members: Sequence[tuple[str, bool]], **kwargs: Any) -> None:
        super().__init__(step, *args, **kwargs)
        self.fields["signed"] = forms.MultipleChoiceField(
            label="签字的家庭成员",
            required=False,
            choices=[(name, name) for name, _ in members],
            initial=[name for name, adult in members if adult],
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["signatories"] = NamesField(
            label="不共同生活的签字人",
            required=False,
            help_text="一行一个。子女、子女配偶和其他赡养、抚养人也要授权。",
            widget=forms.Textarea(attrs={**TEXT, "rows": 2}),
        )
        self.fields["witnesses"].help_text = "一行一个。按手印的，须有两名工作人员见证。"
        self.fields["witnesses"].widget.attrs["rows"] = 2
        self.order_fields(["version", "signed_on", "signed", "signatories", "witnesses", "files", "note"])

    def data_of_step(self) -> dict[str, Any]:
        data = super().data_of_step()
        names = [*self.cleaned_data["signed"], *data.get("signatories", [])]
        return {**data, "signatories": list(dict.fromkeys(names))} if names else data


class ProposeForm(StepForm):
    """Type and risks; which risk is the main one is chosen by itself, because the rest of the work hangs on it."""

    def __init__(self, step: Step, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(step, *args, **kwargs)
        risks = [(risk, risk) for risk in ENROLLABLE]
        self.fields["main"] = forms.ChoiceField(
            label="主要风险",
            choices=[("", "选一个"), *risks],
            initial=case.risks[0] if case.risks else "",
            widget=forms.Select(attrs={"class": "form-select"}),
        )
        self.fields["risks"] = forms.MultipleChoiceField(
            label=f"其他风险（连主要风险至多 {MOST_RISKS} 个）",
            choices=risks,
            required=False,
            initial=case.risks[1:],
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["monitored_type"].initial = case.monitored_type
        self.order_fields(["version", "monitored_type", "main", "risks", "note", "files"])

    def data_of_step(self) -> dict[str, Any]:
        others = [risk for risk in self.cleaned_data["risks"] if risk != self.cleaned_data["main"]]
        return {**super().data_of_step(), "risks": [self.cleaned_data["main"], *others]}


class AppraisalForm(StepForm):
    """The vote and who was there. `before` is the sign-in sheet of the village's last meeting, to start from."""

    def __init__(self, step: Step, *args: Any, before: Sequence[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(step, *args, **kwargs)
        self.fields.pop("attendance")
        for i in range(ATTENDANCE):
            known = before[i] if i < len(before) else {}
            self._add_row(i, known)
        self.order_fields(["version", "happened_on", "place", "chair", "recorder", *COUNTS])

    def _add_row(self, i: int, known: dict[str, Any]) -> None:
        label = f"签到第 {i + 1} 人"
        for name, title, longest in (("name", "姓名", 60), ("capacity", "身份", 60)):
            self.fields[f"{name}_{i}"] = forms.CharField(
                label=f"{label} {title}",
                required=False,
                max_length=longest,
                initial=known.get(name, ""),
                widget=forms.TextInput(attrs={**TEXT, "aria-label": f"{label} {title}"}),
            )
        for name, title in (("relative", "近亲属"), ("away", "回避")):
            self.fields[f"{name}_{i}"] = forms.BooleanField(
                label=f"{label} {title}",
                required=False,
                widget=forms.CheckboxInput(attrs={"class": "form-check-input", "aria-label": f"{label} {title}"}),
            )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of the sign-in sheet as bound fields; `spare` ones are empty and may stay out of sight."""
        names = ("name", "capacity", "relative", "away")
        rows = [{name: self[f"{name}_{i}"] for name in names} for i in range(ATTENDANCE)]
        last = max((i for i, row in enumerate(rows) if row["name"].value()), default=-1)
        return [{**row, "number": i + 1, "spare": i > last + 3} for i, row in enumerate(rows)]

    @property
    def main_fields(self) -> list[Any]:
        """The fields beside the sign-in sheet."""
        sheet = {f"{name}_{i}" for name in ("name", "capacity", "relative", "away") for i in range(ATTENDANCE)}
        return [field for field in self.visible_fields() if field.name not in sheet]

    def data_of_step(self) -> dict[str, Any]:
        data, filled = super().data_of_step(), self.cleaned_data
        rows = [
            {
                "name": filled[f"name_{i}"],
                "capacity": filled[f"capacity_{i}"],
                "relative": filled[f"relative_{i}"],
                "barred": filled[f"away_{i}"],
            }
            for i in range(ATTENDANCE)
            if filled[f"name_{i}"].strip()
        ]
        return {**data, "attendance": rows} if rows else data
