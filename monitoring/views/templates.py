"""Word files: a paper filled in, the templates in use, a county's own in their place."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header

from accounts.errors import Refused
from accounts.models import Division
from accounts.permissions import PERMISSIONS
from accounts.scope import scope_of
from accounts.views.base import Page
from monitoring.desk.dossier import dossier_of
from monitoring.models import PaperTemplate
from monitoring.policy import PolicyBook
from monitoring.printing.catalogue import EDITABLE
from monitoring.printing.filling import LARGEST, fill
from monitoring.printing.placeholders import ROWS, WORDS
from monitoring.services.paper_templates import (
    DOCX,
    EDIT_TEMPLATES,
    replace_template,
    restore_standard,
    template_of,
)
from monitoring.views.cases import case_for
from monitoring.views.returns import county_of


class TemplateForm(forms.Form):
    """One Word file for one paper."""

    paper = forms.ChoiceField(label="文书", widget=forms.Select(attrs={"class": "form-select"}))
    file = forms.FileField(
        label="Word 模板（.docx）", widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".docx"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paper"].choices = [(name, paper.title) for name, paper in EDITABLE.items()]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST:
            raise forms.ValidationError("模板超过 2 MB，请去掉大图片再传。")
        return upload


class CasePaperWord(Page):
    """One paper of a case as a Word file in the county's wording."""

    def get(self, request: HttpRequest, uid: str, name: str) -> HttpResponse:
        dossier = dossier_of(case_for(self.user, uid))
        paper = EDITABLE.get(name)
        if paper is None or not paper.fits(dossier):
            raise Http404
        values = paper.read(dossier, timezone.localdate(self.at), PolicyBook())
        content = fill(template_of(name, dossier.case.village_id), values)
        return _word(content, f"{paper.title}-{dossier.case.number}.docx")


class TemplateList(Page):
    """The Word templates in use in the user's county, and how to put one's own in their place."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, TemplateForm(initial={"paper": request.GET.get("paper", "")}))

    def post(self, request: HttpRequest) -> HttpResponse:
        county = county_of(self.user)
        if county is None:
            raise Http404
        if paper := request.POST.get("restore", ""):
            return self._restore(request, county, paper)
        form = TemplateForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, form, status=400)
        upload, paper = form.cleaned_data["file"], form.cleaned_data["paper"]
        try:
            replace_template(
                county=county, paper=paper, content=upload.read(), name=upload.name, actor=self.user, at=self.at
            )
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            for sentence in refusal.details or [refusal.message]:
                form.add_error("file", sentence)
            return self._page(request, form, status=refusal.status)
        messages.success(request, f"{EDITABLE[paper].title}：以后下载 Word 用新模板。")
        return redirect("template-list")

    def _restore(self, request: HttpRequest, county: Division, paper: str) -> HttpResponse:
        try:
            restore_standard(county=county, paper=paper, actor=self.user, at=self.at)
            messages.success(request, "已换回标准模板。")
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            messages.error(request, refusal.message)
        return redirect("template-list")

    def _page(self, request: HttpRequest, form: TemplateForm, status: int = 200) -> HttpResponse:
        county = county_of(self.user)
        own = PaperTemplate.objects.standing().filter(division=county).select_related("file", "uploaded_by")
        by_paper = {row.paper: row for row in own}
        papers = [
            {"paper": paper, "own": by_paper.get(name), "words": sorted(WORDS[name]), "rows": ROWS[name]}
            for name, paper in EDITABLE.items()
        ]
        editable = county is not None and scope_of(self.user).holds(PERMISSIONS[EDIT_TEMPLATES], county.code)
        context = {"papers": papers, "form": form, "editable": bool(editable), "county": county}
        return render(request, "monitoring/templates.html", context, status=status)


class TemplateFile(Page):
    """The template in use, to be reworded."""

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        county = county_of(self.user)
        if county is None or name not in EDITABLE:
            raise Http404
        return _word(template_of(name, county.code), f"{EDITABLE[name].title}模板.docx")


def _word(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=DOCX)
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer
