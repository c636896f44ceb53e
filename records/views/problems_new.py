"""Pages that bring problems: one by hand, a list as a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.api.uploads import BOOK_ENDINGS, workbook
from accounts.errors import Forbidden, Refused
from accounts.models import Division, User
from accounts.permissions import PERMISSIONS
from accounts.scope import AREA_ROLES, scope_of
from accounts.views.base import Page
from households.models import Household
from monitoring.forms import input_field
from records.models import Problem, RecordBatch
from records.problems.kind import ProblemKind
from records.problems.kinds import KINDS
from records.problems.sheets import SHEETS
from records.services.problems_import import BOOK, import_problems
from records.services.problems_opening import open_problem
from records.views.problems import findable, listable
from sheets.faults import SheetError

TEXT, SELECT, AREA = {"class": "form-control"}, {"class": "form-select"}, {"class": "form-control", "rows": 3}
SHOWN = 200
LISTS_BYTES = 20 * 1024 * 1024


class ProblemForm(forms.Form):
    """One problem of a kind, of a household or a place."""

    origin = forms.ChoiceField(label="来源", choices=Problem.Origin.choices, widget=forms.Select(attrs=SELECT))
    found_on = forms.DateField(
        label="发现（反馈）日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", **TEXT})
    )
    description = forms.CharField(label="问题描述", max_length=1000, widget=forms.Textarea(attrs=AREA))

    def __init__(self, kind: ProblemKind, household: Household | None, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.household = kind, household
        self._members = {}
        if household is None:
            self.fields["division"] = forms.ChoiceField(
                label="涉及单位", choices=_places(user, kind), widget=forms.Select(attrs=SELECT)
            )
        if kind.about == "person" and household is not None:
            rows = household.memberships.current().select_related("person")
            self._members = {str(row.person.uid): row.person for row in rows}
            choices = [(uid, person.name) for uid, person in self._members.items()]
            self.fields["person"] = forms.ChoiceField(
                label="涉及成员", choices=choices, widget=forms.Select(attrs=SELECT)
            )
        if kind.kind == Problem.Kind.RECTIFICATION:
            self._more_of_rectification()
        if household is None:
            for name, title in (("households_affected", "影响户数"), ("persons_affected", "影响人数")):
                self.fields[name] = _number(title)
        for wanted in kind.inputs.get("open", ()):
            self.fields[wanted.name] = input_field(wanted)
        first = ["division", "person", "level", "origin", "found_on"]
        self.order_fields(first)
        self.fields["found_on"].initial = timezone.localdate()

    def _more_of_rectification(self) -> None:
        self.fields["level"] = forms.ChoiceField(
            label="反馈层级", choices=Problem.Level.choices, widget=forms.Select(attrs=SELECT)
        )
        for name, title, longest in (("grade", "分级", 20), ("category", "分类", 40)):
            self.fields[name] = forms.CharField(
                label=title, required=False, max_length=longest, widget=forms.TextInput(attrs=TEXT)
            )

    def arguments(self) -> dict[str, Any]:
        """What `open_problem` takes."""
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        own = {wanted.name for wanted in self.kind.inputs.get("open", ())}
        values = {name: value for name, value in given.items() if name not in own}
        values["details"] = {name: value for name, value in given.items() if name in own}
        if "division" in values:
            values["division"] = Division.objects.get(code=values["division"])
        if "person" in values:
            values["person"] = self._members[values["person"]]
        return {"kind": self.kind.kind, "household": self.household, **values}


def _number(title: str) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={**TEXT, "inputmode": "numeric"})
    return forms.IntegerField(label=title, required=False, min_value=0, max_value=32_767, widget=widget)


def _places(user: User, kind: ProblemKind) -> list[tuple[str, str]]:
    """The places that the user may register such a problem of, by township."""
    roles = PERMISSIONS[kind.right("find")]
    codes: dict[str, str] = {}
    for post in scope_of(user).posts:
        if post.role in roles and (post.role in AREA_ROLES or post.department == kind.department):
            places = Division.objects.within(post.division).select_related("parent").order_by("code")
            if kind.kind == Problem.Kind.WATER:
                places = places.at_level(Division.Level.VILLAGE)
            for place in places:
                above = place.parent.name if place.level == Division.Level.VILLAGE and place.parent else ""
                codes[place.code] = f"{above}{place.name}"
    return list(codes.items())


class ProblemNew(Page):
    """Register a problem of a place."""

    template = "records/problem_new.html"

    def get(self, request: HttpRequest, uid: str = "") -> HttpResponse:
        household = self._household(uid)
        kind = self._kind(request.GET.get("kind", ""), household)
        form = ProblemForm(kind, household, self.user) if kind else None
        return self._page(household, kind, form)

    def post(self, request: HttpRequest, uid: str = "") -> HttpResponse:
        household = self._household(uid)
        kind = self._kind(request.GET.get("kind", ""), household)
        if kind is None:
            raise Http404
        form = ProblemForm(kind, household, self.user, request.POST)
        if not form.is_valid():
            return self._page(household, kind, form, status=400)
        try:
            problem = open_problem(actor=self.user, at=self.at, **form.arguments())
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            for sentence in refusal.details or [refusal.message]:
                form.add_error(refusal.field if refusal.field in form.fields else None, sentence)
            return self._page(household, kind, form, status=refusal.status)
        messages.success(request, f"已登记 {problem.number}。")
        return redirect("problem-detail", uid=problem.uid)

    def _household(self, uid: str) -> Household | None:
        """The household that the page is about, for whoever registers problems at all."""
        rows = Household.objects.visible_to(self.user).select_related("village__parent")
        household = get_object_or_404(rows, uid=uid) if uid else None
        if not findable(self.user):
            raise Forbidden("你的岗位不登记问题，请交由村里或乡镇登记。")
        return household

    def _kind(self, name: str, household: Household | None) -> ProblemKind | None:
        return next((kind for kind in self._offered(household) if kind.kind == name), None)

    def _offered(self, household: Household | None) -> list[ProblemKind]:
        kinds = [KINDS[name] for name in findable(self.user)]
        return kinds if household else [kind for kind in kinds if kind.about == "place"]

    def _page(
        self, household: Household | None, kind: ProblemKind | None, form: ProblemForm | None, status: int = 200
    ) -> HttpResponse:
        offered = self._offered(household)
        context = {"household": household, "kind": kind, "form": form, "offered": offered}
        return render(self.request, self.template, context, status=status)


class ListForm(forms.Form):
    """A workbook of problems of one kind in a place."""

    kind = forms.ChoiceField(label="清单", widget=forms.Select(attrs=SELECT))
    division = forms.ChoiceField(label="地方", widget=forms.Select(attrs=SELECT))
    file = forms.FileField(
        label="清单文件",
        widget=forms.FileInput(attrs={**TEXT, "accept": ",".join(BOOK_ENDINGS)}),
        help_text="一行一个问题，xlsx、xls 或 csv，表头用你们手里那张就行。措施、责任单位、责任人都写了的直接交办。",
        error_messages={"required": "请选择文件。", "empty": "这个文件是空的。"},
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, f"{KINDS[kind].title}清单") for kind in listable(user)]  # type: ignore[attr-defined]
        posts = scope_of(user).posts
        places = {
            post.division.code: post.division.name for post in posts if post.role in AREA_ROLES or post.department
        }
        self.fields["division"].choices = list(places.items())  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if Path(upload.name or "").suffix.lower() not in BOOK_ENDINGS:
            raise forms.ValidationError("只能用 xlsx、xls、csv 文件，别的格式请另存为 xlsx 再传。")
        if (upload.size or 0) > LISTS_BYTES:
            raise forms.ValidationError("文件超过 20 MB，请拆开再传。")
        return upload


class ProblemImport(Page):
    """Bring a list, and see what became of the last ones."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(ListForm(self.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ListForm(self.user, request.POST, request.FILES)
        if not form.is_valid():
            return self._page(form, status=400)
        try:
            batch = self._import(form)
        except (Refused, SheetError) as refusal:
            if getattr(refusal, "status", 400) in (403, 404):
                raise
            form.add_error("file", str(refusal))
            return self._page(form, status=400)
        messages.success(
            request,
            f"{batch.rows} 行：新登记 {batch.created} 件，已在册 {batch.unchanged} 件，退回 {batch.rejected} 行。",
        )
        return self._page(ListForm(self.user), batch=batch)

    def _import(self, form: ListForm) -> RecordBatch:
        upload = form.cleaned_data["file"]
        with workbook(upload) as path:
            return import_problems(
                kind=form.cleaned_data["kind"],
                division=Division.objects.get(code=form.cleaned_data["division"]),
                path=path,
                name=upload.name or path.name,
                actor=self.user,
                at=self.at,
                guarded=True,
            )

    def _page(self, form: ListForm, batch: RecordBatch | None = None, status: int = 200) -> HttpResponse:
        books = [BOOK.format(kind=kind) for kind in SHEETS]
        batches = RecordBatch.objects.visible_to(self.user).filter(book__in=books).select_related("file", "imported_by")
        context = {
            "form": form,
            "errors": batch.errors[:SHOWN] if batch else [],
            "batches": batches[:20],
            "columns": [(KINDS[kind].title, columns) for kind, columns in SHEETS.items()],
        }
        return render(self.request, "records/problem_import.html", context, status=status)
