"""The steps of the workflow table as endpoints: the table's inputs become the document's, nothing is written twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint
from accounts.api.fields import Choice, Count, Day, Flag, Input, Money, Output, Text, TextList, Version, many
from accounts.api.files import attached
from accounts.api.schema import doc
from accounts.api.serializers import PersonName
from monitoring.models import Transition
from monitoring.workflow import inputs
from monitoring.workflow.engine import available_actions, perform
from monitoring.workflow.step import Step

COMMON = ("version", "note", "files", "happened_on")
MOST_FILES = 9


class ActionOut(Output):
    action = serializers.CharField()
    title = serializers.CharField()
    missing = serializers.ListField(child=serializers.CharField(), help_text="还缺什么；空表示可以办理")
    since = serializers.DateField(allow_null=True, help_text="只差日子没到时，从哪一天起可以办理")


class TransitionOut(Output):
    action = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    target = serializers.CharField()
    duty = serializers.CharField()
    actor = PersonName(allow_null=True)
    post = serializers.SerializerMethodField()
    note = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]
    files = serializers.SerializerMethodField()
    happened_on = serializers.DateField()
    recorded_at = serializers.DateTimeField()

    @extend_schema_field({"type": "string"})
    def get_post(self, row: Transition) -> str:
        return str(row.post) if row.post else ""

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_files(self, row: Transition) -> list[str]:
        return [file.sha256 for file in row.files.all()]


def history(subject: Any) -> Any:
    """The transitions of a clue or a case, ready for `TransitionOut`."""
    return subject.transitions.select_related("actor", "post__division").prefetch_related("files").order_by("id")


def actions_for(view: Endpoint, subject: Any) -> Any:
    return ActionOut(available_actions(subject, view.user, view.at), many=True).data


def field_of(wanted: inputs.Input, *, needed: bool) -> serializers.Field[Any, Any, Any, Any]:
    """The serializer field of one input of the table."""
    options: dict[str, Any] = {"required": needed, "help_text": wanted.title}
    if not needed:
        options["allow_null"] = True
    kind = wanted.kind
    if kind == "text":
        return Text(wanted.longest, **options)
    if kind == "names":
        return TextList(**options)
    if kind == "choice":
        return Choice(choices=list(wanted.choices), **options)
    if kind == "choices":
        child = Choice(choices=list(wanted.choices))
        return serializers.ListField(child=child, max_length=len(wanted.choices), **options)
    if kind == "rows":
        return many(_rows(wanted), max_length=inputs.MOST_ROWS, **options)
    if kind == "money":
        return Money(max_digits=11, **options)
    simple = {"date": Day, "number": Count, "flag": Flag, "uid": serializers.UUIDField}
    return simple[kind](**options)


def _rows(wanted: inputs.Input) -> type[Input]:
    fields = {one.name: field_of(one, needed=one.needed) for one in wanted.fields}
    return type(f"{wanted.name.title()}RowIn", (Input,), fields)


def form_of(name: str, steps: Sequence[Step]) -> type[Input]:
    """What an action asks for: the inputs of all its steps. What only some of them need, the service asks for."""
    fields: dict[str, Any] = {"version": Version()}
    fields["note"] = Text(1000, required=all(step.note for step in steps), help_text="意见或理由")
    files = TextList(limit=64, most=MOST_FILES, required=all(step.files for step in steps), help_text="附件的 sha256")
    fields["files"] = files
    if any(step.dated for step in steps):
        fields["happened_on"] = Day(required=False, help_text="办理日期；不填为今天")
    for wanted in {one.name: one for step in steps for one in step.inputs}.values():
        always = all(any(one.name == wanted.name and one.needed for one in step.inputs) for step in steps)
        fields[wanted.name] = field_of(wanted, needed=always)
    return type(name, (Input,), fields)


def arguments_of(given: dict[str, Any]) -> dict[str, Any]:
    """A checked body as keyword arguments of `perform`, but for files; what was left out or null is not there."""
    data = {name: value for name, value in given.items() if name not in COMMON and value is not None}
    happened_on = given.get("happened_on")
    return {"version": given["version"], "note": given.get("note", ""), "data": data, "happened_on": happened_on}


class StepView(Endpoint):
    """Take one action of the table with one row; subclasses are made from the table."""

    model: type[Model]
    action: str
    form: type[Input]
    detail: type[Output]

    def take(self, uid: UUID) -> Response:
        subject = self.find(self.model.objects.visible_to(self.user), uid=uid)  # type: ignore[attr-defined]
        given = self.read(self.form)
        files = attached(given.get("files", []), field="files", actor=self.user, at=self.at)
        arguments = arguments_of(given)
        perform(subject=subject, action=self.action, actor=self.user, at=self.at, files=files, **arguments)
        return self.answer(self.detail, self.find(self.shown(), uid=uid))

    def shown(self) -> Any:
        """Rows as the answer needs them."""
        raise NotImplementedError


def step_views(base: type[StepView], prefix: str, tables: Iterable[Sequence[Step]]) -> dict[str, type[StepView]]:
    """For each action that people take, a view of its own, so that the document names its inputs."""
    by_action: dict[str, list[Step]] = {}
    for step in (step for table in tables for step in table if step.right and step.sources != ("",)):
        by_action.setdefault(step.action, []).append(step)
    return {action: _view(base, prefix, action, steps) for action, steps in by_action.items()}


def _view(base: type[StepView], prefix: str, action: str, steps: list[Step]) -> type[StepView]:
    name = prefix + "".join(word.title() for word in action.split("_"))
    form = form_of(f"{name}In", steps)
    titles = "／".join(dict.fromkeys(step.title for step in steps))

    def post(self: StepView, request: Request, uid: UUID) -> Response:
        return self.take(uid)

    described = doc(titles, request=form, answer=base.detail)(post)
    return type(f"{name}View", (base,), {"action": action, "form": form, "post": described})
