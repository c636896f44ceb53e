"""Books over the API."""

from __future__ import annotations

from typing import Any

import pytest
from builders import make_household
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Division
from households.models import Household
from records.models import Job, KeyVillage

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def family(village: Division) -> Household:
    return make_household(village)


def call(user: Any, method: str, path: str, body: Any = None) -> Any:
    client = Client()
    client.force_login(user)
    send = getattr(client, method)
    return (
        send(f"/api/v1/{path}", body, content_type="application/json") if body is not None else send(f"/api/v1/{path}")
    )


def add(user: Any, family: Household, **values: Any) -> Any:
    person = family.memberships.order_by("id").first().person
    about = {"household": str(family.uid), "person": str(person.uid), "from_on": "2026-03-01"}
    return call(user, "post", "records/jobs/", {**about, "values": {"working": True, **values}})


def test_books_say_what_they_take(bureau: Any) -> None:
    books = {book["code"]: book for book in call(bureau, "get", "records/").json()}
    columns = {column["field"]: column for column in books["jobs"]["columns"]}
    assert columns["area"]["words"][0] == "县内" and columns["working"]["needed"]


def test_a_line_lives_through_the_api(owner: Any, family: Household) -> None:
    made = add(owner, family, monthly_wage="3000")
    assert made.status_code == 201, made.content
    line, version = made.json()["line"], made.json()["version"]
    changed = call(
        owner,
        "post",
        f"records/jobs/{line}/change/",
        {"version": version, "on": "2026-09-01", "values": {"monthly_wage": "4000"}},
    )
    assert changed.json()["values"]["monthly_wage"] == "4,000.00"
    stale = call(owner, "post", f"records/jobs/{line}/end/", {"version": version, "on": "2026-10-01"})
    assert stale.status_code == 409
    missing = call(owner, "post", f"records/jobs/{line}/end/", {"on": "2026-10-01"})
    assert missing.status_code == 428
    version = changed.json()["version"]
    right = {"version": version, "values": {"firm": "新厂"}, "reason": "漏写", "to_on": "2026-11-01"}
    right = call(owner, "post", f"records/jobs/{line}/correct/", right)
    assert (right.status_code, right.json()["to_on"]) == (200, "2026-11-01")
    history = call(owner, "get", f"records/jobs/{line}/").json()
    assert len(history) == 4 and sum(one["withdrawn_at"] is None for one in history) == 2
    assert len(call(owner, "get", "records/jobs/?on=2026-10-01").json()["results"]) == 1
    gone = {"version": right.json()["version"], "reason": "不是本人"}
    assert call(owner, "post", f"records/jobs/{line}/withdraw/", gone).status_code == 204
    assert call(owner, "get", "records/jobs/?on=2026-10-01").json()["results"] == []


def test_a_bad_value_names_its_field(owner: Any, family: Household) -> None:
    answer = add(owner, family, monthly_wage="很多")
    assert answer.status_code == 400 and "务工月收入" in answer.content.decode()
    assert add(owner, family, nothing="x").status_code == 400
    assert add(owner, family, firm=["x"]).status_code == 400
    assert not Job.objects.exists()


def test_who_may_not_write_gets_403_and_who_sees_nothing_404(auditor: Any, outsider: Any, family: Household) -> None:
    assert add(auditor, family).status_code == 403
    assert add(outsider, family).status_code == 404
    assert call(auditor, "get", "records/nothing/").status_code == 404
    given = {"division": "990101100201", "from_on": "2026-03-01", "values": {"tracker": "某某"}}
    assert call(outsider, "post", "records/key_villages/", given).status_code == 404
    assert not Job.objects.exists() and not KeyVillage.objects.exists()


def test_a_workbook_comes_and_goes(bureau: Any, family: Household) -> None:
    person = family.memberships.order_by("id").first().person
    text = f"姓名,证件号码,是否已务工\n{person.name},{person.id_number},是\n{person.name},,是\n"
    client = Client()
    client.force_login(bureau)
    given = {"division": "990101000000", "file": SimpleUploadedFile("名册.csv", text.encode())}
    sent = client.post("/api/v1/records/jobs/imports/", given)
    assert sent.status_code == 201, sent.content
    assert (sent.json()["created"], sent.json()["errors"][0]["code"]) == (1, "id_missing")
    uid = sent.json()["uid"]
    assert client.get("/api/v1/records/jobs/imports/").json()["results"][0]["uid"] == uid
    assert client.get(f"/api/v1/record-batches/{uid}/errors/").status_code == 200
    assert (
        client.post(f"/api/v1/record-batches/{uid}/undo/", {}, content_type="application/json").json()["state"]
        == "undone"
    )
    assert not Job.objects.standing().exists()
