"""What a ledger looks like on paper, what leaves it masked, and that nothing in it is ever run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from builders import make_episode, make_household
from django.utils import timezone
from ledger_sheets import Written

from accounts.errors import OutOfScope, Refused
from accounts.models import AuditEvent, Division, User
from reports.ledgers import LEDGERS
from sheets.package import ChoiceLists

PAYLOADS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    '=HYPERLINK("http://example.invalid","点")',
    "=cmd|' /C calc'!A0",
    "\t=1",
    "\n=1",
    "＝1",
    "  =1",
    "'=1",
    "{=1}",
    "<b>&amp;",
]
PHONE = "13812345678"


@pytest.mark.parametrize("name", [name for name, ledger in LEDGERS.items() if ledger.group != "national"])
def test_paper_headings_and_frozen_panes(name: str, clock: Any, written: Callable[..., Written]) -> None:
    ledger, sheet = LEDGERS[name], written(name)
    setup = sheet.sheet.page_setup
    assert setup.orientation == "landscape"
    assert setup.paperSize == {"A3": 8, "A4": 9}[ledger.paper]
    assert (setup.fitToWidth, setup.fitToHeight) == (1, 0)
    assert sheet.headings == ["·".join(column.path) for column in ledger.columns]
    depth = max(len(column.path) for column in ledger.columns)
    assert sheet.sheet.print_title_rows == f"$3:${2 + depth}"
    assert sheet.sheet.freeze_panes.endswith(str(3 + depth))
    assert "第&P页 共&N页" in sheet.sheet.oddFooter.center.text


def test_numbers_are_text_and_money_is_money(clock: Any, village: Division, written: Callable[..., Written]) -> None:
    home = make_household(village, number="110000000000000001", per_capita_income="12345.6")
    make_episode(home)
    sheet = written("L1")
    places = {heading: i for i, heading in enumerate(sheet.headings, 1)}
    line = sheet.sheet.max_row - 1
    number = sheet.sheet.cell(line, places["户编号"])
    assert (number.value, number.data_type, number.number_format) == ("110000000000000001", "s", "@")
    income = sheet.sheet.cell(line, places["当前·人均纯收入"])
    assert (income.value, income.number_format) == (12345.6, "#,##0.00")
    month = sheet.sheet.cell(line, places["识别监测时间"])
    assert (month.value, month.number_format) == ("202601", "@")
    people = sheet.sheet.cell(line, places["家庭人口"])
    assert (people.value, people.data_type) == (3, "n")


def test_a_formula_in_a_name_stays_a_name(clock: Any, village: Division, written: Callable[..., Written]) -> None:
    for payload in PAYLOADS:
        home = make_household(village, members=[{"name": payload}], group_name=payload[:20], needs_mending=payload)
        make_episode(home)
    sheet = written("L1")
    assert sorted(sheet.column("户主姓名")) == sorted(PAYLOADS)
    assert {cell.data_type for row in sheet.sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert not [cell for row in sheet.sheet.iter_rows() for cell in row if cell.hyperlink]


def test_resident_numbers_and_phones_leave_masked(
    clock: Any, village: Division, written: Callable[..., Written]
) -> None:
    home = make_household(village, members=[{"name": "张三", "phone": PHONE, "birth": date(1975, 3, 2)}])
    home.needs_mending = f"证件号码{home.memberships.get().person.id_number}待核"
    home.save()
    make_episode(home)
    row = written("L1").row("户主姓名", "张三")
    assert row["证件号码"] == "990100************"
    assert row["联系电话"] == "138****5678"
    assert row["备注"] == "证件号码990100************待核"


def test_whole_numbers_take_a_purpose_and_are_recorded(
    clock: Any, village: Division, bureau: User, written: Callable[..., Written]
) -> None:
    home = make_household(village, members=[{"name": "张三", "phone": PHONE}])
    make_episode(home)
    with pytest.raises(Refused, match="用途"):
        written("L1", actor=bureau, masked=False, purpose=" ")
    row = written("L1", actor=bureau, masked=False, purpose="与公安核对号码").row("户主姓名", "张三")
    assert row["证件号码"] == home.memberships.get().person.id_number
    assert row["联系电话"] == PHONE
    event = AuditEvent.objects.get()
    assert (event.actor, event.action, event.purpose) == (bureau, "ledger.exported", "与公安核对号码")
    assert (event.target_id, event.at) == ("990101000000", timezone.now())
    assert event.detail == {"ledger": "L1", "as_of": "2026-11-10", "rows": 1, "masked": False}


def test_a_ledger_is_for_those_whose_place_it_is(
    clock: Any, owner: User, outsider: User, administrator: User, written: Callable[..., Written]
) -> None:
    assert written("L1", "990101100201", actor=owner).rows == []
    for actor, code in ((owner, "990101100202"), (owner, "990101100000"), (outsider, "990101000000")):
        with pytest.raises(OutOfScope):
            written("L1", code, actor=actor)
    with pytest.raises(OutOfScope):
        written("L1", actor=administrator)
    assert AuditEvent.objects.count() == 1


def test_a_ledger_that_cannot_be_recorded_does_not_leave(
    clock: Any, written: Callable[..., Written], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    def broken(**values: Any) -> None:
        raise RuntimeError("audit is down")

    monkeypatch.setattr("reports.services.ledgers.audit.record", broken)
    with pytest.raises(RuntimeError):
        written("T1")
    assert not list(tmp_path.glob("*.xlsx"))


def test_code_lists_are_drop_downs_that_only_warn(
    clock: Any, village: Division, written: Callable[..., Written]
) -> None:
    """Domain.md 5.6; the list goes with the column whatever a county calls it, and 户类型 of L8 says more than a code."""
    make_episode(make_household(village))
    offered = {name: _offered(written(name)) for name in ("L1", "L8")}
    assert offered["L1"]["户类型"] == "脱贫户,一般农户"
    assert offered["L1"]["监测对象类别"] == "脱贫不稳定户,边缘易致贫户,突发严重困难户"
    assert offered["L1"]["致贫返贫风险·5"].startswith("因病,因残,因学,")
    assert offered["L1"]["风险是否已消除"] == "是,否"
    assert "户编号" not in offered["L1"]
    assert "户类型" not in offered["L8"]


def _offered(ledger: Written) -> dict[str, str]:
    """The words of each drop-down by its heading."""
    found = {}
    for rule in ledger.sheet.data_validations.dataValidation:
        (area,) = rule.sqref.ranges
        assert (area.min_col, area.min_row, rule.errorStyle) == (area.max_col, 6, "warning")
        found[ledger.headings[area.min_col - 1]] = rule.formula1.strip('"')
    return found


@pytest.mark.parametrize("name", [name for name, ledger in LEDGERS.items() if name.startswith("L")])
def test_no_ledger_needs_a_sheet_for_its_lists(name: str) -> None:
    """Readers of every sheet would take a hidden one for another ledger."""
    words = [column.words or () for column in LEDGERS[name].columns]
    assert not ChoiceLists(words).hidden_sheet
