"""Closing a month: who may take which step, what stands against it, what is put away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from builders import make_condition, make_episode, make_household, make_income
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import Division, Role, User
from monitoring.models import EpisodeEvent
from quality.services.runs import check_now
from reports import closing_checks, frozen
from reports.ledgers import LEDGERS
from reports.ledgers.base import Reading
from reports.models import Closing, ClosingStep, Edition, EditionSheet
from reports.services import freezing
from reports.services.closing import offered_steps, take_step
from reports.services.closing_board import waiting_for
from reports.services.editions import check_hash, content_of
from reports.services.freezing import execute_freezing

COUNTY, TOWNSHIP, VILLAGE = "990101000000", "990101100000", "990101100201"
OCTOBER = date(2026, 10, 1)
AT = datetime(2026, 11, 10, 1, 0, tzinfo=UTC)


FEW = {code: LEDGERS[code] for code in ("L1", "T1", "T4")}


@pytest.fixture(autouse=True)
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three ledgers, where a test is not about all of them."""
    if "all_ledgers" not in request.fixturenames:
        monkeypatch.setattr(freezing, "LEDGERS", FEW)
        monkeypatch.setattr(closing_checks, "LEDGERS", FEW)


@pytest.fixture
def all_ledgers() -> None:
    """Asked for by a test that is about every ledger."""


@pytest.fixture
def homes(clock: Any, places: dict[str, Division]) -> dict[str, Any]:
    """Two monitored households of 东沟村, one of 西岭村."""
    made = {}
    for number, code in enumerate((VILLAGE, VILLAGE, "990101100202")):
        home = make_household(places[code])
        make_episode(home, identified_on=date(2026, 3, 1))
        made[f"h{number}"] = home
    return made


@pytest.fixture
def step(clock: Any, places: dict[str, Division]) -> Callable[..., Closing]:
    def _step(action: str, code: str, actor: User | None, **more: Any) -> Closing:
        return take_step(division=places[code], month=OCTOBER, action=action, actor=actor, at=AT, **more)

    return _step


@pytest.fixture
def close(step: Callable[..., Closing]) -> Callable[..., Edition]:
    """The county's October, closed by the program."""

    def _close(at: datetime = AT) -> Edition:
        closing = take_step(
            division=Division.objects.get(pk=COUNTY), month=OCTOBER, action="accept", actor=None, at=at, reason="试点"
        )
        edition = execute_freezing(closing.pk)
        closing.refresh_from_db()
        assert edition is not None, closing.error
        return edition

    return _close


def test_a_month_goes_from_the_villages_to_the_county(
    homes: Any, step: Any, hire: Any, owner: User, colleague: User, township_leader: User, bureau: User
) -> None:
    step("confirm", VILLAGE, owner)
    with pytest.raises(Refused, match="还有 1 个没有确认：西岭村") as missing:
        step("submit", TOWNSHIP, township_leader)
    assert missing.value.code == "missing"
    step("confirm", "990101100202", colleague)
    assert step("submit", TOWNSHIP, township_leader).state == "submitted"
    with pytest.raises(Refused, match="没有上报：青杨乡"):
        step("accept", COUNTY, bureau)
    accepted = step("accept", COUNTY, bureau, reason="青杨乡停电，下月补")
    assert accepted.state == "freezing" and accepted.known_at == AT
    edition = execute_freezing(accepted.pk)
    assert edition is not None and edition.number == 1 and edition.closed_by == bureau
    assert Closing.objects.get(pk=accepted.pk).state == "closed"
    last = ClosingStep.objects.filter(action="accept").get()
    assert last.data == {"missing": ["990101101000"]} and last.reason == "青杨乡停电，下月补"


def test_the_edition_has_every_ledger_at_every_level_that_it_is_offered_for(
    homes: Any, close: Any, all_ledgers: None
) -> None:
    edition = close()
    wanted = {
        (ledger.code, place.code)
        for ledger in LEDGERS.values()
        for place in Division.objects.filter(code__startswith="990101", level__in=ledger.levels)
    }
    assert set(edition.sheets.values_list("ledger", "division_id")) == wanted


def test_every_sheet_of_an_edition_opens_as_a_page(
    homes: Any, close: Any, all_ledgers: None, places: Any, clock: Any, bureau: User, client: Client
) -> None:
    """Rows of T5 are about a feed and those of T12 about a rule beside a place."""
    at = datetime(2026, 10, 31, 2, tzinfo=UTC)
    clock.move_to(at)
    check_now(division=places[COUNTY], as_of=None, actor=bureau, at=at)
    clock.move_to(AT)
    close()
    client.force_login(bureau)
    for code, ledger in LEDGERS.items():
        for place in (COUNTY, TOWNSHIP, VILLAGE):
            if Division.Level(places[place].level) in ledger.levels:
                page = client.get(f"/ledgers/{code}/", {"division": place, "month": "2026-10"})
                assert page.status_code == 200, (code, place)
                assert page.context["as_closed"]
                lines = page.context["preview"].sample.lines
                if code == "T12" and place != VILLAGE:
                    # Each row is about a place below, not about the sheet's own.
                    assert lines and places[place].name not in {line.about.name for line in lines}


def test_a_sheet_cut_out_of_a_higher_one_is_the_sheet_that_would_be_written(
    homes: Any, owner: User, tmp_path: Any
) -> None:
    make_condition(homes["h0"], on=date(2026, 10, 5), housing_ok=False, water_ok=False)
    make_income(homes["h2"], recorded_by=owner)
    county, on = Division.objects.get(pk=COUNTY), date(2026, 10, 31)
    for ledger in LEDGERS.values():
        path = tmp_path / ledger.code
        marks = frozen.freeze(ledger, county, on, AT, path)
        hashes = frozen.hashes(BytesIO(path.read_bytes()), {mark.division for mark in marks})
        for mark in marks:
            body = ledger.body(Reading(Division.objects.get(pk=mark.division), on, AT))
            kept = frozen.read(BytesIO(path.read_bytes()), mark.division)
            assert kept.totals == list(body.totals), (ledger.code, mark.division)
            assert [row.cells for row in kept.rows] == [list(row) for row in body.rows], (ledger.code, mark.division)
            assert mark.rows == len(kept.rows) and hashes[mark.division] == mark.sha256


def test_an_edition_never_changes(homes: Any, close: Any) -> None:
    edition = close()
    sheet = edition.sheets.get(ledger="L1", division=VILLAGE)
    changes: Any = ((Edition, {"number": 99}), (EditionSheet, {"ledger": "L9"}), (ClosingStep, {"reason": "改"}))
    for model, change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.update(**change)
    before = content_of(sheet)
    late = EpisodeEvent.objects.filter(episode__household=homes["h0"]).get()
    EpisodeEvent.objects.filter(pk=late.pk).update(happened_on=date(2026, 11, 1))
    assert content_of(sheet) == before and len(before.rows) == 2


def test_reopened_months_get_a_second_edition_and_the_first_stays(homes: Any, close: Any, step: Any, hire: Any) -> None:
    first = close()
    with pytest.raises(Refused, match="理由"):
        step("reopen", COUNTY, hire("head", Role.COUNTY_BUREAU, COUNTY))
    step("reopen", COUNTY, User.objects.get(username="head"), reason="西岭村漏报一户")
    assert Closing.objects.get(division=COUNTY).state == "reopened"
    second = close(AT.replace(hour=5))
    assert (first.number, second.number) == (1, 2)
    assert Edition.objects.count() == 2
    old, new = (edition.sheets.get(ledger="T1", division=COUNTY) for edition in (first, second))
    assert old.sha256 != new.sha256 and content_of(old).rows == content_of(new).rows


def test_nobody_takes_two_levels_of_one_month(homes: Any, step: Any, hire: Any, owner: User, bureau: User) -> None:
    for role, code in ((Role.TOWNSHIP_LEADER, TOWNSHIP), (Role.COUNTY_BUREAU, COUNTY)):
        hire("owner", role, code)
    step("confirm", VILLAGE, owner)
    for action, code in (("submit", TOWNSHIP), ("accept", COUNTY)):
        with pytest.raises(Forbidden, match="“确认”是你办的") as barred:
            step(action, code, owner, reason="有缺")
        assert barred.value.code == "step_barred"
    step("accept", COUNTY, bureau, reason="试点")
    execute_freezing(Closing.objects.get(division=COUNTY).pk)
    with pytest.raises(Forbidden, match="“接收结账”是你办的"):
        step("reopen", COUNTY, bureau, reason="想改")


RIGHTS = {
    ("confirm", VILLAGE): {Role.VILLAGE_CADRE},
    ("submit", TOWNSHIP): {Role.TOWNSHIP_STAFF, Role.TOWNSHIP_LEADER},
    ("accept", COUNTY): {Role.COUNTY_BUREAU},
}


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.LIAISON, Role.HELPER, Role.ADMINISTRATOR)])
def test_every_step_is_for_its_own_level_alone(role: Role, step: Any, hire: Any, homes: Any) -> None:
    place = {Role.VILLAGE_CADRE: VILLAGE, Role.TOWNSHIP_STAFF: TOWNSHIP, Role.TOWNSHIP_LEADER: TOWNSHIP}.get(
        role, COUNTY
    )
    user = hire(role.value, role, place)
    for (action, code), roles in RIGHTS.items():
        seen = Division.objects.get(pk=place).contains(code)
        if role in roles:
            assert step(action, code, user, reason="试点").is_done
            Closing.objects.update(state="open")
        else:
            with pytest.raises(Forbidden if seen else OutOfScope):
                step(action, code, user, reason="试点")


def test_what_lies_elsewhere_is_not_there(step: Any, outsider: User, homes: Any) -> None:
    for action, code in RIGHTS:
        with pytest.raises(OutOfScope):
            step(action, code, outsider)
    assert not Closing.objects.exists()


def test_the_running_month_cannot_be_closed(places: Any, clock: Any, owner: User) -> None:
    with pytest.raises(Refused, match="2026年11月还没有过完"):
        take_step(division=places[VILLAGE], month=date(2026, 11, 1), action="confirm", actor=owner, at=AT)


def test_what_was_submitted_is_not_confirmed_or_returned_behind_the_township(
    homes: Any, step: Any, owner: User, colleague: User, township_leader: User, bureau: User
) -> None:
    step("confirm", VILLAGE, owner)
    step("submit", TOWNSHIP, township_leader, reason="西岭村村干部住院")
    with pytest.raises(Conflict, match="乡镇已上报"):
        step("confirm", "990101100202", colleague)
    with pytest.raises(Conflict, match="乡镇已上报"):
        step("return", VILLAGE, township_leader, reason="再核")
    step("return", TOWNSHIP, bureau, reason="西岭村不能缺")
    assert Closing.objects.get(division=TOWNSHIP).reason == "西岭村不能缺"
    step("return", VILLAGE, township_leader, reason="再核")
    assert step("confirm", VILLAGE, owner).version == 4


def test_a_cell_that_does_not_balance_stops_the_closing_and_is_named(
    homes: Any, step: Any, bureau: User, monkeypatch: Any
) -> None:
    t1 = LEDGERS["T1"]
    whole = type(t1).tables

    def crooked(self: Any, reading: Reading, places: Any) -> Any:
        tables = whole(self, reading, places)
        for unit, figures in tables[COUNTY]:
            if unit.code == TOWNSHIP:
                figures["open"] += 1
        return tables

    monkeypatch.setattr(type(t1), "tables", crooked)
    with pytest.raises(Refused) as refused:
        step("accept", COUNTY, bureau, reason="试点")
    assert refused.value.code == "unbalanced"
    assert "T1 守望县 石桥镇：上月末未消除 3 ＝ 3，表上风险未消除是 4 户" in refused.value.details[1]
    assert not ClosingStep.objects.exists()


def test_other_floors_may_ask_more_of_a_month(homes: Any, step: Any, owner: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(closing_checks, "_checks", dict(closing_checks._checks))
    closing_checks.register(
        closing_checks.ClosingCheck(
            "test", "试", lambda reading: [closing_checks.Fault("", reading.division.name, "", "还有 2 件没有清零")]
        )
    )
    with pytest.raises(Refused, match="试：东沟村：还有 2 件没有清零"):
        step("confirm", VILLAGE, owner)


def test_months_are_closed_and_reopened_in_their_order(homes: Any, close: Any, clock: Any, hire: Any) -> None:
    close()
    clock.move_to(datetime(2027, 1, 12, 1, 0, tzinfo=UTC))
    county, later = Division.objects.get(pk=COUNTY), datetime(2027, 1, 12, 1, 0, tzinfo=UTC)

    def accept(month: date) -> None:
        closing = take_step(division=county, month=month, action="accept", actor=None, at=later, reason="试点")
        execute_freezing(closing.pk)

    with pytest.raises(Conflict, match="请先结 2026年11月的账"):
        accept(date(2026, 12, 1))
    accept(date(2026, 11, 1))
    with pytest.raises(Conflict, match="2026年11月已结账"):
        take_step(
            division=county, month=OCTOBER, action="reopen", actor=hire("head", Role.COUNTY_BUREAU, COUNTY), at=later,
            reason="漏报",
        )  # fmt: skip


def test_an_old_page_does_not_overwrite(homes: Any, step: Any, owner: User) -> None:
    step("confirm", VILLAGE, owner, version=1)
    with pytest.raises(Conflict) as stale:
        step("confirm", VILLAGE, owner, version=1)
    assert stale.value.code == "stale"


def test_buttons_are_the_table(homes: Any, step: Any, owner: User, township: User, places: Any) -> None:
    closing = step("confirm", VILLAGE, owner)
    assert offered_steps(closing=closing, division=places[VILLAGE], actor=owner, at=AT) == []
    assert [one.action for one in offered_steps(closing=closing, division=places[VILLAGE], actor=township, at=AT)] == [
        "return"
    ]


def test_what_places_above_no_longer_allow_is_not_offered(
    homes: Any, close: Any, township: User, bureau: User, places: Any
) -> None:
    """After the county's closing nobody is offered to return anything; the county reopens first."""
    edition = close()
    for code, state, actor in ((VILLAGE, "confirmed", township), (TOWNSHIP, "submitted", bureau)):
        closing = Closing(division=places[code], month=edition.month, state=state)
        assert offered_steps(closing=closing, division=places[code], actor=actor, at=AT) == []


def test_after_the_countys_closing_nobody_is_reminded(homes: Any, close: Any, township: User, owner: User) -> None:
    """The county closed without waiting for all: what was not done can no longer be done."""
    month, today = date(2026, 10, 1), AT.date()
    assert waiting_for(township, month, today)
    close()
    assert not waiting_for(township, month, today) and not waiting_for(owner, month, today)


def test_a_printed_hash_names_its_sheet_and_tells_a_changed_one(
    homes: Any, close: Any, owner: User, outsider: User
) -> None:
    edition = close()
    sheet = edition.sheets.get(ledger="L1", division=VILLAGE)
    found = check_hash(written=f" {sheet.code.lower()} ", actor=owner)
    assert found is not None and found.sheet == sheet and found.intact
    assert check_hash(written=f"https://a.example/editions/check/?hash={sheet.code}", actor=owner) == found
    assert check_hash(written=sheet.sha256, actor=outsider) is None
    with pytest.raises(Refused, match="校验码看不懂"):
        check_hash(written="A1B2", actor=owner)
    with connection.cursor() as cursor:
        for name in ("rows_stay", "table_stays"):
            cursor.execute(_drop(name))
        cursor.execute("UPDATE reports_editionsheet SET sha256 = %s WHERE id = %s", ["a" * 64, sheet.pk])
    tampered = check_hash(written="a" * 16, actor=owner)
    assert tampered is not None and not tampered.intact


def _drop(name: str) -> str:
    on = " ON reports_editionsheet" if connection.vendor == "postgresql" else ""
    return f"DROP TRIGGER IF EXISTS reports_editionsheet_{name}{on}"


def test_commands_close_and_verify(homes: Any, run_json: Any, clock: Any) -> None:
    answer = run_json("close_month", "--division", COUNTY, "--month", "2026-10", "--reason", "试点")
    assert answer == {"division": COUNTY, "month": "2026-10", "edition": 1, "sheets": EditionSheet.objects.count()}
    assert run_json("verify_editions") == {"editions": 1, "sheets": answer["sheets"], "broken": 0}
