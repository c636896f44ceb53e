"""A county changes the layout of a ledger through the API: down, changed, up, in force, and back to the standard."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User

pytestmark = pytest.mark.usefixtures("clock")
COUNTY = "990101000000"


def current(caller: Any) -> Any:
    answer = caller.get(f"/ledgers/L1/layouts/current/?division={COUNTY}")
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))


def packed(book: Any) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def send(caller: Any, content: bytes, name: str = "版式.xlsx") -> Any:
    return caller.upload("/ledgers/L1/layouts/", division=COUNTY, file=SimpleUploadedFile(name, content))


def renamed(book: Any) -> bytes:
    """The layout's title begins with other words."""
    for row in book.active.iter_rows():
        for cell in row:
            if "{地方}" in str(cell.value or "") and "{年}" in str(cell.value):
                cell.value = str(cell.value).replace("{地方}", "{地方}农户")
                return packed(book)
    raise AssertionError("no title")


def test_a_layout_comes_into_force_and_is_taken_back(api: Callable[..., Any], bureau: User, township: User) -> None:
    caller = api(bureau)
    sent = send(caller, renamed(current(caller)))
    assert sent.status_code == 201, sent.content.decode()
    layout = sent.json()
    assert layout["title"].startswith("{地方}农户")
    assert layout["terms"] == []
    assert caller.get("/ledgers/L1/layouts/").json()["results"][0]["uid"] == layout["uid"]

    term = caller.post(f"/ledgers/L1/layouts/{layout['uid']}/enact/", {"from_on": "2026-11-01"})
    assert (term.status_code, term.json()["layout"]) == (200, layout["uid"])
    assert "农户" in packed_text(current(caller))

    back = caller.post("/ledgers/L1/layouts/standard/", {"division": COUNTY, "from_on": "2026-11-10"})
    assert (back.status_code, back.json()["layout"]) == (200, None)
    assert "{地方}农户" not in packed_text(current(caller))
    terms = caller.get(f"/ledgers/L1/layouts/terms/?division={COUNTY}").json()
    assert [one["layout"] for one in terms] == [None, layout["uid"]]
    book = caller.get(f"/ledgers/L1/layouts/{layout['uid']}/book/")
    assert b"".join(book.streaming_content).startswith(b"PK")


def packed_text(book: Any) -> str:
    return "".join(str(cell.value or "") for row in book.active.iter_rows() for cell in row)


def test_what_is_no_layout_is_refused_with_its_faults(api: Callable[..., Any], bureau: User, township: User) -> None:
    caller = api(bureau)
    for content, name in ((b"PK", "版式.xlsx"), (b"a,b", "版式.csv"), (packed(openpyxl.Workbook()), "版式.xlsx")):
        answer = send(caller, content, name)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_layout"), name
    huge = send(caller, b"0" * (2 * 1024 * 1024 + 1))
    assert huge.json()["fields"] == {"file": ["版式超过 2 MB，请去掉图片和数据再传。"]}
    assert send(api(township), renamed(current(caller))).status_code == 404
    prescribed = caller.get(f"/ledgers/N1/layouts/current/?division={COUNTY}")
    assert (prescribed.status_code, prescribed.json()["code"]) == (400, "fixed")
