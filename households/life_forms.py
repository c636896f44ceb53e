"""Forms of life events: what is asked for each, and in what words its effect is stated before it is recorded."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Division, User
from households.entry_checks import Doubt, Entered, doubts_about
from households.models import Household, LabourSkill, Membership
from households.models.person import HEAD, RELATIONS
from households.services import life
from sheets.clean import mask_id
from sheets.ids import tidy_id

_TEXT = {"class": "form-control"}
_SELECT = {"class": "form-select"}
_RELATIONS = [(name, name) for name in RELATIONS]
_NOT_HEAD = [(name, name) for name in RELATIONS if name != HEAD]
STAYS, GOES = "stay", "go"


class ChangeForm(forms.Form):
    """What every life event asks: on which day, why, and about which state of the household."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    client_uid = forms.UUIDField(widget=forms.HiddenInput)
    happened_on = forms.DateField(
        label="发生日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}),
        help_text="实际发生的那一天，不能晚于今天。",
        error_messages={"required": "请填写发生日期。", "invalid": "日期写不对，请重新选一天。"},
    )
    reason = forms.CharField(
        label="凭什么登记",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
        help_text="如出生医学证明、死亡证明、户口簿、村里核实。",
    )
    field_order: Sequence[str] = ()

    def __init__(self, *args: Any, household: Household, members: Sequence[Membership], user: User, **more: Any):
        more.setdefault("initial", {}).update(
            version=household.version, client_uid=uuid.uuid4(), happened_on=timezone.localdate()
        )
        super().__init__(*args, **more)
        self.household, self.members, self.user = household, list(members), user
        self.prepare()
        self.order_fields(
            [*(name for name in self.fields if name not in ("happened_on", "reason")), "happened_on", "reason"]
        )

    def prepare(self) -> None:
        """Fields that depend on who lives there."""

    def common(self) -> dict[str, Any]:
        names = ("version", "client_uid", "happened_on", "reason")
        return {name: self.cleaned_data[name] for name in names}

    def given(self) -> dict[str, Any]:
        """What the service takes beside household or person, actor and at."""
        return self.common()

    def effects(self) -> list[str]:
        """What will be different once this is recorded, one sentence each."""
        return []

    def doubts(self) -> list[Doubt]:
        """What looks doubtful about it, said at its field; it can be recorded all the same."""
        return []

    def told(self) -> list[tuple[str, str, list[str]]]:
        """What was filled in and what is doubtful about it, for the page that asks for a yes."""
        doubts = self.doubts()
        return [
            (str(field.label), self.words(field), [one.words for one in doubts if one.field == field.name])
            for field in self.visible_fields()
            if self.words(field)
        ]

    def words(self, field: forms.BoundField) -> str:
        value = self.cleaned_data.get(field.name)
        if isinstance(value, date):
            return f"{value:%Y-%m-%d}"
        choices = dict(getattr(field.field, "choices", []) or [])
        return str(choices.get(value, value or ""))

    def _count(self, change: int) -> str:
        now = len(self.members)
        return f"本户人口从 {now} 人变为 {now + change} 人。"


class ArrivalForm(ChangeForm):
    """Somebody comes: 出生, 婚入, 迁入."""

    name = forms.CharField(label="姓名", max_length=60, widget=forms.TextInput(attrs=_TEXT))
    id_number = forms.CharField(
        label="证件号码",
        max_length=40,
        widget=forms.TextInput(attrs={**_TEXT, "autocomplete": "off"}),
        help_text="18 位，加密保存，页面上只显示前 6 位。",
    )
    relation = forms.ChoiceField(label="与户主关系", choices=_RELATIONS, widget=forms.Select(attrs=_SELECT))
    labour_skill = forms.ChoiceField(
        label="劳动技能",
        required=False,
        choices=[("", "以后再填"), *LabourSkill.choices],
        widget=forms.Select(attrs=_SELECT),
    )

    def prepare(self) -> None:
        if any(row.is_head for row in self.members):
            self.fields["relation"].choices = _NOT_HEAD  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        skill = self.cleaned_data["labour_skill"]
        details = {"labour_skill": skill} if skill else {}
        names = ("name", "id_number", "relation")
        return {**self.common(), **{name: self.cleaned_data[name] for name in names}, "details": details}

    def doubts(self) -> list[Doubt]:
        values = {name: self.cleaned_data[name] for name in ("name", "id_number", "relation", "labour_skill")}
        on = self.cleaned_data["happened_on"]
        return doubts_about(
            Entered(self.household, on, {**values, "id_number": tidy_id(values["id_number"])}, arrives=True)
        )

    def words(self, field: forms.BoundField) -> str:
        said = super().words(field)
        return mask_id(said) if field.name == "id_number" else said

    def effects(self) -> list[str]:
        name = self.cleaned_data["name"]
        return [
            f"{name}从这一天起是本户成员。{self._count(1)}",
            "这个号码如果登记在你管的别的户，会从那一户转过来；登记在别处的，会请你找乡镇或县里核对。",
        ]


class LeavingForm(ChangeForm):
    """A member goes: 死亡, 婚出, 迁出, 长期不在."""

    sentence = "不再是本户成员"
    person = forms.TypedChoiceField(label="是谁", coerce=int, widget=forms.Select(attrs=_SELECT))

    def prepare(self) -> None:
        choices = [(row.person_id, f"{row.person.name}（{row.relation}）") for row in self.members]
        self.fields["person"].choices = choices  # type: ignore[attr-defined]

    @property
    def who(self) -> Membership:
        return next(row for row in self.members if row.person_id == self.cleaned_data["person"])

    def given(self) -> dict[str, Any]:
        return {**self.common(), "person": self.who.person}

    def effects(self) -> list[str]:
        row = self.who
        said = [f"{row.person.name}从这一天起{self.sentence}，过去的记录都在。{self._count(-1)}"]
        if row.is_head and len(self.members) > 1:
            said.append(f"{row.person.name}是户主。登记后本户没有户主，请接着办理“户主变更”。")
        if len(self.members) == 1:
            said.append(f"{row.person.name}是最后一名成员。登记后本户没有人，请接着由乡镇办理“注销农户”。")
        return said


class DeathForm(LeavingForm):
    sentence = "按去世登记，不再算本户人口"


class MarriedOutForm(LeavingForm):
    sentence = "婚出，不再算本户人口"


class MovedOutForm(LeavingForm):
    sentence = "迁出，不再算本户人口"
    destination = forms.CharField(label="迁到哪里", required=False, max_length=200, widget=forms.TextInput(attrs=_TEXT))

    def given(self) -> dict[str, Any]:
        return {**super().given(), "destination": self.cleaned_data["destination"]}


class AwayForm(LeavingForm):
    sentence = "按自然减少登记，不再算本户人口；回来时办理“迁入”"
    why = forms.ChoiceField(label="原因", choices=[(why, why) for why in life.AWAY], widget=forms.Select(attrs=_SELECT))

    def given(self) -> dict[str, Any]:
        return {**super().given(), "why": self.cleaned_data["why"]}


class _FamilyForm(ChangeForm):
    """A select of the relation for every member."""

    relation_label = "{name}与新户主的关系"
    relation_choices: Sequence[tuple[str, str]] = _RELATIONS

    def prepare(self) -> None:
        for row in self.members:
            self.ask_relation(row)

    def ask_relation(self, row: Membership) -> None:
        self.fields[f"relation_{row.person_id}"] = forms.ChoiceField(
            label=self.relation_label.format(name=row.person.name),
            choices=self.relation_choices,
            initial=row.relation,
            widget=forms.Select(attrs=_SELECT),
            help_text=f"现在：{row.relation}",
        )

    def relations(self, members: Sequence[Membership]) -> dict[int, str]:
        return {row.person_id: self.cleaned_data[f"relation_{row.person_id}"] for row in members}


class HeadForm(_FamilyForm):
    def given(self) -> dict[str, Any]:
        return {**self.common(), "relations": self.relations(self.members)}

    def effects(self) -> list[str]:
        heads = [row.person.name for row in self.members if self.relations([row])[row.person_id] == HEAD]
        return [
            f"从这一天起户主是{'、'.join(heads) or '（还没有选）'}，其他人的关系按上面改。",
            "人口、监测和帮扶都不变。",
        ]


class SplitForm(_FamilyForm):
    """Who goes, and everybody's relation to the head of the household that he then belongs to."""

    relation_label = "{name}在那一户里的关系"
    number = forms.CharField(label="新户编号", max_length=40, widget=forms.TextInput(attrs=_TEXT))

    def prepare(self) -> None:
        for row in self.members:
            self.fields[f"goes_{row.person_id}"] = forms.ChoiceField(
                label=f"{row.person.name}（{row.relation}）",
                choices=[(STAYS, "留在原户"), (GOES, "分出去")],
                widget=forms.Select(attrs=_SELECT),
            )
            self.ask_relation(row)

    @property
    def going(self) -> list[Membership]:
        return [row for row in self.members if self.cleaned_data[f"goes_{row.person_id}"] == GOES]

    def given(self) -> dict[str, Any]:
        going = self.going
        staying = [row for row in self.members if row not in going]
        changed = any(self.relations([row])[row.person_id] != row.relation for row in staying)
        head_goes = any(row.is_head for row in going)
        return {
            **self.common(),
            "number": self.cleaned_data["number"],
            "relations": self.relations(going),
            "staying": self.relations(staying) if staying and (head_goes or changed) else None,
        }

    def effects(self) -> list[str]:
        names = "、".join(row.person.name for row in self.going)
        return [
            f"{names or '没有人'}分出去，在同村立新户 {self.cleaned_data['number']}。{self._count(-len(self.going))}",
            "监测周期、线索和帮扶留在原户；新户沿用原户的户类型和帮扶责任人。",
        ]


class MergeForm(_FamilyForm):
    """All members join another household."""

    relation_label = "{name}与并入那户户主的关系"
    relation_choices = _NOT_HEAD
    into = forms.CharField(label="并入哪一户（户编号）", max_length=40, widget=forms.TextInput(attrs=_TEXT))

    def clean_into(self) -> Household:
        number = self.cleaned_data["into"].strip()
        other = Household.objects.visible_to(self.user).filter(number=number, cancelled_on__isnull=True).first()
        if other is None:
            raise forms.ValidationError("没有找到这个户编号，或者不在你的管辖范围内，请核对。")
        return other

    def given(self) -> dict[str, Any]:
        other = self.cleaned_data["into"]
        relations = self.relations(self.members)
        return {**self.common(), "into": other, "into_version": other.version, "relations": relations}

    def effects(self) -> list[str]:
        other = self.cleaned_data["into"]
        return [
            f"本户 {len(self.members)} 人都并入 {other.number}，本户注销，过去的记录都在。",
            "注销后改不回来，请再核对一遍户编号。",
        ]


class MoveForm(ChangeForm):
    """The whole household goes to another village of one's places."""

    village = forms.ModelChoiceField(
        Division.objects.none(),
        label="搬到哪个村",
        widget=forms.Select(attrs=_SELECT),
        error_messages={"required": "请选择搬到的村。"},
    )
    group_name = forms.CharField(
        label="自然村（组）", required=False, max_length=60, widget=forms.TextInput(attrs=_TEXT)
    )

    def prepare(self) -> None:
        villages = Division.objects.visible_to(self.user).at_level(Division.Level.VILLAGE)
        rows = villages.exclude(pk=self.household.village_id).select_related("parent").order_by("code")
        field = self.fields["village"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows
        field.label_from_instance = lambda place: f"{place.parent.name if place.parent else ''} {place.name}"  # type: ignore[method-assign,assignment]
        if not rows.exists():
            field.help_text = "你只管一个村，搬到别的村请找乡镇或县里办理。"

    def words(self, field: forms.BoundField) -> str:
        return str(self.cleaned_data["village"]) if field.name == "village" else super().words(field)

    def given(self) -> dict[str, Any]:
        return {**self.common(), "village": self.cleaned_data["village"], "group_name": self.cleaned_data["group_name"]}

    def effects(self) -> list[str]:
        return [f"全家从这一天起归{self.cleaned_data['village']}管，没有办完的线索和办件跟过去，由那边的村接着办。"]


class CancelForm(ChangeForm):
    why = forms.ChoiceField(
        label="注销原因", choices=[(why, why) for why in life.CANCEL_REASONS], widget=forms.Select(attrs=_SELECT)
    )

    def given(self) -> dict[str, Any]:
        return {**self.common(), "why": self.cleaned_data["why"]}

    def effects(self) -> list[str]:
        return [
            f"本户注销，{len(self.members)} 名成员不再算人口；过去的记录都在，不能再办新的事。",
            "正在监测的，还要由乡镇另外注销监测周期。",
        ]


class DecisionForm(forms.Form):
    """What is said about a change that a department reports."""

    confirm = forms.ChoiceField(
        label="核对的结果",
        choices=[("yes", "属实，按它登记"), ("no", "不属实，不采纳")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选核对的结果。"},
    )
    married_out = forms.BooleanField(label="是婚出（嫁出或入赘到外面）", required=False)
    happened_on = forms.DateField(
        label="实际日期",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}),
        help_text="不填就用部门报的日期。",
    )
    note = forms.CharField(
        label="说明",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
        help_text="不采纳时要写明为什么。",
    )
