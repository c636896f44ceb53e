"""Every address × method × role × place (trust.md T1): what is foreign answers as if it were not there.

ADDRESSES names for each address the kind of row that its key means, and for each write the right that it needs.
An address that is not in it fails the test below, so a new one cannot be forgotten.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from api_forms import smallest_body
from api_world import NONE, VILLAGES, World, make_world
from django.db import transaction
from django.urls import get_resolver
from rest_framework import serializers

from accounts.models import Role, User
from accounts.permissions import PERMISSIONS
from config import api as config_api
from monitoring.workflow.table import TABLE
from records.problems.table import TABLE as PROBLEMS

pytestmark = pytest.mark.usefixtures("clock")

PUBLIC = "public"  # anybody, to sign in
ELSEWHERE = "elsewhere"  # a step that rows of this kind do not have
OWN = "own"  # whoever is signed in, about himself or in his own scope
SCOPES = {
    Role.VILLAGE_CADRE: {"own"},
    Role.TOWNSHIP_STAFF: {"own", "sibling"},
    Role.TOWNSHIP_LEADER: {"own", "sibling"},
    Role.COUNTY_BUREAU: {"own", "sibling", "other_township"},
    Role.AUDITOR: {"own", "sibling", "other_township"},
    Role.HELPER: {"own"},
    Role.LIAISON: set(),
    Role.ADMINISTRATOR: set(),
}
RECORD, PLAN, LIVING = "households.record_change", "assistance.plan", "households.record_living"
HOUSEHOLD_VERBS = {
    f"api-household-{verb}": ("household", {"POST": RECORD})
    for verb in ("change-head", "split", "merge", "move", "birth", "marry-in", "move-in", "correct")
}
PERSON_VERBS = {
    f"api-person-{verb}": ("person", {"POST": RECORD})
    for verb in ("marry-out", "move-out", "death", "leave", "correct", "rename", "renumber")
}


def _steps(kind: str, tables: list[Any], own: Any, state: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """The addresses of the workflow table with the rights that the table itself gives: those of the row's own state
    where the step is there, else all that the row's table ever asks for; ELSEWHERE where that table has no such step.
    """
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for action in {step.action for table in tables for step in table if step.right and step.sources != ("",)}:
        mine = [step for step in own if step.action == action]
        now = {step.right for step in mine if state in step.sources}
        right = now or {step.right for step in mine} or ELSEWHERE
        found[f"api-{kind}-{action}"] = (kind, {"POST": right})
    return found


# name: (kind of the row that the address is about or "", {method: right, OWN or PUBLIC})
ADDRESSES: dict[str, tuple[str, dict[str, Any]]] = {
    "api-token": ("", {"POST": PUBLIC, "DELETE": OWN}),
    "api-me": ("", {"GET": OWN}),
    "api-divisions": ("", {"GET": OWN}),
    "api-files": ("", {"POST": OWN}),
    "api-audit-events": ("", {"GET": OWN}),
    "api-households": ("", {"GET": OWN}),
    "api-household": ("household", {"GET": OWN}),
    "api-household-find": ("", {"POST": OWN}),
    "api-household-reveal-phone": ("household", {"POST": "accounts.reveal"}),
    "api-person-reveal": ("person", {"POST": "accounts.reveal"}),
    "api-incomes": ("household", {"GET": OWN, "POST": LIVING}),
    "api-conditions": ("household", {"GET": OWN, "POST": LIVING}),
    "api-life-events": ("household", {"GET": OWN}),
    "api-person": ("person", {"GET": OWN}),
    **HOUSEHOLD_VERBS,
    "api-household-cancel": ("household", {"POST": "households.cancel"}),
    **PERSON_VERBS,
    "api-change-proposals": ("", {"GET": OWN}),
    "api-change-proposal-decide": ("proposal", {"POST": "households.decide_proposal"}),
    "api-register-imports": ("", {"GET": OWN, "POST": "households.import_register"}),
    "api-register-import": ("import", {"GET": OWN}),
    "api-register-import-undo": ("import", {"POST": "households.import_register"}),
    "api-register-import-errors": ("import", {"GET": "households.import_register"}),
    "api-feeds": ("", {"GET": OWN}),
    "api-feed-batches": ("", {"GET": OWN, "POST": "monitoring.import_feed"}),
    "api-feed-batch": ("feed_batch", {"GET": OWN}),
    "api-feed-batch-undo": ("feed_batch", {"POST": "monitoring.import_feed"}),
    "api-feed-batch-replies": ("feed_batch", {"GET": OWN, "POST": "monitoring.reply_to_department"}),
    "api-feed-batch-errors": ("feed_batch", {"GET": "monitoring.import_feed"}),
    "api-match-runs": ("", {"GET": OWN, "POST": "monitoring.run_match"}),
    "api-match-run": ("run", {"GET": OWN}),
    "api-match-run-confirm": ("run", {"POST": "monitoring.run_match"}),
    "api-match-run-hits": ("run", {"GET": OWN}),
    "api-match-run-compare": ("run", {"GET": OWN}),
    "api-policy": ("", {"GET": OWN}),
    "api-policy-parameter": ("", {"GET": OWN, "POST": "monitoring.set_policy"}),
    "api-clues": ("", {"GET": OWN, "POST": "monitoring.register_clue"}),
    "api-clues-batch": ("", {"POST": OWN}),
    "api-clue": ("clue", {"GET": OWN}),
    "api-clue-explanation": ("clue", {"GET": OWN}),
    **_steps("clue", [TABLE["clue"]], TABLE["clue"], "to_verify"),
    "api-cases": ("", {"GET": OWN, "POST": "monitoring.prepare_case"}),
    "api-case": ("case", {"GET": OWN}),
    "api-case-draft": ("case", {"GET": "monitoring.compare_assets"}),
    **_steps("case", [table for kind, table in TABLE.items() if kind != "clue"], TABLE["clear"], "assessing"),
    "api-problems": ("", {"GET": OWN, "POST": OWN}),
    "api-problems-raise": ("", {"POST": "records.raise_problems"}),
    "api-problem": ("problem", {"GET": OWN}),
    **_steps("problem", list(PROBLEMS.values()), PROBLEMS["house"], "assigned"),
    "api-visits": ("", {"GET": OWN}),
    "api-visit": ("visit", {"GET": OWN, "PUT": "monitoring.record_check"}),
    "api-episodes": ("", {"GET": OWN}),
    "api-episode": ("episode", {"GET": OWN}),
    "api-exit-checks": ("episode", {"GET": OWN}),
    "api-episode-cancel": ("episode", {"POST": "monitoring.cancel_episode"}),
    "api-measure-types": ("", {"GET": OWN, "POST": "assistance.edit_catalogue"}),
    "api-measure-type-retire": ("", {"POST": "assistance.edit_catalogue"}),
    "api-plans": ("", {"GET": OWN}),
    "api-plan": ("episode", {"GET": OWN, "POST": PLAN, "PATCH": PLAN}),
    "api-plan-adopt": ("episode", {"POST": PLAN}),
    "api-episode-measures": ("episode", {"POST": PLAN}),
    "api-measures": ("", {"GET": OWN}),
    "api-measure": ("measure", {"GET": OWN, "PATCH": PLAN}),
    "api-measure-cancel": ("measure", {"POST": PLAN}),
    "api-measure-end": ("measure", {"POST": PLAN}),
    "api-measure-confirm": ("measure", {"POST": PLAN}),
    "api-deliveries": ("measure", {"GET": OWN}),
    "api-delivery": ("measure", {"PUT": "assistance.deliver"}),
    "api-delivery-withdraw": ("delivery", {"POST": "assistance.deliver"}),
    "api-agenda": ("", {"GET": OWN}),
    "api-indicators": ("", {"GET": "reports.export_ledger"}),
    "api-closings": ("", {"GET": OWN}),
    "api-closing-step": ("", {"POST": "reports.confirm_month"}),
    "api-closing-difference": ("", {"GET": "reports.export_ledger"}),
    "api-editions": ("", {"GET": OWN}),
    "api-edition-check": ("", {"GET": OWN}),
    "api-quality-checks": ("", {"GET": OWN}),
    "api-quality-faults": ("", {"GET": OWN}),
    "api-quality-fault": ("fault", {"GET": OWN}),
    "api-quality-fault-exempt": ("fault", {"POST": "quality.request_exemption"}),
    "api-quality-exemptions": ("", {"GET": OWN, "POST": "quality.request_exemption"}),
    "api-quality-exemption-decide": ("exemption", {"POST": "quality.decide_exemption"}),
    "api-quality-exemption-end": ("exemption", {"POST": "quality.decide_exemption"}),
    "api-quality-runs": ("", {"GET": OWN, "POST": "quality.run_checks"}),
    "api-quality-run": ("quality_run", {"GET": OWN}),
    "api-books": ("", {"GET": OWN}),
    # Whom a new line is about is in the body, so its right is looked at in tests/records.
    "api-lines": ("", {"GET": OWN, "POST": OWN}),
    "api-book-files": ("", {"GET": OWN, "POST": "records.keep_jobs"}),
    "api-book-template": ("", {"GET": OWN}),
    "api-line": ("line", {"GET": OWN}),
    **{
        f"api-line-{verb}": ("line", {"POST": "records.keep_jobs"}) for verb in ("change", "correct", "end", "withdraw")
    },
    "api-book-batch": ("book_batch", {"GET": OWN}),
    "api-book-batch-undo": ("book_batch", {"POST": "records.keep_jobs"}),
    "api-book-batch-errors": ("book_batch", {"GET": "records.keep_jobs"}),
    "api-ledgers": ("", {"GET": OWN}),
    "api-ledger": ("", {"POST": "reports.export_ledger"}),
    "api-exports": ("", {"GET": OWN, "POST": "reports.export_ledger"}),
    "api-export": ("export", {"GET": OWN}),
    "api-export-file": ("export", {"GET": "reports.export_ledger"}),
    "api-layouts": ("", {"GET": OWN, "POST": "reports.edit_layouts"}),
    "api-layout-current": ("", {"GET": "reports.export_ledger"}),
    "api-layout-standard": ("", {"POST": "reports.edit_layouts"}),
    "api-layout-terms": ("", {"GET": OWN}),
    "api-layout": ("layout", {"GET": OWN}),
    "api-layout-book": ("layout", {"GET": "reports.export_ledger"}),
    "api-layout-enact": ("layout", {"POST": "reports.edit_layouts"}),
}
# What a list or a reading needs in its address to be asked at all.
QUERIES = {
    "api-layout-current": "?division=990101100201",
    "api-layout-terms": "?division=990101100201",
    "api-indicators": "?division=990101100201",
    "api-closings": "?division=990101100201&month=2026-10",
    "api-closing-difference": "?division=990101100201&month=2026-10",
    "api-edition-check": "?hash=A1B2-C3D4-E5F6-0718",
    "api-agenda": "?start=2026-11-01&end=2026-11-30",
    "api-match-run-compare": f"?previous={NONE}",
}
EXTRA = {"book": "jobs", "key": "income_line", "name": "L1", "delivery": "00000000-0000-4000-8000-0000000000aa"}


def endpoints() -> dict[str, Any]:
    """Name → URL pattern of every address below /api/v1/."""
    found = {}
    for pattern in get_resolver(config_api).url_patterns:
        if str(pattern.pattern) == "v1/":
            for part in pattern.url_patterns:
                found.update({one.name: one for one in part.url_patterns})
    return found


ENDPOINTS = endpoints()


@pytest.fixture
def cast(hire: Callable[..., User]) -> dict[str, User]:
    """One user of every role, in or above the village `own`."""
    places = {
        Role.VILLAGE_CADRE: VILLAGES["own"],
        Role.TOWNSHIP_STAFF: "990101100000",
        Role.TOWNSHIP_LEADER: "990101100000",
    }
    people = {}
    for role in Role:
        department = "medical_insurance" if role == Role.LIAISON else ""
        people[role] = hire(role.value, role, places.get(role, "990101000000"), department=department)
    return people


@pytest.fixture
def world(places: Any, cast: dict[str, User], outsider: User) -> World:
    made = make_world(places, {"own": cast[Role.COUNTY_BUREAU], "other_county": outsider})
    from households.models import Household

    mine = [made.uid(kind, "own") for kind in ("household", "neighbour")]
    Household.objects.filter(uid__in=mine).update(helper=cast[Role.HELPER])
    return made


def test_every_address_of_the_router_is_in_the_matrix() -> None:
    assert set(ENDPOINTS) == set(ADDRESSES)
    for name, pattern in ENDPOINTS.items():
        view = pattern.callback.view_class
        methods = {m.upper() for m in ("get", "post", "put", "patch", "delete") if hasattr(view, m)}
        assert methods == set(ADDRESSES[name][1]), name


def test_a_visitor_gets_401_everywhere(api: Any, world: World) -> None:
    caller = api(None)
    for name, method, _right in operations():
        answer = ask(caller, name, method, world, "own")
        expected = 400 if ADDRESSES[name][1][method] == PUBLIC else 401
        assert answer.status_code in (expected, 401), (name, method, answer.status_code)


@pytest.mark.parametrize("role", list(Role))
def test_what_is_foreign_answers_like_what_is_not_there(api: Any, cast: Any, world: World, role: Role) -> None:
    caller, checked = api(cast[role]), 0
    foreign = sorted(set(VILLAGES) - SCOPES[role], key=list(VILLAGES).index)
    # The nearest foreign place tells as much as the others; a release asks all (API_MATRIX=all).
    foreign = foreign if os.environ.get("API_MATRIX") == "all" else foreign[:1]
    for name, method, _right in operations():
        kind = ADDRESSES[name][0]
        if not kind or kind == "feed_batch" or method == "PUT" and name == "api-visit":
            continue
        nothing = ask(caller, name, method, world, "none")
        assert nothing.status_code == 404, (name, method, nothing.status_code)
        for where in foreign:
            if sees_county(kind, role, where):
                continue
            answer = ask(caller, name, method, world, where)
            assert (answer.status_code, answer.content) == (404, nothing.content), (name, method, where)
            checked += 1
    assert checked > 50


@pytest.mark.parametrize("role", list(Role))
def test_what_is_in_scope_is_readable_and_writing_needs_the_right(
    api: Any, cast: Any, world: World, role: Role
) -> None:
    caller = api(cast[role])
    for name, method, right in operations():
        kind = ADDRESSES[name][0]
        if right == PUBLIC or (kind and "own" not in reach(kind, role)):
            continue
        answer = ask(caller, name, method, world, "own")
        assert answer.status_code < 500, (name, method)
        if right == ELSEWHERE:
            assert answer.status_code in (400, 403), (name, answer.status_code)
        elif right == OWN:
            assert answer.status_code in (200, 201, 204, 400, 404), (name, method, answer.content)
        elif role in roles_of(right):
            assert answer.status_code != 403, (name, method, role, answer.content.decode())
        else:
            # Who has no place at all cannot name a household either.
            refused = (403, 404) if kind or SCOPES[role] else (400, 403, 404)
            assert answer.status_code in refused, (name, method, role, answer.status_code, answer.content.decode())


@pytest.mark.parametrize("role", list(Role))
def test_no_list_names_anything_of_a_foreign_place(api: Any, cast: Any, world: World, role: Role) -> None:
    caller = api(cast[role])
    foreign = [world.places[where].canary for where in set(VILLAGES) - SCOPES[role]]
    for name, method, _right in operations():
        if method == "GET":
            text = text_of(ask(caller, name, method, world, "own"))
            assert not [canary for canary in foreign if canary in text], name


def test_the_number_of_somebody_elses_visit_is_not_there(api: Any, cast: Any, world: World) -> None:
    """A visit is made by PUT under a number of the client's, so only a taken one can be told from none."""
    caller = api(cast[Role.VILLAGE_CADRE])
    taken = ask(caller, "api-visit", "PUT", world, "other_county")
    assert (taken.status_code, taken.json()["code"]) == (404, "not_found")


def test_the_matrix_notices_a_list_that_forgets_the_scope(
    api: Any, cast: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with the scope taken away the same check finds a foreign canary."""
    from households.querysets import HouseholdQuerySet

    monkeypatch.setattr(HouseholdQuerySet, "visible_to", lambda rows, user: rows)
    text = api(cast[Role.VILLAGE_CADRE]).get("/households/").json()["results"]
    assert any(world.places["sibling"].canary in row["head"] for row in text)


# --- how the table is asked ---


def operations() -> Iterator[tuple[str, str, Any]]:
    for name, (_, methods) in ADDRESSES.items():
        for method, right in methods.items():
            yield name, method, right


def roles_of(right: str | set[str]) -> set[str]:
    rights = {right} if isinstance(right, str) else right
    return {role for one in rights for role in PERMISSIONS[one]}


def reach(kind: str, role: Role) -> set[str]:
    """Places whose rows of this kind the role sees; runs and imports belong to the county, files of feeds to all, an
    export to who asked for it."""
    county = role in (Role.COUNTY_BUREAU, Role.AUDITOR)
    if kind in ("run", "import"):
        return SCOPES[role] if county else set()
    if kind == "export":
        return SCOPES[role] if role == Role.COUNTY_BUREAU else set()
    if kind == "feed_batch":
        return {"own"} if county or role == Role.LIAISON else set()
    return SCOPES[role]


def sees_county(kind: str, role: Role, where: str) -> bool:
    """One run is a whole county's: a county's people see it from every place."""
    return kind in ("run", "import") and where in reach(kind, role)


def ask(caller: Any, name: str, method: str, world: World, where: str, body: Any = None) -> Any:
    """Ask one operation about a row of a place, with this body or the smallest that passes the form; nothing of it
    stays."""
    kind, _ = ADDRESSES[name]
    pattern = ENDPOINTS[name]
    keys = {key: EXTRA.get(key) for key in pattern.pattern.converters}
    if "uid" in keys:
        keys["uid"] = str(world.uid(kind, where))
    path = str(pattern.pattern)
    for key, value in keys.items():
        path = path.replace(f"<uuid:{key}>", str(value)).replace(f"<slug:{key}>", str(value))
    path = f"/{path}{QUERIES.get(name, '') if method == 'GET' else ''}"
    form, parser = form_of(name, method), pattern.callback.view_class.parser_classes[0].media_type
    with rolled_back():
        if parser == "multipart/form-data" and method == "POST":
            return caller.upload(path, **smallest_body(form, world, files=True))
        if body is None:
            body = smallest_body(form, world) if form is not None else {}
        return caller.call(method, path, None if method in ("GET", "DELETE") else body)


def form_of(name: str, method: str) -> type[serializers.Serializer[Any]] | None:
    """The input serializer that the document names for an operation."""
    return getattr(getattr(ENDPOINTS[name].callback.view_class, method.lower()), "form", None)


def text_of(answer: Any) -> str:
    """Everything that an answer says, workbooks with their cells."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return "".join(book.read(name).decode() for name in book.namelist())
    return content.decode("unicode_escape", "replace") + content.decode("utf-8", "replace")


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
