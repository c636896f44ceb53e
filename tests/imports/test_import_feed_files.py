"""Department files as files: sheets, titles and months, what is refused whole, who brings them, the command."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from import_files import AT, feed_file, feed_row, headings, number, register_row, write_xlsx

from accounts.errors import Forbidden, OutOfScope, Refused
from accounts.models import Role, StoredFile
from monitoring.feeds import FEEDS
from monitoring.models import FeedBatch
from monitoring.services.feeds import import_feed
from sheets.faults import SheetError

OCTOBER = date(2026, 10, 1)
Take = Callable[..., Any]


# --- files ---


def test_every_sheet_with_the_headings_is_read_and_the_others_are_passed_over(take_feed: Take, tmp_path: Path) -> None:
    lines = [headings("accidents"), feed_row("accidents", number(1))]
    more = [["标题"], headings("accidents"), feed_row("accidents", number(2)), feed_row("accidents", "")]
    path = write_xlsx(tmp_path / "two.xlsx", lines, sheet="乙", others={"说明": [["请填写"]], "甲": more})
    report = take_feed("accidents", path=path)
    assert report.counts.rows == 3
    assert [(error["sheet"], error["row"]) for error in report.errors] == [("甲", 4)]
    batch = FeedBatch.objects.get()
    assert list(batch.feed_rows.order_by("position").values_list("sheet", "row")) == [("甲", 3), ("乙", 2)]
    assert set(batch.headings) == {"甲", "乙"}


def test_a_month_in_a_title_that_is_not_the_period_is_a_warning(take_feed: Take) -> None:
    titles = ["守望县高额医疗费用（2026年9月）", "填报日期：2026-11-03  数据月份：2026-10"]
    report = take_feed("accidents", [feed_row("accidents", number(1))], titles=titles)
    assert len(report.warnings) == 1
    assert "2026-09" in report.warnings[0]
    assert report.batch.warnings == report.warnings


@pytest.mark.parametrize(
    ("title", "warned"),
    [
        ("医保局9月份数据", True), ("守望县 9 月 推送表", True), ("10月份数据", False), ("填报日期：11月3日", False),
        ("2026年10月", False), ("2026年1-9月累计", False), ("2025年10月", True), ("3个月内有效", False),
    ],
)  # fmt: skip
def test_a_month_may_be_named_without_its_year(take_feed: Take, title: str, warned: bool) -> None:
    report = take_feed("accidents", [feed_row("accidents", number(1))], titles=[title])
    assert bool(report.warnings) is warned and report.counts.accepted == 1


@pytest.mark.parametrize(
    ("days", "warned"),
    [(["2026-09-28"] * 3, True), (["2026-09-28"] * 2, False), (["2026-09-01", "2026-09-02", "2026-10-01"], False)],
)
def test_a_file_without_one_row_of_its_month_is_a_warning(
    days: list[str], warned: bool, take_register: Take, take_feed: Take
) -> None:
    take_register([register_row(f"H{place}", number(place)) for place in range(1, 4)])
    rows = [feed_row("medical_costs", number(place), 结算日期=day) for place, day in enumerate(days, start=1)]
    warnings = take_feed("medical_costs", rows).warnings
    assert warnings == (
        ["没有一行的结算日期在2026年10月，最晚的是2026-09-28，请核对是否选错了月份；传错了可以撤销"] if warned else []
    )


BAD_FILES: dict[str, Any] = {
    "empty.csv": b"",
    "page.xls": "<html><table><tr><td>姓名</td></tr></table></html>".encode(),
    "broken.xlsx": b"PK\x03\x04 not really",
    "picture.xlsx": b"\x89PNG\r\n",
    "nothing.csv": "姓名,电话\n张三,1\n".encode(),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_no_such_table_is_refused_whole(name: str, take_feed: Take, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(BAD_FILES[name])
    with pytest.raises(SheetError) as refusal:
        take_feed("water", path=path)
    assert str(refusal.value)
    assert not FeedBatch.objects.exists() and not StoredFile.objects.exists()


@pytest.mark.parametrize(("feed", "column"), [("major_disease", "病种"), ("welfare_changes", "救助类别")])
def test_an_empty_cell_of_free_text_is_no_fault(feed: str, column: str, take_feed: Take) -> None:
    """Contract section 3: the column has to be there; what stands in it is judged of days, numbers and lists alone."""
    report = take_feed(feed, [feed_row(feed, number(1), **{column: ""})])
    assert (report.counts.accepted, report.counts.rejected) == (1, 0)


@pytest.mark.parametrize("feed", FEEDS)
def test_a_needed_column_that_is_missing_is_named(feed: str, take_feed: Take, tmp_path: Path) -> None:
    needed = ["姓名", FEEDS[feed].id_column, *(column.name for column in FEEDS[feed].columns if column.needed)]
    for gone in needed:
        place = headings(feed).index(gone)
        lines = [headings(feed), feed_row(feed, number(1))]
        path = write_xlsx(tmp_path / "short.xlsx", [line[:place] + line[place + 1 :] for line in lines])
        with pytest.raises(SheetError, match=gone):
            take_feed(feed, path=path)


def test_an_unknown_feed_is_refused_with_the_names(take_feed: Take, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="medical_costs"):
        import_feed(feed="medicine", path=tmp_path, name="x", period=OCTOBER, actor=None, at=AT)


# --- who may ---


def test_a_liaison_brings_the_feeds_of_his_own_department_only(take_feed: Take, hire: Callable[..., Any]) -> None:
    liaison = hire("liaison", Role.LIAISON, "990101000000", department="water")
    take_feed("water", [feed_row("water", number(1))], actor=liaison)
    with pytest.raises((Forbidden, OutOfScope)):
        take_feed("medical_costs", [feed_row("medical_costs", number(1))], actor=liaison)


def test_others_bring_none(take_feed: Take, owner: Any, township: Any, auditor: Any, bureau: Any) -> None:
    for actor in (owner, township, auditor):
        with pytest.raises((Forbidden, OutOfScope)):
            take_feed("water", [feed_row("water", number(1))], actor=actor)
    assert take_feed("water", [feed_row("water", number(1))], actor=bureau).batch.imported_by == bureau


# --- the command ---


def test_the_command_answers_with_the_contracts_keys(places: Any, run_json: Take, tmp_path: Path) -> None:
    rows = [feed_row("water", number(1)), feed_row("water", "")]
    path = feed_file(tmp_path / "w.xlsx", "water", rows)
    output = tmp_path / "errors.xlsx"
    answer = run_json("import_feed", "water", str(path), "--period", "2026-10", "--errors", str(output))
    assert list(answer) == ["feed", "period", "rows", "accepted", "rejected", "duplicates", "matched",
                            "name_differs", "not_registered", "errors"]  # fmt: skip
    assert answer["errors"] == [
        {
            "sheet": "数据",
            "row": 3,
            "column": "证件号码",
            "code": "id_missing",
            "message": answer["errors"][0]["message"],
        }
    ]
    assert output.exists()


@pytest.mark.parametrize("period", ["2026-13", "202610", "十月", "2026-1"])
def test_a_period_that_is_no_month_is_refused(period: str, places: Any, run_json: Take, tmp_path: Path) -> None:
    from django.core.management import CommandError

    path = feed_file(tmp_path / "w.xlsx", "water", [feed_row("water", number(1))])
    with pytest.raises(CommandError) as refusal:
        run_json("import_feed", "water", str(path), "--period", period)
    assert refusal.value.returncode == 2
    assert not FeedBatch.objects.exists()


def test_a_place_for_the_rejected_rows_that_is_none_is_refused_before_anything_is_stored(
    places: Any, run_json: Take, tmp_path: Path
) -> None:
    from django.core.management import CommandError

    path = feed_file(tmp_path / "w.xlsx", "water", [feed_row("water", number(1))])
    with pytest.raises(CommandError, match="文件夹"):
        run_json("import_feed", "water", str(path), "--period", "2026-10", "--errors", str(tmp_path / "no" / "e.xlsx"))
    assert not FeedBatch.objects.exists()
