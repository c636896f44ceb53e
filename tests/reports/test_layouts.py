"""Layouts as templates: down, changed in a spreadsheet program, up, looked at, in force, and back."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from builders import make_episode, make_household
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from layout_desk import COUNTY, TODAY, Change, Desk, column_of, row_of, simple

from accounts.errors import Forbidden, OutOfScope, Refused
from accounts.models import AuditEvent, Division, User
from reports.layouts.declared import keys_of, standard
from reports.layouts.judging import Judging
from reports.layouts.shape import shape_of
from reports.layouts.workbook import write_layout
from reports.ledgers import LEDGERS
from reports.ledgers.base import Reading
from reports.models import LayoutTerm, LedgerLayout
from reports.services.layouts import layout_in_force, restore_standard, upload_layout
from sheets.form import read_form

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
TOWNSHIP, VILLAGE = "990101100000", "990101100201"
CHANGEABLE = [name for name, ledger in LEDGERS.items() if ledger.group != "national"]


@pytest.mark.parametrize("name", CHANGEABLE)
def test_a_layout_that_goes_down_and_up_is_unchanged(name: str, tmp_path: Path, county: Division) -> None:
    ledger = LEDGERS[name]
    if ledger.fixed_layout(Reading(county, TODAY)) is not None:
        return
    assert len(set(keys_of(ledger))) == len(ledger.columns)
    path = tmp_path / "layout.xlsx"
    write_layout(path, standard(ledger), name)
    judging = Judging(read_form(path), ledger)
    assert judging.layout() == standard(ledger), judging.faults
    shape = shape_of(ledger, standard(ledger))
    assert shape.columns == ledger.columns and shape.picks == tuple(range(len(ledger.columns)))


def test_a_changed_layout_cell_for_cell(desk: Desk, village: Division) -> None:
    from builders import make_condition

    for _ in range(2):
        make_condition(make_household(village), on=date(2026, 10, 9), housing_ok=False)
    layout = desk.send("T8", simple)
    assert desk.lines("T8")[0][0] == "守望县三保障及饮水动态清零汇总（2026年11月）", "not in force yet"
    desk.use(layout)
    assert desk.lines("T8") == [
        ["守望县住房和上学（2026年11月10日）", None, None, None, None],
        ["单位：件", None, None, None, None],
        ["序号", "乡镇（村）", "还没有清的", None, "备注"],
        [None, None, "住房", "上学", None],
        [1, "石桥镇", 2, 0, None],
        [2, "青杨乡", 0, 0, None],
        [None, "合计", 2, 0, None],
        ["分管领导：", None, "经办：守望县", None, None],
    ]
    sheet = desk.sheet("T8")
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) in ((9, "portrait"), ("9", "portrait"))
    assert [round(sheet.column_dimensions[letter].width) for letter in "ABCDE"] == [6, 20, 12, 12, 18]
    assert "C3:D3" in {str(area) for area in sheet.merged_cells.ranges}


@pytest.mark.parametrize(("name", "across"), [("L1", 2), ("L7", 2), ("T8", 1)])
def test_a_county_that_wants_two_pages_width_gets_them_where_one_would_be_too_small_to_read(
    desk: Desk, name: str, across: int
) -> None:
    def two_wide(sheet: Any) -> None:
        sheet.page_setup.fitToWidth = 2

    assert desk.sheet(name).page_setup.fitToWidth == 1
    desk.use(desk.send(name, two_wide))
    sheet = desk.sheet(name)
    assert sheet.col_breaks.count + 1 == across
    # The second page says again whose row it is.
    assert bool(sheet.print_title_cols) is (across == 2)
    if across == 2:
        assert sheet.page_setup.scale >= 68
    assert desk.download(name).active.page_setup.fitToWidth == 2


def test_the_page_shows_it_and_its_numbers_still_open(desk: Desk, village: Division) -> None:
    from builders import make_condition

    home = make_household(village)
    make_condition(home, on=date(2026, 10, 9), housing_ok=False)
    desk.use(desk.send("T8", simple))
    page = desk.client.get(reverse("ledger-preview", args=["T8"])).content.decode()
    assert (
        "守望县住房和上学（2026年11月10日）" in page
        and "还没有清的" in page
        and "饮水" not in page.split("sw-sheet")[1]
    )
    assert page.index("石桥镇") < page.rindex("合计")
    behind = desk.client.get(
        reverse("ledger-cell", args=["T8"]), {"path": "危房·在办", "unit": TOWNSHIP}
    ).content.decode()
    assert home.number in behind
    assert "path=%E5%8D%B1%E6%88%BF%C2%B7%E5%9C%A8%E5%8A%9E" in page


def test_running_numbers_and_the_word_for_the_sum_go_along(desk: Desk, village: Division) -> None:
    for _ in range(2):
        make_episode(make_household(village))

    def change(sheet: Any) -> None:
        name, number = column_of(sheet, "户主姓名"), column_of(sheet, "证件号码")
        for column in range(2, sheet.max_column + 1):
            if column not in (name, number):
                sheet.column_dimensions[openpyxl.utils.get_column_letter(column)].hidden = True
        sheet.delete_rows(row_of(sheet, "签名"))

    desk.use(desk.send("L1", change))
    lines = desk.lines("L1")
    assert [line[:2] for line in lines[2:]] == [
        ["户主姓名", "证件号码"], ["2户", "合计"], ["张三", "990100************"], ["张三", "990100************"],
    ]  # fmt: skip
    page = desk.client.get(reverse("ledger-preview", args=["L1"])).content.decode()
    assert "990100************" in page and make_household(village).memberships.first().person.id_number not in page


def test_the_most_specific_place_and_the_latest_day_win(desk: Desk, village: Division, places: Any) -> None:
    def titled(words: str) -> Change:
        def change(sheet: Any) -> None:
            sheet["B1"] = words

        return change

    county = desk.send("T1", titled("县{地方}"))
    town = desk.send("T1", titled("镇{地方}"), TOWNSHIP)
    desk.use(county, date(2026, 10, 1))
    assert desk.lines("T1", VILLAGE)[0][0] == "县守望县石桥镇东沟村"
    desk.use(town, date(2026, 11, 1))
    assert desk.lines("T1", VILLAGE)[0][0] == "镇守望县石桥镇东沟村"
    assert desk.lines("T1", VILLAGE, date(2026, 10, 31))[0][0] == "县守望县石桥镇东沟村"
    assert desk.lines("T1", VILLAGE, date(2026, 9, 30))[0][0].endswith("监测对象动态统计表（2026年9月）")
    assert desk.lines("T1", COUNTY)[0][0] == "县守望县"
    assert desk.lines("T1", "990101101201")[0][0].startswith("县")
    restore_standard(
        ledger=LEDGERS["T1"], division=places[TOWNSHIP], from_on=TODAY, actor=desk.bureau, at=timezone.now()
    )
    assert desk.lines("T1", VILLAGE)[0][0].endswith("监测对象动态统计表（2026年11月）")
    assert layout_in_force("T1", places[TOWNSHIP], date(2026, 11, 9)) == town
    before = datetime(2026, 11, 1, tzinfo=UTC)
    assert layout_in_force("T1", places[COUNTY], TODAY, before) is None


def test_upload_look_use_and_back_on_the_pages(desk: Desk, village: Division, county: Division) -> None:
    make_episode(make_household(village))
    book = desk.download("T8")
    simple(book.active)
    content = io.BytesIO()
    book.save(content)
    address = reverse("ledger-layout", args=["T8"])
    file = SimpleUploadedFile("改.xlsx", content.getvalue())
    answer = desk.client.post(address, {"division": county.code, "file": file}, follow=True)
    said = answer.content.decode()
    assert "守望县住房和上学（2026年11月10日）" in said and "石桥镇" in said and "没有出的列：辍学·发现" in said
    kept = LedgerLayout.objects.get()
    assert layout_in_force("T8", county, TODAY) is None
    detail = reverse("layout-detail", args=["T8", kept.uid])
    assert desk.client.post(detail, {"from_on": "1999-01-01"}).status_code == 400
    assert desk.client.post(detail, {"from_on": "2026-11-01"}).status_code == 302
    page = desk.client.get(address, {"division": county.code}).content.decode()
    assert "现在用自己的版式" in page and "改.xlsx" in page
    original = desk.client.get(reverse("layout-original", args=["T8", kept.uid]))
    assert b"".join(original.streaming_content) == content.getvalue()
    assert desk.client.post(address, {"division": county.code, "standard": "1"}).status_code == 302
    assert layout_in_force("T8", county, TODAY) is None
    assert layout_in_force("T8", county, date(2026, 11, 9)) == kept
    actions = AuditEvent.objects.filter(action__startswith="layout.").values_list("action", flat=True)
    assert sorted(actions) == ["layout.enacted", "layout.enacted", "layout.uploaded"]


def test_only_the_county_bureau_changes_and_only_its_own_places(
    desk: Desk, places: Any, township: User, owner: User, auditor: User, outsider: User, administrator: User
) -> None:
    layout = desk.send("T8", simple)
    detail = reverse("layout-detail", args=["T8", layout.uid])
    pages = {"ledger-layout": ["T8"], "layout-file": ["T8"], "layout-detail": ["T8", layout.uid]}
    expected = {"auditor": (200, 403), "township": (404, 404), "owner": (404, 404), "outsider": (404, 404),
                "administrator": (404, 404)}  # fmt: skip
    for user in (auditor, township, owner, outsider, administrator):
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        looks, acts = expected[user.username]
        for name, args in pages.items():
            status = client.get(reverse(name, args=args), {"division": COUNTY}).status_code
            assert status == looks, (user.username, name, status)
        assert client.post(detail, {"from_on": "2026-11-01"}).status_code == acts, user.username
        path = desk.folder / "changed.xlsx"
        with pytest.raises((Forbidden, OutOfScope)):
            upload_layout(
                ledger=LEDGERS["T8"], division=places[COUNTY], path=path, name="a.xlsx", actor=user, at=timezone.now()
            )
    client = Client()
    client.force_login(township, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("ledger-layout", args=["T8"])).status_code == 200
    assert (
        client.post(reverse("ledger-layout", args=["T8"]), {"division": TOWNSHIP, "standard": "1"}).status_code == 403
    )
    assert not LayoutTerm.objects.exists()


def test_a_village_has_no_layout_of_its_own_and_a_prescribed_one_cannot_be_changed(
    desk: Desk, places: Any, county: Division
) -> None:
    with pytest.raises(Refused, match="版式按县或乡镇定"):
        restore_standard(
            ledger=LEDGERS["T8"], division=places[VILLAGE], from_on=TODAY, actor=desk.bureau, at=timezone.now()
        )
    fixed = [one for one in LEDGERS.values() if one.fixed_layout(Reading(county, TODAY)) is not None]
    for ledger in fixed[:1]:
        assert desk.client.get(reverse("layout-file", args=[ledger.code])).status_code == 400


def test_a_kept_layout_is_never_changed(desk: Desk) -> None:
    term = desk.use(desk.send("T8", simple))
    for rows, change in (
        (LayoutTerm.objects.all(), {"from_on": TODAY}),
        (LedgerLayout.objects.all(), {"ledger": "T1"}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    term.refresh_from_db()
    assert term.from_on == TODAY
