"""The page that brings the register: tried first, taken in, refused rows back as a workbook, taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from households.models import Household, RegisterBatch

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "places")]
HEADINGS = "乡(镇),行政村,户编号,姓名,证件号码,与户主关系,户类型"
GOOD = "石桥镇,东沟村,0001,张三,{number},户主,脱贫户"
BAD = "石桥镇,东沟村,0002,李四,12345,户主,脱贫户"


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def book(*rows: str) -> SimpleUploadedFile:
    from builders import make_number

    lines = [HEADINGS, *(row.format(number=make_number(7)) for row in rows)]
    return SimpleUploadedFile("档案.csv", "\n".join(lines).encode())


def test_a_trial_changes_nothing_and_says_what_would_be(bureau: User) -> None:
    page = desk(bureau).post(reverse("register-list"), {"file": book(GOOD, BAD), "dry_run": "on"})
    assert "什么都没有改" in page.content.decode()
    assert page.context["report"].tally.created == 1
    assert not Household.objects.exists()


def test_a_file_is_taken_in_and_its_refused_rows_come_back(bureau: User, tmp_path: Path) -> None:
    client = desk(bureau)
    answer = client.post(reverse("register-list"), {"file": book(GOOD, BAD)})
    batch = RegisterBatch.objects.get()
    assert answer["Location"] == reverse("register-detail", args=[batch.uid])
    page = client.get(answer["Location"]).content.decode()
    assert "证件号码" in page
    download = client.get(reverse("register-errors", args=[batch.uid]))
    assert b"".join(download.streaming_content)[:2] == b"PK"  # type: ignore[attr-defined]


def test_an_import_is_taken_back(bureau: User) -> None:
    client = desk(bureau)
    client.post(reverse("register-list"), {"file": book(GOOD)})
    batch = RegisterBatch.objects.get()
    client.post(reverse("register-detail", args=[batch.uid]))
    batch.refresh_from_db()
    assert batch.state == "undone"
    assert not Household.objects.exists()
    assert "已经撤销过了" in client.post(reverse("register-detail", args=[batch.uid]), follow=True).content.decode()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("a.txt", b"x", "只能用 xlsx"), ("a.xlsx", b"", "空的"), ("a.xlsx", b"no book", ""), ("a.csv", b"a,b\n1,2", "")],
)
def test_what_is_no_register_is_refused_in_words(bureau: User, name: str, content: bytes, said: str) -> None:
    page = desk(bureau).post(reverse("register-list"), {"file": SimpleUploadedFile(name, content)})
    assert page.status_code == 400
    assert said in page.content.decode()
    assert not RegisterBatch.objects.exists()


def test_the_page_is_the_countys(owner: User, auditor: User, outsider: User, bureau: User) -> None:
    desk(bureau).post(reverse("register-list"), {"file": book(GOOD)})
    batch = RegisterBatch.objects.get()
    detail = reverse("register-detail", args=[batch.uid])
    seen: dict[str, Any] = {user.username: desk(user).get(detail).status_code for user in (owner, auditor, outsider)}
    assert seen == {"owner": 404, "auditor": 200, "outsider": 404}
    assert desk(owner).post(reverse("register-list"), {"file": book(GOOD)}).status_code in (403, 404)
    assert desk(auditor).post(detail).status_code in (302, 403)
    batch.refresh_from_db()
    assert batch.state == "done"
