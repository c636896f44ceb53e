"""Made-up requests over the whole document (trust.md T17): whatever is sent, no answer is a server error, and every
status is one that the document names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from api_world import World, make_world
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode
from schemathesis.transport.wsgi import WSGI_TRANSPORT

from accounts.models import User

pytestmark = [
    pytest.mark.usefixtures("clock"),
]
# A release asks for more of each: API_FUZZ_EXAMPLES=50.
EXAMPLES = int(os.environ.get("API_FUZZ_EXAMPLES", "1"))
KINDS = {
    "households": "household",
    "persons": "person",
    "change-proposals": "proposal",
    "register-imports": "import",
    "feed-batches": "feed_batch",
    "match-runs": "run",
    "clues": "clue",
    "cases": "case",
    "visits": "visit",
    "episodes": "episode",
    "measures": "measure",
    "deliveries": "delivery",
    "problems": "problem",
    "quality/faults": "fault",
    "quality/exemptions": "exemption",
    "quality/runs": "quality_run",
    "records/{book}": "line",
    "record-batches": "book_batch",
    "ledgers/{name}": "layout",
    "exports": "export",
}
NAMES = {"key": "income_line", "name": "L1", "book": "jobs"}


@pytest.fixture(scope="module")
def document() -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture
def world(places: Any, bureau: User, outsider: User) -> World:
    return make_world(places, {"own": bureau, "other_county": outsider})


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_request_makes_the_server_fail(
    api: Any, document: Any, world: World, bureau: User, owner: User, mode: GenerationMode
) -> None:
    callers, application = [api(bureau), api(owner)], get_wsgi_application()
    asked, failures = [0], []

    def send(case: Any) -> None:
        documented = case.operation.definition.raw["responses"]
        for caller in callers:
            with rolled_back():
                answer = WSGI_TRANSPORT.send(case, session=None, app=application, headers=caller.headers)
            asked[0] += 1
            if answer.status_code >= 500 or str(answer.status_code) not in documented:
                failures.append((case.operation.label, answer.status_code, str(case.body)[:300], answer.text[:300]))

    for result in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = result.ok()
        # Without parameters and body there is nothing that could be wrong.
        if mode == GenerationMode.POSITIVE or [*operation.query, *operation.body]:
            explore(operation, mode, keys_of(operation, world), send)
    assert not failures
    assert asked[0] > 200


def explore(operation: Any, mode: GenerationMode, keys: dict[str, str], send: Callable[[Any], None]) -> None:
    """Send EXAMPLES cases of one operation about rows that exist; always the same ones."""
    cases = operation.as_strategy(generation_mode=mode, path_parameters=keys)
    limited = settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    limited(given(case=cases)(send))()


def keys_of(operation: Any, world: World) -> dict[str, str]:
    parts = operation.path.removeprefix("/api/v1/").split("/")
    names = [part[1:-1] for part in parts if part.startswith("{")]
    fixed = {**NAMES, "delivery": str(world.uid("delivery", "own"))}
    if "uid" in names:
        kind = KINDS.get(parts[0]) or KINDS["/".join(parts[:2])]
        fixed["uid"] = str(world.uid(kind, "own"))
    return {name: fixed[name] for name in names}


@contextmanager
def rolled_back() -> Iterator[None]:
    """Nothing of the request stays; the test's connection is kept open, as Django's own client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
