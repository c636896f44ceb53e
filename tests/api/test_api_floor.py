"""What holds for every endpoint: sign-in, one error shape, strict bodies, pages by key."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from builders import make_jpeg
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ApiToken, AuditEvent, User
from assistance.models import MeasureType
from households.models import Household

PASSWORD = "shouwang-test-2026"
SHAPE = {"code", "detail", "fields", "details"}
Api = Callable[[User | None], Any]


def test_a_program_signs_in_with_a_token_that_is_kept_as_a_digest(api: Api, owner: User) -> None:
    answer = api(None).post("/token/", {"username": " Owner ", "password": PASSWORD})
    assert answer.status_code == 201
    key = answer.json()["token"]
    assert key not in str(list(ApiToken.objects.values()))
    caller = api(None)
    caller.headers = {"Authorization": f"Token {key}"}
    me = caller.get("/me/").json()
    assert me["username"] == "owner"
    assert me["posts"][0]["division"] == {"code": "990101100201", "name": "东沟村"}
    assert "assistance.plan" in me["posts"][0]["rights"]
    assert caller.delete("/token/").status_code == 204
    assert caller.get("/me/").status_code == 401


def test_a_token_ends_after_its_time_and_with_its_user(api: Api, owner: User, clock: Any) -> None:
    early = api(owner)
    clock.shift(timedelta(hours=12, seconds=1))
    assert early.get("/me/").status_code == 401
    late = api(owner)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert late.get("/me/").status_code == 401


def test_five_wrong_passwords_lock_the_name_and_the_answer_does_not_tell(api: Api, owner: User) -> None:
    def tries(name: str, password: str = "wrong-password") -> tuple[int, bytes]:
        answer = api(None).post("/token/", {"username": name, "password": password})
        return answer.status_code, answer.content

    known = [tries("owner") for _ in range(6)]
    unknown = [tries("nobody") for _ in range(6)]
    assert set(known) == set(unknown)
    assert known[0][0] == 401
    assert tries("OWNER ", PASSWORD) == known[0], "one counter for all spellings"
    assert not ApiToken.objects.exists()


def test_a_signed_in_browser_may_call_and_needs_the_csrf_token_to_write(api: Api, owner: User) -> None:
    caller = api(None)
    caller.client.handler.enforce_csrf_checks = True
    caller.client.force_login(owner)
    assert caller.get("/me/").status_code == 200
    assert caller.post("/measure-types/", {}).status_code == 403


def test_a_first_password_must_be_changed_and_a_post_is_needed(api: Api, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(must_change_password=True)
    refused = api(owner).get("/me/")
    assert (refused.status_code, refused.json()["code"]) == (403, "password_change_required")
    signing_in = api(None).post("/token/", {"username": "owner", "password": PASSWORD})
    assert signing_in.status_code == 403
    nobody = User.objects.create_user("nobody", password=PASSWORD, name="无岗")
    refused = api(nobody).get("/divisions/")
    assert (refused.status_code, refused.json()["code"]) == (403, "no_post")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/no-such-place/", None, 404),
        ("GET", "/measures/00000000-0000-0000-0000-000000000000/", None, 404),
        ("GET", "/measures/?ordering=id", None, 400),
        ("GET", "/measures/?page_size=0", None, 400),
        ("GET", "/measures/?after=bm9uc2Vuc2U", None, 400),
        ("GET", "/measures/?risk=%00", None, 400),
        ("DELETE", "/measures/", None, 405),
        ("POST", "/measure-types/", {"category": "金融帮扶"}, 400),
        ("POST", "/measure-types/", {"category": "金融帮扶", "item": "新", "developmental": True, "x": 1}, 400),
        ("POST", "/measure-types/?x=1", {"category": "金融帮扶", "item": "新", "developmental": True}, 400),
    ],
)
def test_every_refusal_has_one_shape(api: Api, bureau: User, method: str, path: str, body: Any, status: int) -> None:
    answer = api(bureau).call(method, path, body)
    assert answer.status_code == status
    assert set(answer.json()) == SHAPE
    assert answer["Content-Type"] == "application/json"


def test_without_signing_in_there_is_nothing(api: Api) -> None:
    answer = api(None).get("/measures/")
    assert (answer.status_code, answer["WWW-Authenticate"], set(answer.json())) == (401, "Token", SHAPE)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"NaN",
        b"\xff\xfe",
        b'{"category": "\\u0000"}',
        b'{"category": "\\ud800"}',
        b'{"\\u0000": 1}',
        b'{"category": 99999999999999999999}',
        b'{"category": ' + b"9" * 5000 + b"}",
        b'{"category": 1e999}',
        b'{"category": "a", "category": "b"}',
        b'{"category": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"category": {"a": {}}, "item": [], "developmental": "yes"}',
        b'{"category": "' + b"x" * 3_000_000 + b'"}',
        b'{"category": "\xe9\x87\x91\xe8\x9e\x8d\xe5\xb8\xae\xe6\x89\xb6", "item": "'
        + b"x" * 61
        + b'", "developmental": true}',
    ],
)
def test_what_no_column_can_hold_is_refused_with_400(api: Api, bureau: User, raw: bytes) -> None:
    answer = api(bureau).call("POST", "/measure-types/", raw=raw)
    assert answer.status_code == 400, answer.content
    assert set(answer.json()) == SHAPE


def test_another_content_type_is_415(api: Api, bureau: User) -> None:
    answer = api(bureau).call("POST", "/measure-types/", raw=b"a=1", content_type="text/plain")
    assert (answer.status_code, set(answer.json())) == (415, SHAPE)


@pytest.mark.usefixtures("catalogue")
def test_pages_follow_each_other_by_key_and_hold_every_row_once(api: Api, owner: User) -> None:
    path, seen = "/measure-types/?page_size=7", []
    while path:
        page = api(owner).get(path).json()
        seen += [(row["category"], row["item"]) for row in page["results"]]
        path = (page["next"] or "").removeprefix("/api/v1")
    assert seen == list(MeasureType.objects.order_by("id").values_list("category", "item"))


def test_page_two_thousand_costs_what_the_first_does(api: Api, bureau: User, village: Any) -> None:
    Household.objects.bulk_create(
        Household(number=f"{number:04d}", village=village, category="一般农户") for number in range(2_003)
    )
    caller, last = api(bureau), Household.objects.order_by("village_id", "id")[1_999]
    key = base64.urlsafe_b64encode(json.dumps([village.code, str(last.pk)]).encode()).decode().rstrip("=")
    with CaptureQueriesContext(connection) as first:
        caller.get("/households/?page_size=1")
    with CaptureQueriesContext(connection) as far:
        page = caller.get(f"/households/?page_size=1&after={key}").json()
    assert (page["results"][0]["number"], len(far)) == ("2000", len(first))
    page_query = next(query["sql"] for query in far if 'ORDER BY "households_household"' in query["sql"])
    assert "OFFSET" not in page_query
    assert not any("COUNT(" in query["sql"] for query in far)


def test_papers_are_kept_by_what_they_are_and_not_by_their_name(api: Api, owner: User) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    def send(content: bytes, name: str) -> Any:
        return api(owner).upload("/files/", file=SimpleUploadedFile(name, content))

    kept = send(make_jpeg(), "../照片.jpg")
    assert (kept.status_code, kept.json()["name"], kept.json()["content_type"]) == (201, "照片.jpg", "image/jpeg")
    for content, name in (
        (b"<script>", "photo.jpg"),
        (b"MZ\x90", "a.pdf"),
        (b"", "empty.png"),
        (b"\xff\xd8\xff no", "a.jpg"),
    ):
        refused = send(content, name)
        assert (refused.status_code, set(refused.json())) == (400, SHAPE)


def test_the_audit_is_read_by_the_auditor_of_the_place_only(
    api: Api, auditor: User, bureau: User, outsider: User, hire: Any
) -> None:
    strange = hire("strange_auditor", "auditor", "990102000000")
    api(bureau).get("/me/")
    names = lambda user: {row["actor"]["username"] for row in api(user).get("/audit-events/").json()["results"]}  # noqa: E731
    assert {"bureau", "auditor"} <= names(auditor)
    assert "bureau" not in names(strange)
    assert api(bureau).get("/audit-events/").json()["results"] == []
    assert AuditEvent.objects.filter(action="token.issued", actor=bureau).exists()
