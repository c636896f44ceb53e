"""Forms drawn from the workflow table: one form for every step, with the step's own inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import StoredFile, User
from accounts.services.pictures import keep_picture
from monitoring.workflow.inputs import Input
from monitoring.workflow.step import Step

SEPARATORS = str.maketrans({"，": ",", "\t": ",", "、": ","})
MOST_FILES = 9
LARGEST_FILE = 20 * 1024 * 1024
# Texts that may be so long are written in several lines.
LONG_WORDS = 500
# What is to be photographed, by step.
PHOTOS = {
    "authorise": "授权书照片（每一页，看得清签字）",
    "appraise": "会议照片、纪要和签到册",
    "hang_notice": "首日照片（看得清公示内容和地点）",
    "take_down": "末日照片（看得清公示还在）",
}


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Photos and scans, several at a time."""

    widget = _Files

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = [super(FilesField, self).clean(item, initial) for item in data] if data else []
        if self.required and not files:
            raise forms.ValidationError("请附上照片或扫描件。")
        if len(files) > MOST_FILES or any(file.size > LARGEST_FILE for file in files):
            raise forms.ValidationError(f"一次至多 {MOST_FILES} 个文件，每个不超过 20 MB。")
        return files


def keep_uploads(uploads: Sequence[Any], *, actor: User, at: datetime) -> list[StoredFile]:
    """The uploaded files, pictures drawn anew, kept. Raises Refused for what is no picture and no PDF."""
    return [keep_picture(content=upload.read(), name=upload.name, actor=actor, at=at) for upload in uploads]


class StepForm(forms.Form):
    """The inputs of one step, its note, files and date as far as the step takes them, and the version it is about.

    `options` gives the rows to choose from for inputs that name another row by its uid.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, step: Step, *args: Any, options: Mapping[str, Sequence[tuple[str, str]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.step = step
        for wanted in step.inputs:
            chosen = options.get(wanted.name)
            self.fields[wanted.name] = input_field(wanted) if chosen is None else _pick(wanted, chosen)
        if step.dated:
            self.fields["happened_on"] = _date("办理日期", required=False)
            self.fields["happened_on"].initial = timezone.localdate()
        self.fields["note"] = forms.CharField(
            label="理由" if step.note else "意见",
            required=step.note,
            max_length=1000,
            widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        )
        self.fields["files"] = FilesField(label=PHOTOS.get(step.action, "照片或扫描件"), required=step.files)
        self.fields["files"].widget.attrs |= {"class": "form-control", "accept": "image/*,application/pdf"}

    def data_of_step(self) -> dict[str, Any]:
        """What the workflow reads: only what was filled in."""
        given = {wanted.name: self.cleaned_data.get(wanted.name) for wanted in self.step.inputs}
        return {name: value for name, value in given.items() if value not in (None, "", [])}

    def handed_in(self, *, actor: User, at: datetime) -> dict[str, Any]:
        """What `perform` takes of the form; keeps its files. Raises as `keep_uploads`."""
        return {
            "version": self.cleaned_data["version"],
            "note": self.cleaned_data["note"],
            "data": self.data_of_step(),
            "files": keep_uploads(self.cleaned_data["files"], actor=actor, at=at),
            "happened_on": self.cleaned_data.get("happened_on"),
        }


class CompareForm(StepForm):
    """The step `compare` as a grid: for every member and item a tick where it hit, and what was found.

    `grid` are rows as `comparison_draft` gives them, with `name` and `title` for the label beside.
    """

    def __init__(self, step: Step, *args: Any, grid: Sequence[Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(step, *args, **kwargs)
        self.grid = grid
        self.fields.pop("results")
        for i, row in enumerate(grid):
            label = f"{row['name']} · {row['title']}"
            self.fields[f"hit_{i}"] = forms.BooleanField(
                label=f"{label} 触碰",
                required=False,
                initial=row["hit"],
                widget=forms.CheckboxInput(attrs={"class": "form-check-input", "aria-label": f"{label} 触碰"}),
            )
            self.fields[f"found_{i}"] = forms.CharField(
                label=f"{label} 触碰情况",
                required=False,
                max_length=500,
                initial=row["found"],
                widget=forms.TextInput(attrs={"class": "form-control", "aria-label": f"{label} 触碰情况"}),
            )
        self.order_fields([name for name in self.fields if name not in ("note", "files")])

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The grid as a table: a row for every member and item, `first` where a new member begins."""
        names = [row["name"] for row in self.grid]
        return [
            {
                "row": row,
                "hit": self[f"hit_{i}"],
                "found": self[f"found_{i}"],
                "first": i == 0 or names[i - 1] != names[i],
            }
            for i, row in enumerate(self.grid)
        ]

    @property
    def main_fields(self) -> list[Any]:
        """The fields beside the grid."""
        return [field for field in self.visible_fields() if not field.name.startswith(("hit_", "found_"))]

    def data_of_step(self) -> dict[str, Any]:
        results = [
            {
                "person": row["person"],
                "item": row["item"],
                "hit": self.cleaned_data[f"hit_{i}"],
                "found": self.cleaned_data[f"found_{i}"],
                "unit": row["unit"],
                "compared_on": row["compared_on"],
            }
            for i, row in enumerate(self.grid)
        ]
        return {"results": results}


class ReviewForm(forms.Form):
    """A reviewer's word about one case: passed, perhaps with a remark, or sent back for a reason."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    verdict = forms.ChoiceField(choices=(("pass", "通过"), ("return", "退回补正")))
    reason = forms.ChoiceField(
        label="退回原因", required=False, widget=forms.Select(attrs={"class": "form-select", "data-reason": ""})
    )
    to = forms.ChoiceField(label="退回到", required=False, widget=forms.Select(attrs={"class": "form-select"}))
    note = forms.CharField(
        label="要村里补什么，或通过的附言",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )

    def __init__(
        self, *args: Any, reasons: Sequence[Any], targets: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        titles = [("", "选一个原因"), *((reason.title, reason.title) for reason in reasons)]
        self.fields["reason"].choices = titles  # type: ignore[attr-defined]
        self.fields["to"].choices = [("", "上一步（公示）"), *targets[1:]]  # type: ignore[attr-defined]
        if not targets:
            self.fields["to"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("verdict") == "return" and not data.get("reason"):
            self.add_error("reason", "退回要选一个原因。")
        return data


class NamesField(forms.CharField):
    """A list of texts, one a line."""

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class RowsField(forms.CharField):
    """A list of objects, one a line, its values in the declared order between commas."""

    def __init__(self, wanted: Input, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.wanted = wanted

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in super().clean(value).splitlines()]
        return [self._row(line) for line in lines if line]

    def _row(self, line: str) -> dict[str, Any]:
        cells = [cell.strip() for cell in line.translate(SEPARATORS).split(",")]
        if len(cells) > len(self.wanted.fields):
            raise forms.ValidationError(f"这一行多了内容：{line}")
        pairs = zip(self.wanted.fields, cells, strict=False)
        return {wanted.name: _cell(wanted, cell) for wanted, cell in pairs if cell}


def _cell(wanted: Input, cell: str) -> Any:
    if wanted.kind == "flag":
        return cell in ("是", "有", "对", "1")
    by_label = {label: value for value, label in wanted.choices}
    return by_label.get(cell, cell)


def _date(label: str, *, required: bool) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})
    return forms.DateField(label=label, required=required, widget=widget)


def _choice(wanted: Input) -> forms.Field:
    empty: Sequence[tuple[str, str]] = () if wanted.needed else (("", "不选"),)
    choices = [*empty, *wanted.choices]
    widget = forms.Select(attrs={"class": "form-select"})
    return forms.ChoiceField(label=wanted.title, required=wanted.needed, choices=choices, widget=widget)


def _pick(wanted: Input, options: Sequence[tuple[str, str]]) -> forms.Field:
    """A choice among rows by their uids."""
    widget = forms.Select(attrs={"class": "form-select"})
    return forms.ChoiceField(label=wanted.title, required=wanted.needed, choices=options, widget=widget)


def _flag(wanted: Input) -> forms.Field:
    choices = [("", "未填"), ("1", "是"), ("0", "否")]
    return forms.TypedChoiceField(
        label=wanted.title,
        required=wanted.needed,
        choices=choices,
        coerce=lambda value: value == "1",
        empty_value=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


def input_field(wanted: Input) -> forms.Field:
    """The form field of one input."""
    required, label = wanted.needed, wanted.title
    area = forms.Textarea(attrs={"rows": 4, "class": "form-control"})
    if wanted.kind == "date":
        return _date(label, required=required)
    if wanted.kind == "number":
        number = forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"})
        return forms.IntegerField(label=label, required=required, min_value=0, max_value=32767, widget=number)
    if wanted.kind == "money":
        amount = forms.TextInput(attrs={"class": "form-control", "inputmode": "decimal"})
        return forms.DecimalField(
            label=label, required=required, min_value=0, max_digits=11, decimal_places=2, widget=amount
        )
    if wanted.kind == "flag":
        return _flag(wanted)
    if wanted.kind == "choice":
        return _choice(wanted)
    if wanted.kind == "choices":
        boxes = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(label=label, required=required, choices=wanted.choices, widget=boxes)
    if wanted.kind == "uid":
        return forms.UUIDField(label=label, required=required, widget=forms.TextInput(attrs={"class": "form-control"}))
    if wanted.kind == "names":
        return NamesField(label=label, required=required, widget=area, help_text="一行一个。")
    if wanted.kind == "rows":
        order = "，".join(inner.title for inner in wanted.fields)
        return RowsField(wanted, label=label, required=required, widget=area, help_text=f"一行一项，依次写：{order}。")
    text = forms.TextInput(attrs={"class": "form-control"})
    widget = area if wanted.longest >= LONG_WORDS else text
    return forms.CharField(label=label, required=required, max_length=wanted.longest, widget=widget)
