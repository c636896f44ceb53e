"""Rules that hold for every write and every reading, asked of all of them: versions, unknown fields, masks, foreign ids
in bodies."""

from __future__ import annotations

import os
import random
import re
from typing import Any

import pytest
from api_forms import smallest_body
from api_world import VILLAGES, World
from builders import make_number
from django.apps import apps
from rest_framework import serializers
from test_api_matrix import ADDRESSES, ENDPOINTS, SCOPES, ask, cast, form_of, operations, text_of, world

from accounts.models import Role
from households.models import Person

pytestmark = pytest.mark.usefixtures("clock")
__all__ = ["cast", "world"]
# A release asks more: API_RANDOM_REQUESTS=10000.
REQUESTS = int(os.environ.get("API_RANDOM_REQUESTS", "150"))
JSON_WRITES = [
    (name, method)
    for name, method, _ in operations()
    if method not in ("GET", "DELETE")
    and ENDPOINTS[name].callback.view_class.parser_classes[0].media_type != "multipart/form-data"
]


def test_a_write_without_the_version_that_it_saw_is_428(api: Any, cast: Any, world: World) -> None:
    caller, asked = api(cast[Role.COUNTY_BUREAU]), 0
    for name, method in JSON_WRITES:
        form = form_of(name, method)
        if form is None or "version" not in form().fields:
            continue
        body = {key: value for key, value in smallest_body(form, world).items() if key != "version"}
        answer = send(caller, name, method, world, body)
        assert (answer.status_code, answer.json()["code"]) == (428, "version_required"), name
        asked += 1
    assert asked > 50


def test_no_field_that_a_form_does_not_declare_is_taken(api: Any, cast: Any, world: World) -> None:
    """Every column of every model, offered to every write (trust.md A25)."""
    columns = {field.name for model in apps.get_models() for field in model._meta.concrete_fields}
    caller = api(cast[Role.COUNTY_BUREAU])
    for name, method in JSON_WRITES:
        form = form_of(name, method)
        known = set(form().fields) if form is not None else set()
        if form is None:
            continue
        body = {**dict.fromkeys(columns - known, 1), **smallest_body(form, world)}
        answer = send(caller, name, method, world, body)
        assert answer.status_code == 400, name
        assert columns - known <= set(answer.json()["fields"]), name


@pytest.mark.parametrize("role", [Role.COUNTY_BUREAU, Role.VILLAGE_CADRE, Role.AUDITOR])
def test_no_answer_shows_a_whole_number(api: Any, cast: Any, world: World, role: Role) -> None:
    caller = api(cast[role])
    numbers = {person.id_number for person in Person.objects.all()} | {"13812345678"}
    for name, method, _ in operations():
        if method == "GET":
            text = text_of(ask(caller, name, method, world, "own"))
            assert not [number for number in numbers if number in text], name
            assert not re.search(r"(?<!\d)\d{17}[\dX](?!\d)", text), name


def test_a_number_is_shown_for_a_purpose_and_the_look_is_kept(api: Any, cast: Any, world: World) -> None:
    person = Person.objects.get(uid=world.uid("person", "own"))
    path = f"/persons/{person.uid}/reveal/"
    caller = api(cast[Role.VILLAGE_CADRE])
    assert caller.post(path, {"field": "id_number"}).status_code == 400
    shown = caller.post(path, {"field": "id_number", "purpose": "入户核实"})
    assert shown.json() == {"value": person.id_number}
    rows = api(cast[Role.AUDITOR]).get("/audit-events/?action=person.revealed").json()["results"]
    assert [(row["actor"]["username"], row["purpose"]) for row in rows] == [("village_cadre", "入户核实")]


def test_finding_by_number_answers_alike_for_foreign_and_unknown(api: Any, cast: Any, world: World) -> None:
    caller = api(cast[Role.VILLAGE_CADRE])
    own, foreign = (Person.objects.get(uid=world.uid("person", place)) for place in ("own", "sibling"))
    found = caller.post("/households/find/", {"id_number": own.id_number}).json()["household"]
    assert found["uid"] == str(world.uid("household", "own"))
    strange = caller.post("/households/find/", {"id_number": foreign.id_number})
    nobody = caller.post("/households/find/", {"id_number": make_number(998)})
    assert (strange.status_code, strange.content) == (200, nobody.content)
    assert strange.json() == {"household": None}


def test_random_requests_with_foreign_ids_leak_nothing(api: Any, cast: Any, world: World) -> None:
    dice = random.Random(20261110)
    callers = {role: api(cast[role]) for role in Role}
    asked = list(operations())
    for _ in range(REQUESTS):
        role, (name, method, _right) = dice.choice(list(Role)), dice.choice(asked)
        foreign = sorted(set(VILLAGES) - SCOPES[role])
        kind = ADDRESSES[name][0]
        where = dice.choice([*VILLAGES, "none"])
        form = form_of(name, method)
        if form is None or (name, method) not in JSON_WRITES:
            answer = ask(callers[role], name, method, world, where if kind else "own")
        else:
            body = strewn(form, smallest_body(form, world), world, dice, foreign)
            answer = send(callers[role], name, method, world, body, where=where)
        text = text_of(answer)
        assert answer.status_code < 500, (name, method, role)
        assert not [place for place in foreign if world.places[place].canary in text], (name, method, role)


def strewn(form: Any, body: dict[str, Any], world: World, dice: random.Random, foreign: list[str]) -> dict[str, Any]:
    """The body with foreign ids wherever it takes an id."""
    taken = dict(body)
    for key, field in form().fields.items():
        if isinstance(field, serializers.UUIDField) and dice.random() < 0.8:
            rows = world.places[dice.choice(foreign)].uids
            taken[key] = str(rows.get(key) or dice.choice(list(rows.values())))
    return taken


def send(caller: Any, name: str, method: str, world: World, body: Any, where: str = "own") -> Any:
    return ask(caller, name, method, world, where, body=body)
