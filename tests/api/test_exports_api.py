"""Exports through the interface: asked for, watched, fetched; the set of all as an archive."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from builders import make_episode, make_household

from accounts.models import Division, User
from reports import tasks
from reports.models import ExportRun

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def homes(village: Division) -> None:
    for _ in range(3):
        make_episode(make_household(village))


def test_one_asks_watches_and_fetches(
    homes: None, api: Any, bureau: User, auditor: User, monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    monkeypatch.setattr(tasks.run_export, "delay", tasks.run_export)
    caller = api(bureau)
    with django_capture_on_commit_callbacks(execute=True):
        asked = caller.post("/exports/", {"ledger": "ALL", "division": "990101100201", "as_of": "2026-10-31"})
    assert asked.status_code == 202
    uid = asked.json()["uid"]
    assert caller.get(f"/exports/{uid}/").json()["state"] == "done"
    assert [one["uid"] for one in caller.get("/exports/?state=done").json()["results"]] == [uid]
    answer = caller.get(f"/exports/{uid}/file/")
    assert answer["Content-Type"] == "application/zip"
    assert zipfile.is_zipfile(io.BytesIO(b"".join(answer.streaming_content)))
    for path in (f"/exports/{uid}/", f"/exports/{uid}/file/"):
        assert api(auditor).get(path).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [({"ledger": "L99"}, "name"), ({"as_of": "2027-01-01"}, "as_of"), ({"whole": True}, "purpose")],
)
def test_what_cannot_be_is_refused_before_it_waits(
    homes: None, api: Any, bureau: User, body: dict[str, Any], field: str
) -> None:
    answer = api(bureau).post("/exports/", {"ledger": "L1", "division": "990101100201", **body})
    assert answer.status_code == 400 and field in answer.content.decode()
    assert not ExportRun.objects.exists()
