"""The pages and the API of month closing: the board, a step, the edition's ledger, what changed since, the printed hash."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from builders import make_episode, make_household
from django.test import Client
from openpyxl import load_workbook

from accounts.models import Division, Role, User
from monitoring.models import EpisodeEvent
from reports.ledgers import LEDGERS
from reports.models import Closing, Edition
from reports.services import difference, freezing
from reports.services.closing import take_step

COUNTY, TOWNSHIP, VILLAGE = "990101000000", "990101100000", "990101100201"
OCTOBER = date(2026, 10, 1)
AT = datetime(2026, 11, 10, 1, 0, tzinfo=UTC)


@pytest.fixture
def edition(clock: Any, places: dict[str, Division], owner: User, bureau: User, monkeypatch: Any) -> Edition:
    """October closed with two households of 东沟村; then one is found to have been cleared in October, and a third to
    have been identified in it."""
    few = {code: LEDGERS[code] for code in ("L1", "T1", "T4")}
    monkeypatch.setattr(freezing, "LEDGERS", few)
    monkeypatch.setattr("reports.closing_checks.LEDGERS", few)
    monkeypatch.setattr("reports.services.closing.send", lambda closing_id: None)
    homes = [make_household(places[VILLAGE]) for _ in range(3)]
    episodes = [make_episode(home, identified_on=date(2026, 3, 1)) for home in homes[:2]]
    closing = take_step(division=places[COUNTY], month=OCTOBER, action="accept", actor=bureau, at=AT, reason="试点")
    made = freezing.execute_freezing(closing.pk)
    assert made is not None
    late = AT + timedelta(hours=3)
    clock.move_to(late + timedelta(hours=1))
    EpisodeEvent.objects.create(
        episode=episodes[0], kind="cleared", happened_on=date(2026, 10, 20), recorded_at=late, actor=owner
    )
    found = make_episode(homes[2], identified_on=date(2026, 10, 25))
    EpisodeEvent.objects.filter(episode=found).update(recorded_at=late, actor=owner)
    return made


@pytest.fixture
def signed_in(client: Client) -> Any:
    def _as(user: User) -> Client:
        client.force_login(user)
        return client

    return _as


def test_the_board_names_who_is_waited_for_and_takes_the_step(
    clock: Any, places: Any, signed_in: Any, owner: User, township_leader: User
) -> None:
    page = signed_in(township_leader).get("/closing/").content.decode()
    assert "石桥镇2026年10月结账" in page and "等东沟村、西岭村" in page and "上报全乡镇" in page
    values = {"month": "2026-10", "back": VILLAGE, "division": VILLAGE, "action": "confirm", "version": "1"}
    answer = signed_in(owner).post("/closing/", values)
    assert answer.status_code == 302
    assert Closing.objects.get(division=VILLAGE).state == "confirmed"
    page = signed_in(township_leader).get("/closing/?check=1").content.decode()
    assert "村已确认" in page and "各表逐行平衡" in page
    refused = signed_in(township_leader).post(
        "/closing/", {**values, "back": TOWNSHIP, "division": TOWNSHIP, "action": "submit"}
    )
    assert refused.status_code == 400 and "还有 1 个没有确认：西岭村" in refused.content.decode()


def test_the_workbench_names_the_step_that_waits(clock: Any, places: Any, signed_in: Any, owner: User) -> None:
    page = signed_in(owner).get("/").content.decode()
    assert "月度结账" in page and "10月的数核对好了就办" in page


def test_foreign_places_are_not_there(clock: Any, places: Any, signed_in: Any, outsider: User) -> None:
    assert signed_in(outsider).get(f"/closing/?division={VILLAGE}").status_code == 404
    values = {"month": "2026-10", "division": VILLAGE, "action": "confirm", "version": "1"}
    assert signed_in(outsider).post("/closing/", values).status_code == 404


def test_a_closed_month_is_shown_as_closed_and_as_we_now_know_it(
    edition: Edition, signed_in: Any, bureau: User
) -> None:
    address = f"/ledgers/L1/?division={COUNTY}&month=2026-10"
    closed = signed_in(bureau).get(address).content.decode()
    sheet = edition.sheets.get(ledger="L1", division=COUNTY)
    assert "<b>结账数</b>" in closed and sheet.code in closed and "2户" in closed
    now = signed_in(bureau).get(f"{address}&known=now").content.decode()
    assert "<b>现在看的数</b>" in now and "3户" in now and sheet.code not in now


def test_the_command_writes_what_was_closed_unless_told_otherwise(
    edition: Edition, run_json: Any, tmp_path: Any
) -> None:
    rows = {}
    for known in ("", "closed", "now", "v1", edition.known_at.isoformat()):
        more = ["--known", known] if known else []
        given = ["--division", COUNTY, "--as-of", "2026-10-31", "--output", str(tmp_path / "l1.xlsx"), *more]
        rows[known] = run_json("ledger", "L1", *given)["rows"]
    assert rows == {"": 2, "closed": 2, "now": 3, "v1": 2, edition.known_at.isoformat(): 2}
    sheet = load_workbook(tmp_path / "l1.xlsx").active
    code = edition.sheets.get(ledger="L1", division=COUNTY).code
    assert any(code in str(cell.value) for row in sheet.iter_rows(max_row=3) for cell in row if cell.value)


def test_the_difference_names_households_and_the_late_entries(edition: Edition, signed_in: Any, bureau: User) -> None:
    address = f"/closing/difference/T1/?division={TOWNSHIP}&month=2026-10"
    page = signed_in(bureau).get(address).content.decode()
    assert "风险已消除·户" in page and "2026年10月结账数（第1版）" in page and "现在看的数" in page
    assert not re.findall(r">-?0\.\d{4,}<", page), "shares are shown as per cent"
    homes = signed_in(bureau).get(f"{address}&path=本月新增·户&unit={VILLAGE}").content.decode()
    assert "2026-10-25 识别（2026-11-10 12:00 录入，owner）" in homes and "进入" in homes
    details = signed_in(bureau).get(f"/closing/difference/L1/?division={VILLAGE}&month=2026-10").content.decode()
    assert "新进" in details and "风险是否已消除" in details
    book = signed_in(bureau).get(f"{address}&format=xlsx")
    rows = list(
        load_workbook(BytesIO(b"".join(book.streaming_content) if book.streaming else book.content)).active.values
    )
    assert any("本月新增·户" in row for row in rows)


def test_november_opens_as_october_closed_and_adjusts(edition: Edition, signed_in: Any, bureau: User) -> None:
    unit = Division.objects.get(pk=VILLAGE)
    from reports.ledgers.base import Reading

    row = dict(LEDGERS["T1"].table(Reading(unit, date(2026, 11, 10))))[unit]  # type: ignore[attr-defined]
    wanted = {"opening": 2, "adjusted_in": 1, "adjusted_out": 1, "open": 2, "new": 0, "clearings": 0}
    assert {key: row[key] for key in wanted} == wanted
    page = signed_in(bureau).get(f"/ledgers/T1/cell/?division={VILLAGE}&month=2026-11&unit={VILLAGE}&path=调整·增(户)")
    assert "迟到的录入：2026-10-25 识别" in page.content.decode()


def test_editions_and_the_check_of_a_hash(edition: Edition, signed_in: Any, owner: User, hire: Any) -> None:
    client = signed_in(owner)
    assert "2026年10月" in client.get("/editions/").content.decode()
    sheet = edition.sheets.get(ledger="L1", division=VILLAGE)
    assert sheet.code in client.get(f"/editions/{edition.pk}/").content.decode()
    page = client.get(f"/editions/check/?hash={sheet.code}").content.decode()
    assert "封存内容与校验码相符" in page and "第 1 版" in page and "东沟村" in page
    assert client.get("/editions/check/?hash=xyz").status_code == 400
    county = edition.sheets.get(ledger="L1", division=COUNTY)
    assert "不在你的管辖范围内" in client.get(f"/editions/check/?hash={county.code}").content.decode()


def test_the_api_tells_and_takes_the_same(edition: Edition, signed_in: Any, bureau: User, hire: Any) -> None:
    client = signed_in(bureau)
    board = client.get(f"/api/v1/closings/?division={COUNTY}&month=2026-10").json()
    assert board["state"] == "closed" and {one["name"] for one in board["below"]} == {"石桥镇", "青杨乡"}
    found = client.get(f"/api/v1/closings/difference/T1/?division={TOWNSHIP}&month=2026-10").json()
    assert found["before"] == "2026年10月结账数（第1版）" and found["rows"]
    sheet = edition.sheets.get(ledger="T1", division=COUNTY)
    assert client.get(f"/api/v1/editions/check/?hash={sheet.code}").json()["intact"] is True
    values = {"division": COUNTY, "month": "2026-10", "action": "reopen", "version": board["version"], "reason": "漏报"}
    head = signed_in(hire("head", Role.COUNTY_BUREAU, COUNTY))
    answer = head.post("/api/v1/closings/step/", values, content_type="application/json")
    assert answer.status_code == 200 and answer.json()["state"] == "reopened"


@pytest.mark.parametrize(
    ("before", "after", "kind", "alike"),
    [
        (Decimal("0.026401"), Decimal("0.026399"), "percent", True),
        (Decimal("0.0264"), Decimal("0.0265"), "percent", False),
        (Decimal("0.0264"), None, "percent", False),
        (Decimal("26.401"), Decimal("26.399"), "money", False),
        ("", None, "text", True),
    ],
)
def test_a_difference_that_no_sheet_prints_is_none(before: Any, after: Any, kind: Any, alike: bool) -> None:
    assert difference._same(before, after, kind) is alike


def test_the_board_follows_the_month_while_it_is_put_away(
    clock: Any, places: dict[str, Division], bureau: User, signed_in: Any, monkeypatch: Any
) -> None:
    few = {code: LEDGERS[code] for code in ("L1", "T1", "T4")}
    monkeypatch.setattr(freezing, "LEDGERS", few)
    monkeypatch.setattr("reports.closing_checks.LEDGERS", few)
    monkeypatch.setattr("reports.services.closing.send", lambda closing_id: None)
    make_household(places[VILLAGE])
    client, query = signed_in(bureau), {"month": "2026-10", "division": COUNTY}
    form = {**query, "back": COUNTY, "action": "accept", "version": 1, "reason": "试点"}
    page = client.post("/closing/", form, follow=True).content.decode()
    assert "10月：接收结账已办" in page and page.count("正在封存") == 2 and "every 3s" in page
    freezing.execute_freezing(Closing.objects.get(division=places[COUNTY]).pk)
    page = client.get("/closing/", query).content.decode()
    assert "正在封存" not in page and "every 3s" not in page and "第1版" in page
