"""Forms of books, made from their declarations: one field a column, in the words of the book."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from accounts.api.uploads import BOOK_BYTES
from accounts.errors import Refused
from accounts.models import Division, User
from accounts.scope import AREA_ROLES, scope_of
from households.models import Household, Membership, Person
from records.books import Book, BookColumn
from records.permissions import may_write
from records.readings import place_name
from records.values import NOTE_LIMIT, REASON_LIMIT, day_after
from sheets.clean import mask_id

_TEXT = {"class": "form-control"}
_SELECT = {"class": "form-select"}
_LONG = 200
_DATE_ERRORS = {"required": "请填写日期。", "invalid": "日期写不对，请重新选一天。"}


def day_field(label: str, *, required: bool = True, help_text: str = "", **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", **_TEXT}),
        error_messages=_DATE_ERRORS,
        **options,
    )


def _reason_field(*, required: bool) -> forms.CharField:
    words = "为什么这样改" if required else "变更说明"
    box = forms.TextInput(attrs=_TEXT)
    return forms.CharField(
        label=words, required=required, max_length=REASON_LIMIT, widget=box, error_messages={"required": "请写明理由。"}
    )


class UploadForm(forms.Form):
    """A book's workbook for a place."""

    division = forms.ChoiceField(label="单位", widget=forms.Select(attrs={"class": "form-select form-select-sm"}))
    listed_on = day_field("数据日期")
    file = forms.FileField(label="文件（xlsx、xls、csv）", widget=forms.FileInput(attrs=_TEXT))
    full = forms.BooleanField(
        label="这是该单位的全量名册，名册外的记录到数据日期截止",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, user: User, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = writable_places(user, book)
        self.fields["division"].choices = [(place.code, place_name(place)) for place in self.places]  # type: ignore[attr-defined]
        self.fields["listed_on"].initial = timezone.localdate()

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > BOOK_BYTES:
            raise forms.ValidationError("文件超过 300 MB，请拆成几个文件后再传。")
        return file

    def clean_division(self) -> Division:
        code = self.cleaned_data["division"]
        return next(place for place in self.places if place.code == code)


def writable_places(user: User, book: Book) -> list[Division]:
    """The places of the posts through which the user writes in the book, the highest first."""
    at = timezone.now()
    posts = [
        post for post in scope_of(user).posts if post.role in AREA_ROLES or post.department == book.department != ""
    ]
    places = {post.division_id: post.division for post in posts}
    found = [place for code, place in places.items() if may_write(actor=user, book=book, code=code, at=at)]
    return sorted(found, key=lambda place: place.level)


def may_enter(user: User, book: Book) -> bool:
    """Whether he may enter a single line: about a household only who sees it; a department imports by numbers of persons."""
    finds = book.subject == "place" or scope_of(user).sees_households
    return finds and bool(writable_places(user, book))


class LineForm(forms.Form):
    """The values of a line. Subclasses ask for its days and its reason."""

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.book = book
        for column in book.columns:
            self.fields[_name(column)] = _field_of(column)
        self.order_fields([*self.first, *(_name(column) for column in book.columns), *self.last])

    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, by field; a secret left empty says nothing."""
        given = {column.field: self.cleaned_data[_name(column)] for column in self.book.columns}
        return {name: value for name, value in given.items() if value or not self.book.by_field[name].secret}

    def refuse(self, refusal: Refused) -> None:
        """Show a service's refusal beside the field that it is about."""
        name = refusal.field if refusal.field in self.fields else f"v_{refusal.field}"
        self.add_error(name if name in self.fields else None, "\n".join([refusal.message, *refusal.details]))

    @staticmethod
    def initial_of(book: Book, values: dict[str, Any]) -> dict[str, Any]:
        """How the form shows a line's values; secrets stay out."""
        found: dict[str, Any] = {}
        for column in book.columns:
            value = values[column.field]
            if column.secret:
                continue
            if column.shape == "household":
                value = Household.objects.values_list("number", flat=True).get(pk=value) if value else ""
            known = column.shape in ("words", "flag")
            found[_name(column)] = column.label_of.get(value, "") if known else value
        return found


def _name(column: BookColumn) -> str:
    # Apart from the form's own fields: a book may have a column called "reason".
    return f"v_{column.field}"


def _field_of(column: BookColumn) -> forms.Field:
    if column.shape in ("words", "flag"):
        blank = "请选择" if column.needed else "没有登记"
        choices = [("", blank), *((word, word) for word in column.values)]
        field: forms.Field = forms.ChoiceField(choices=choices, widget=forms.Select(attrs=_SELECT))
    elif column.shape == "date":
        return day_field(column.name, required=column.needed)
    else:
        field = forms.CharField(max_length=column.limit or None, widget=_box_of(column))
    field.label, field.required = column.name, column.needed
    field.error_messages["required"] = f"请填写{column.name}。"
    if column.secret:
        field.help_text = "加密保存，页面上只显示遮盖后的；已有的留空就不改。"
    elif column.shape == "household":
        field.help_text = "填户编号。"
    return field


def _box_of(column: BookColumn) -> forms.Widget:
    if column.shape in ("whole", "amount"):
        return forms.TextInput(attrs={**_TEXT, "inputmode": "numeric" if column.shape == "whole" else "decimal"})
    if column.limit > _LONG:
        return forms.Textarea(attrs={**_TEXT, "rows": 3})
    return forms.TextInput(attrs={**_TEXT, "autocomplete": "off"})


class AddForm(LineForm):
    """A new line: whom or what place it is about, since when."""

    first = ("person", "division", "from_on", "last_day")
    last = ("note",)

    def __init__(self, *args: Any, book: Book, user: User, household: Household | None = None, **kwargs: Any) -> None:
        super().__init__(*args, book=book, **kwargs)
        if book.subject == "person" and household is not None:
            self.people = _members(household)
            choices = [(str(person.uid), f"{person.name}　{mask_id(person.id_number)}") for person in self.people]
            self.fields["person"] = forms.ChoiceField(label="人员", choices=choices, widget=forms.Select(attrs=_SELECT))
        if book.subject == "place":
            self.places = _places(book, user)
            named = [(place.code, place_name(place)) for place in self.places]
            self.fields["division"] = forms.ChoiceField(label="单位", choices=named, widget=forms.Select(attrs=_SELECT))
        self.fields["from_on"] = day_field(book.starts.name, help_text="从这一天起是这样，不能晚于今天。")
        if book.ends is not None:
            self.fields["last_day"] = day_field("最后一天", required=False, help_text="已经结束的才填。")
        self.fields["note"] = forms.CharField(
            label="备注", required=False, max_length=NOTE_LIMIT, widget=forms.TextInput(attrs=_TEXT)
        )
        self.order_fields([*self.first, *list(self.fields)])

    @property
    def person(self) -> Person | None:
        uid = self.cleaned_data.get("person")
        return next((person for person in self.people if str(person.uid) == uid), None) if uid else None

    @property
    def division(self) -> Division | None:
        code = self.cleaned_data.get("division")
        return next((place for place in self.places if place.code == code), None) if code else None


class ChangeForm(LineForm):
    """What is different from a day on."""

    first = ("seen", "on")
    last = ("reason",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"] = forms.UUIDField(widget=forms.HiddenInput)
        self.fields["on"] = day_field("从哪一天起变", help_text="这一天以前的照旧。")
        self.fields["reason"] = _reason_field(required=False)
        self.order_fields([*self.first, *list(self.fields)])


class CorrectForm(LineForm):
    """What was written wrong, its days too."""

    first = ("seen", "from_on", "last_day")
    last = ("reason",)

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, book=book, **kwargs)
        self.fields["seen"] = forms.UUIDField(widget=forms.HiddenInput)
        self.fields["from_on"] = day_field(book.starts.name)
        self.fields["last_day"] = day_field("最后一天", required=False, help_text="还在继续的留空。")
        self.fields["reason"] = _reason_field(required=True)
        self.order_fields([*self.first, *list(self.fields)])


class EndForm(forms.Form):
    """Until when it was so."""

    seen = forms.UUIDField(widget=forms.HiddenInput)
    last_day = day_field("最后一天", help_text="到这一天为止还是这样，第二天起不再是。")
    reason = _reason_field(required=False)

    def clean_last_day(self) -> date:
        day: date = self.cleaned_data["last_day"]
        if day_after(day) is None:
            raise forms.ValidationError("这等于没有截止，请写实际的最后一天。")
        return day

    def refuse(self, refusal: Refused) -> None:
        name = "last_day" if refusal.field == "on" else refusal.field
        self.add_error(name if name in self.fields else None, refusal.message)


class WithdrawForm(forms.Form):
    """Why the line should never have been."""

    seen = forms.UUIDField(widget=forms.HiddenInput)
    reason = _reason_field(required=True)

    def refuse(self, refusal: Refused) -> None:
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)


class FindHouseholdForm(forms.Form):
    """The household that a new line is about."""

    number = forms.CharField(
        label="户编号",
        max_length=40,
        widget=forms.TextInput(attrs={**_TEXT, "autocomplete": "off"}),
        error_messages={"required": "请填写户编号。"},
        help_text="也可以在农户库里打开这户，从“底册”一栏录入。",
    )


class ClueForm(forms.Form):
    """A case as a clue: about which household, for which risk."""

    risk = forms.ChoiceField(label="风险类型", widget=forms.Select(attrs=_SELECT))
    number = forms.CharField(
        label="涉及户的户编号",
        max_length=40,
        widget=forms.TextInput(attrs={**_TEXT, "autocomplete": "off"}),
        error_messages={"required": "请填写户编号。"},
    )
    seen = forms.UUIDField(widget=forms.HiddenInput)


def _members(household: Household) -> list[Person]:
    rows = Membership.objects.filter(household=household).select_related("person").present_first()
    return list({row.person_id: row.person for row in rows}.values())


def _places(book: Book, user: User) -> list[Division]:
    """Places of the book's levels in which the user writes."""
    found: dict[str, Division] = {}
    for place in writable_places(user, book):
        rows = Division.objects.within(place).filter(level__in=book.levels).select_related("parent")
        found.update({row.code: row for row in rows})
    return [found[code] for code in sorted(found)]


def day_before(day: date | None) -> date | None:
    return None if day is None else day - timedelta(days=1)
