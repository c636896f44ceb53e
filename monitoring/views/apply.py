"""The public pages of a farmer's own application: no sign-in, nothing said about who is registered."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic.base import View

from accounts.errors import Refused
from monitoring.policy import value_of
from monitoring.services.applications import DIFFICULTIES, open_point, state_words, submit_application

TEXT = {"class": "form-control", "autocomplete": "off"}
# Receipts are too long to be guessed; this only keeps a machine from trying.
QUESTIONS_AN_HOUR = 30


def _text(label: str, longest: int, *, needed: bool = True, help_text: str = "", **attrs: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={**TEXT, **attrs})
    return forms.CharField(
        label=label,
        max_length=longest,
        required=needed,
        help_text=help_text,
        widget=widget,
        error_messages={"required": f"请填写{label}"},
    )


class ApplicationForm(forms.Form):
    """What a farmer tells. `uid` is made with the page, so that a second tap sends nothing twice."""

    uid = forms.UUIDField(widget=forms.HiddenInput)
    name = _text("姓名", 60, help_text="有困难的那个人的名字，照户口本写。替别人填的，也写他的。")
    id_number = _text(
        "身份证号码",
        30,
        help_text="他的身份证或残疾证号码；没有证的，户口本上有。只给核对的干部看。",
        inputmode="text",
    )
    phone = _text("联系电话", 20, help_text="手机号，或带区号的座机。村里和乡镇打这个电话核对。", inputmode="tel")
    place = _text("住在哪个组", 100, needed=False, help_text="如 三组。住在外面的，写现在住哪里。")
    members = forms.IntegerField(
        label="家里几口人",
        required=False,
        min_value=1,
        max_value=60,
        widget=forms.TextInput(attrs={**TEXT, "inputmode": "numeric"}),
        error_messages={"invalid": "写数字，如 3", "min_value": "至少 1 人", "max_value": "至多 60 人"},
    )
    difficulty = forms.ChoiceField(
        label="遇到什么困难",
        choices=[(str(value), words) for value, words in DIFFICULTIES],
        widget=forms.RadioSelect,
        error_messages={"required": "请选一样最主要的困难"},
        help_text="选最主要的一样，其他的写在下面。",
    )
    words = forms.CharField(
        label="说说情况",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={**TEXT, "rows": 3}),
        help_text="花了多少钱、从什么时候开始、现在最难的是什么。",
    )
    agent = _text("替别人填的，写你自己的姓名", 60, needed=False)
    agent_relation = _text("你和他的关系", 60, needed=False, help_text="如 儿子、邻居。")
    consent = forms.BooleanField(
        label="我同意上面的授权，填的都是真的", error_messages={"required": "要同意授权，村里和乡镇才能核对"}
    )
    website = forms.CharField(label="网址（请空着）", required=False, widget=forms.TextInput(attrs=TEXT))

    def clean_website(self) -> str:
        """A trap for machines: a person does not see this field."""
        if self.cleaned_data["website"]:
            raise forms.ValidationError("请把“网址”这一格清空再交")
        return ""

    def content(self) -> dict[str, Any]:
        told = {name: value for name, value in self.cleaned_data.items() if name not in ("uid", "website")}
        return {name: value for name, value in told.items() if value not in ("", None)}

    def refuse(self, refusal: Refused) -> None:
        """Show a refusal of the service at its field."""
        field = refusal.field if refusal.field in self.fields else None
        for sentence in refusal.details or [refusal.message]:
            self.add_error(field, sentence)


class CadresApplicationForm(ApplicationForm):
    """The same as a cadre fills it in for a farmer: it speaks to the cadre."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = "有困难的那个人的名字，照户口本写。"
        self.fields["phone"].help_text = "打得通的手机号，或带区号的座机。"
        self.fields["words"].help_text = "照农户说的写：花了多少钱、从什么时候开始、现在最难的是什么。"
        self.fields["agent"].label = "不是本人来说的，写来人的姓名"
        self.fields["agent_relation"].label = "来人和他的关系"
        self.fields["consent"].label = "授权已念给农户听，他同意；填的是他说的"


def kept_days(code: str) -> int:
    """How long a refused application of a place is kept."""
    return int(value_of("application_refused_days", on=timezone.localdate(), code=code))


@method_decorator(never_cache, name="dispatch")
class Apply(View):
    """The form behind a village's poster."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self._page(token, ApplicationForm(initial={"uid": uuid4()}))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        point, form = open_point(token), ApplicationForm(request.POST)
        if not form.is_valid():
            return self._page(token, form, status=400)
        try:
            receipt = submit_application(
                village=point.village,
                uid=form.cleaned_data["uid"],
                content=form.content(),
                at=timezone.now(),
                address=request.META.get("REMOTE_ADDR"),
            )
        except Refused as refusal:
            form.refuse(refusal)
            return self._page(token, form, status=refusal.status)
        return render(request, "monitoring/apply/done.html", {"receipt": receipt.number})

    def _page(self, token: str, form: ApplicationForm, status: int = 200) -> HttpResponse:
        village = open_point(token).village
        context = {"village": village, "form": form, "kept_days": kept_days(village.code)}
        return render(self.request, "monitoring/apply/form.html", context, status=status)


@method_decorator(never_cache, name="dispatch")
class ApplicationState(View):
    """Asking with a receipt number. By POST, so that the number stands in no address."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "monitoring/apply/state.html", {})

    def post(self, request: HttpRequest) -> HttpResponse:
        written = "".join(request.POST.get("receipt", "")[:60].upper().split()).replace("—", "-")
        if _asks_too_often(request):
            context = {"written": written, "fault": "问得太多了，请过一小时再查，或者到村委会问。"}
            return render(request, "monitoring/apply/state.html", context, status=429)
        words = state_words(number=_grouped(written))
        if words is None:
            context = {"written": written, "fault": "没有这个编号。请照回执一个一个核对，回执丢了请到村委会问。"}
            return render(request, "monitoring/apply/state.html", context, status=404)
        return render(request, "monitoring/apply/state.html", {"written": written, "words": words})


def _grouped(written: str) -> str:
    """The receipt number in its groups, however it was written; 0, 1 and 8 are no letters of it."""
    letters = written.replace("-", "").translate(str.maketrans("018", "OIB"))
    return "-".join(letters[place : place + 4] for place in range(0, len(letters), 4))


def _asks_too_often(request: HttpRequest) -> bool:
    key = f"receipt:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, timeout=3600)
    try:
        return int(cache.incr(key)) > QUESTIONS_AN_HOUR
    except ValueError:
        return False
