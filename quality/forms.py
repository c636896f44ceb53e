"""Forms of data quality: corrections of the register, exemptions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Division
from households.models import Household, LabourSkill, Person, SupportClass
from quality.checks import CHECKS, GROUPS
from quality.facts import LIVING, home_of
from sheets.clean import mask_id, mask_phone
from sheets.ids import tidy_id

_TEXT = {"class": "form-control"}
_SELECT = {"class": "form-select"}
_EDUCATION = ("文盲或半文盲", "小学", "初中", "高中", "大专", "高职高专", "技师", "本科及以上")
_SCHOOLING = (
    "学龄前儿童", "学前教育", "小学", "七年级", "八年级", "九年级",
    "普通高中一年级", "普通高中二年级", "普通高中三年级",
    "中职一年级", "中职二年级", "中职三年级",
    "高职高专一年级", "高职高专二年级", "高职高专三年级",
    "技师学院一年级", "技师学院二年级", "技师学院三年级", "技师学院四年级",
    "本科一年级", "本科二年级", "本科三年级", "本科四年级", "本科五年级", "硕士研究生及以上",
)  # fmt: skip
_HEALTH = ("健康", "长期慢性病", "患有大病", "残疾", "残疾,长期慢性病", "残疾,患有大病", "长期慢性病,患有大病")


def _text(label: str, longest: int, **more: Any) -> forms.CharField:
    widget = more.pop("widget", forms.TextInput(attrs={**_TEXT, "autocomplete": "off"}))
    return forms.CharField(label=label, max_length=longest, required=False, widget=widget, **more)


def _select(label: str, values: Any) -> forms.ChoiceField:
    choices = [("", "没有填"), *((value, value) for value in values)]
    return forms.ChoiceField(label=label, choices=choices, required=False, widget=forms.Select(attrs=_SELECT))


def _number(label: str, **more: Any) -> forms.DecimalField:
    widget = forms.NumberInput(attrs={**_TEXT, "inputmode": "decimal", "step": "any"})
    return forms.DecimalField(label=label, required=False, widget=widget, **more)


class CorrectForm(forms.Form):
    """Values of one row of the register as they stand; what is different afterwards is what is put right."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    happened_on = forms.DateField(
        label="从哪天起是这样",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}),
        help_text="登记错了更正的，就写今天。",
        error_messages={"required": "请填写日期。", "invalid": "日期写不对，请重新选一天。"},
    )
    reason = _text("凭什么改", 500, help_text="如身份证、户口簿、毕业证、村里核实。")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.order_fields([name for name in self.fields if name not in ("happened_on", "reason")])

    def kept(self, name: str, value: Any) -> Any:
        """A value as it is compared and stored."""
        return value

    def changes(self) -> dict[str, Any]:
        """What is different from what stood in the form when it was made."""
        common = ("version", "happened_on", "reason")
        found = {}
        for name, value in self.cleaned_data.items():
            if name not in common and self.kept(name, value) != self.kept(name, self.initial.get(name)):
                found[name] = value
        return found


def _offered(form: forms.Form, name: str, value: str) -> None:
    """A value that the lists do not have stays as it is, so that nothing is lost by opening the form."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    choices = list(field.choices)  # type: ignore[arg-type]
    if value and value not in dict(choices):
        field.choices = [*choices, (value, value)]


class PersonForm(CorrectForm):
    """Values of a member."""

    nation = _text("民族", 20)
    education = _select("文化程度", _EDUCATION)
    schooling = _select("在校生状况", _SCHOOLING)
    health = _select("健康状况", _HEALTH)
    labour_skill = _select("劳动技能", LabourSkill.values)
    work_months = _number("务工时间（月）", min_value=0, max_value=12, max_digits=4, decimal_places=1)
    serious_illness_insurance = _select("是否参加大病保险", ("是", "否"))
    phone = _text("联系电话", 20)

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        names = [name for name in self.base_fields if hasattr(person, name) and name not in ("version", "phone")]
        initial = {name: getattr(person, name) for name in names}
        more["initial"] = {**initial, "version": person.version, "happened_on": timezone.localdate()}
        super().__init__(*args, **more)
        for name in ("education", "schooling", "health", "serious_illness_insurance"):
            _offered(self, name, initial[name])
        self.fields["phone"].help_text = f"现在：{mask_phone(person.phone) or '没有'}。不改就空着。"

    def kept(self, name: str, value: Any) -> Any:
        return value or None


class NumberForm(CorrectForm):
    """A resident number that was wrong."""

    id_number = _text("正确的证件号码", 40)

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        more["initial"] = {"version": person.version, "happened_on": timezone.localdate()}
        super().__init__(*args, **more)
        self.fields["id_number"].help_text = f"现在：{mask_id(person.id_number)}。旧号码留着，还能对上。"
        self.fields["id_number"].required = True

    def clean_id_number(self) -> str:
        return tidy_id(self.cleaned_data["id_number"]) or self.cleaned_data["id_number"]


class HouseholdForm(CorrectForm):
    """Values of a household."""

    phone = _text("户联系电话", 20)
    support_classes = forms.MultipleChoiceField(
        label="低收入类别",
        choices=SupportClass.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "sw-boxes"}),
    )
    whole_without_labour = forms.BooleanField(
        label="整户无劳动能力兜底保障户",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, household: Household, **more: Any) -> None:
        more["initial"] = {
            "version": household.version,
            "happened_on": timezone.localdate(),
            "support_classes": household.support_classes,
            "whole_without_labour": household.whole_without_labour,
        }
        super().__init__(*args, **more)
        self.fields["phone"].help_text = f"现在：{mask_phone(household.phone) or '没有'}。不改就空着。"

    def kept(self, name: str, value: Any) -> Any:
        return sorted(value) if name == "support_classes" else value or None


class LivingForm(CorrectForm):
    """Areas and distances, recorded as found on a day; the guarantees are looked at on a visit."""

    house_area = _number("住房面积（平方米）", min_value=0)
    farmland = _number("耕地面积（亩）", min_value=0)
    road_km = _number("与村主干路距离（公里）", min_value=0)

    def __init__(self, *args: Any, household: Household, **more: Any) -> None:
        today = timezone.localdate()
        condition = home_of(household, today).condition
        found = {name: condition[name] for name in LIVING if name in self.base_fields}
        more["initial"] = {**found, "version": household.version, "happened_on": today}
        super().__init__(*args, **more)


class ExemptionForm(forms.Form):
    """Why a fault is none, and until when."""

    reason = forms.CharField(
        label="为什么豁免",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
        help_text="写清实情，如：户主与配偶登记无误，已看结婚证。不写证件号码。",
        error_messages={"required": "请写明为什么豁免。"},
    )
    ends_on = forms.DateField(
        label="到哪天为止",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}),
        error_messages={"required": "请填写到期日。", "invalid": "日期写不对，请重新选一天。"},
    )


class PlaceExemptionForm(ExemptionForm):
    """Why nobody of a place is held to a rule, and until when; `places` are those that the asker may choose."""

    check = forms.ChoiceField(
        label="哪条规则", widget=forms.Select(attrs=_SELECT), error_messages={"required": "请选一条规则。"}
    )
    division = forms.ModelChoiceField(
        Division.objects.none(),
        label="哪个地方",
        to_field_name="code",
        empty_label="请选择",
        widget=forms.Select(attrs=_SELECT),
        help_text="选县或乡镇，下面的村都算在内。",
        error_messages={"required": "请选一个地方。", "invalid_choice": "这个地方不在你的管辖范围内，请重新选。"},
    )
    field_order = ("check", "division", "reason", "ends_on")

    def __init__(self, *args: Any, places: QuerySet[Division], **more: Any) -> None:
        super().__init__(*args, **more)
        by_group = {key: [(one.code, one.title) for one in CHECKS.values() if one.group == key] for key in GROUPS}
        rules = [(title, by_group[key]) for key, title in GROUPS.items() if by_group[key]]
        check, division = self.fields["check"], self.fields["division"]
        assert isinstance(check, forms.ChoiceField) and isinstance(division, forms.ModelChoiceField)
        check.choices = [("", "请选择"), *rules]
        division.queryset = places
        division.label_from_instance = _with_its_level  # type: ignore[assignment,method-assign]
        self.fields["reason"].help_text = "写清实情，如：全县民族一栏由上级平台统一补录。不写证件号码。"


def _with_its_level(obj: Division) -> str:
    """Villages stand below their township. (Called by the form field, by this argument's name.)"""
    return f"{'　' * max(obj.level - Division.Level.COUNTY, 0)}{obj.name}"
