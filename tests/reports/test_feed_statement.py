"""T5: what the departments sent for a month, whom it met, what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from builders import AT, make_episode, make_number
from ledger_sheets import Written
from match_place import OCTOBER, bill

from accounts.models import Role, User
from monitoring.models import FeedBatch
from monitoring.services.feed_replies import reply_to_department
from reports.ledgers import LEDGERS
from reports.ledgers.base import Reading

COUNTY = "990101000000"
SEPTEMBER = date(2026, 9, 1)
CAME = datetime(2026, 10, 8, 1, tzinfo=AT.tzinfo)
HEADING = [
    "联络员",
    "应推日期",
    "实推日期",
    "接收条数",
    "格式错误",
    "重复",
    "匹配脱贫户",
    "匹配监测户",
    "匹配一般农户",
    "未匹配",
]
HEADING += ["触发阈值", "合并后户数", "已分派", "已反馈", "属实", "纳入"]


def day(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else value


def test_a_month_of_a_department(
    place: Any, hire: Callable[..., User], bureau: User, places: Any, written: Callable[..., Written]
) -> None:
    hire("liu", Role.LIAISON, COUNTY, department="medical_insurance")
    lifted, watched, ordinary = (place.household(category=kind) for kind in ("脱贫户", "脱贫户", "一般农户"))
    make_episode(watched)
    heads = [home.memberships.get(relation="户主").person for home in (lifted, watched, ordinary)]
    stranger = ("外人", make_number(900))
    place.send(
        "medical_costs",
        SEPTEMBER,
        *(bill(head, amount) for head, amount in zip(heads, (6000, 6000, 6000), strict=True)),
        bill(stranger, 9000),
        bill(heads[0], "不是数"),
        at=CAME,
    )
    place.match(SEPTEMBER, at=CAME)
    sheet = written("T5", as_of=date(2026, 10, 31))
    (row,) = [row for row in sheet.rows if row["部门"] == "医保局（高额医疗费用）"]
    seen = [day(row[name]) for name in HEADING]
    file = ["liu", date(2026, 10, 5), date(2026, 10, 8), 5, 1, 0, 1, 1, 1, 1]
    assert (row["月份"], seen) == ("202609", [*file, 2, 2, 0, 0, 0, 0])
    assert [sheet.totals[name] for name in ("接收条数", "未匹配", "触发阈值")] == [5, 1, 2]
    (silent,) = [row for row in sheet.rows if row["部门"] == "水务局（饮水安全）"]
    assert (silent["实推日期"], silent["接收条数"]) == (None, 0)
    before = written("T5", as_of=date(2026, 10, 7))
    assert before.totals["接收条数"] == 0


def test_a_row_sent_twice_is_neither_met_nor_unknown(place: Any, written: Callable[..., Written]) -> None:
    """Duplicates of the file and of an earlier month: what is left over is what the import calls not registered."""
    first = place.household(category="脱贫户").memberships.get(relation="户主").person
    stranger = ("外人", make_number(900))
    place.send("medical_costs", date(2026, 8, 1), bill(first, 6000), at=CAME)
    rows = (bill(first, 6000), bill(first, 7000), bill(first, 7000), bill(stranger, 9000), bill(stranger, 9000))
    place.send("medical_costs", SEPTEMBER, *rows, at=CAME)
    batch = FeedBatch.objects.get(period=SEPTEMBER)
    sheet = written("T5", as_of=date(2026, 10, 31))
    row = sheet.row("部门", "医保局（高额医疗费用）")
    seen = [row[name] for name in ("接收条数", "格式错误", "重复", "匹配脱贫户", "未匹配")]
    assert (
        seen == [5, 0, 3, 1, 1] == [batch.rows, batch.rejected, batch.duplicates, batch.matched, batch.not_registered]
    )
    assert sheet.totals["重复"] == 3


def test_every_number_of_a_row_is_its_list(place: Any, county: Any) -> None:
    home = place.household(category="脱贫户")
    place.send("medical_costs", SEPTEMBER, bill(home.memberships.get(relation="户主").person, 6000), at=CAME)
    place.match(SEPTEMBER, at=CAME)
    ledger: Any = LEDGERS["T5"]
    at = Reading(county, date(2026, 10, 31))
    for unit, row in ledger.table(at):
        for figure in ledger.figures:
            assert ledger.cell(unit, figure.key, at).count() == row[figure.key], (unit.code, figure.key)
    assert [proof.broken for proof in ledger.sample(at, 50).proofs] == [0]


def test_a_department_is_told_of_a_clue_by_the_first_reply_after_its_check(
    place: Any, office: Any, bureau: User, written: Callable[..., Written]
) -> None:
    home = place.household(category="脱贫户")
    place.send("medical_costs", OCTOBER, bill(home.memberships.get(relation="户主").person, 6000, on="2026-10-10"))
    place.match(OCTOBER)
    clue = place.clue(home, "因病")

    def reply() -> None:
        reply_to_department(feed="medical_costs", period=OCTOBER, note="", actor=bureau, at=office.at)

    def told() -> tuple[Any, Any]:
        (row,) = [row for row in written("T5", as_of=office.today).rows if row["部门"] == "医保局（高额医疗费用）"]
        (line,) = written("L3", as_of=office.today).rows
        return day(row["回告部门日期"]), day(line["反馈部门日期"])

    assert told() == (None, None)
    reply()
    assert told() == (date(2026, 11, 10), None)  # in hand: nothing could be said of it
    clue = office.do(clue, "dispatch", office.bureau)
    office.do(clue, "dispatch", office.township)
    office.wait(2)
    office.check(clue)
    assert told() == (date(2026, 11, 10), None)
    office.wait(1)
    reply()
    office.wait(1)
    reply()
    assert told() == (date(2026, 11, 14), date(2026, 11, 13))
    (before,) = written("L3", as_of=date(2026, 11, 12)).rows
    assert before["反馈部门日期"] is None
