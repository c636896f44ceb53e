"""Department files that come again: replaced, taken back, mended; what is kept and what is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from import_files import AT, codes, feed_row, headings, number, register_row
from openpyxl import load_workbook

from accounts.errors import Conflict, Refused
from monitoring.evidence import path_of, remove_orphans, rows_as_received
from monitoring.feeds import FEEDS
from monitoring.models import FeedBatch, FeedRow
from monitoring.services.feed_links import link_rows
from monitoring.services.feed_originals import rebuild_evidence, write_batch_errors
from monitoring.services.feed_undo import undo_batch
from monitoring.services.feeds import current_batches, write_errors

OCTOBER = date(2026, 10, 1)
Take = Callable[..., Any]


# --- again, replaced, taken back ---


def test_a_corrected_file_replaces_the_earlier_one(take_feed: Take) -> None:
    first = take_feed("medical_costs", [feed_row("medical_costs", number(1)), feed_row("medical_costs", number(2))])
    second = take_feed("medical_costs", [feed_row("medical_costs", number(1))], name="new.xlsx")
    # The rows of the file that is replaced do not make duplicates.
    assert (second.counts.accepted, second.counts.duplicates) == (1, 0)
    first.batch.refresh_from_db()
    assert (first.batch.state, second.batch.replaces) == ("replaced", first.batch)
    assert FeedRow.objects.current().count() == 1


def test_the_same_file_again_stores_nothing(take_feed: Take) -> None:
    rows = [feed_row("water", number(1)), feed_row("water", "")]
    first, again = take_feed("water", rows, name="w.csv"), take_feed("water", rows, name="w.csv")
    assert (first.stored, again.stored) == (True, False)
    assert again.as_json() == first.as_json()
    assert (FeedBatch.objects.count(), FeedRow.objects.count()) == (1, 1)


def test_a_file_that_came_before_its_people_is_linked_later(take_register: Take, take_feed: Take) -> None:
    rows = [feed_row("disasters", number(1), 伤亡="1"), feed_row("disasters", number(2))]
    before = take_feed("disasters", rows, name="d.csv")
    assert before.counts.matched == 0
    take_register([register_row("H1", number(1), "张三丰")])
    assert link_rows(FeedBatch.objects.all()) == 1
    late = FeedRow.objects.get(person__isnull=False)
    assert late.person.name == "张三丰" and late.name_differs
    assert json.loads(late.facts)["casualty"] and late.amount == 120_500_000
    assert link_rows(FeedBatch.objects.all()) == 0
    # And the same file again tells how it stands now.
    again = take_feed("disasters", rows, name="d.csv")
    assert (again.stored, again.counts.matched, again.counts.not_registered) == (False, 1, 1)
    assert FeedBatch.objects.get().matched == 1


def test_an_undone_file_gives_way_to_the_one_it_had_replaced(take_feed: Take) -> None:
    first = take_feed("water", [feed_row("water", number(1))])
    second = take_feed("water", [feed_row("water", number(2))], name="new.xlsx")
    undo_batch(batch=second.batch, actor=None, at=AT)
    assert list(current_batches("water", OCTOBER)) == [first.batch]
    third = take_feed("water", [feed_row("water", number(3))], name="newer.xlsx")
    assert third.batch.replaces == first.batch
    with pytest.raises(Conflict):
        undo_batch(batch=first.batch, actor=None, at=AT)
    with pytest.raises(Conflict):
        undo_batch(batch=second.batch, actor=None, at=AT)


# --- the mended round trip ---


def mend(path: Path, column: str, values: list[Any], *, drop: tuple[str, ...] = ()) -> Path:
    """What a clerk does to a returned workbook: types over the cells of a column, saves."""
    book = load_workbook(path)
    sheet = book.active
    words = [cell.value for cell in sheet[1]]
    for line, value in enumerate(values, 2):
        sheet.cell(line, words.index(column) + 1).value = value
    for word in drop:
        sheet.delete_cols([cell.value for cell in sheet[1]].index(word) + 1)
    book.save(path)
    return path


@pytest.fixture
def returned(take_feed: Take, tmp_path: Path) -> Path:
    """The workbook of two rejected rows of a file with one good one."""
    rows = [feed_row("medical_costs", number(1)), feed_row("medical_costs", "990101", 个人自付=300),
            feed_row("medical_costs", number(3), 结算日期="昨天")]  # fmt: skip
    report = take_feed("medical_costs", rows, titles=["标题"])
    path = tmp_path / "returned.xlsx"
    assert write_errors(report, path) == 2
    return path


def test_rejected_rows_come_back_as_they_came_with_the_reason(returned: Path) -> None:
    rows = list(load_workbook(returned).active.iter_rows(values_only=True))
    assert rows[0][: len(headings("medical_costs"))] == tuple(headings("medical_costs"))
    assert rows[1][2] == "990101" and rows[2][6] == "昨天"
    assert "位，应为18位" in "".join(map(str, rows[1])) and "不是有效日期" in "".join(map(str, rows[2]))
    assert [row[-1] for row in rows[1:]] == [4, 5]


def test_mended_rows_join_their_file_instead_of_replacing_it(returned: Path, take_feed: Take) -> None:
    path = mend(returned, "证件号码", [number(2), number(3)])
    report = take_feed("medical_costs", path=path)
    assert codes(report) == [(3, "结算日期", "date_invalid")]
    assert (report.counts.rows, report.counts.accepted) == (2, 1)
    base, supplement = current_batches("medical_costs", OCTOBER)
    assert supplement.supplements == base
    assert FeedRow.objects.current().count() == 2
    # The rest comes back a second time, with the ticket of the supplement.
    assert write_errors(report, path) == 1
    mend(path, "结算日期", ["2026-10-09"])
    assert take_feed("medical_costs", path=path).counts.accepted == 1
    assert FeedRow.objects.current().count() == 3
    assert take_feed("medical_costs", path=path).stored is False
    assert len(current_batches("medical_costs", OCTOBER)) == 3


def test_a_mended_row_that_the_file_already_has_is_a_duplicate(returned: Path, take_feed: Take) -> None:
    path = mend(returned, "证件号码", [number(1), number(3)])
    same = mend(path, "个人自付", [120.5, 120.5])
    report = take_feed("medical_costs", path=mend(same, "结算日期", [date(2026, 10, 5), "昨天"]))
    assert (report.counts.duplicates, report.counts.accepted) == (1, 0)


def test_a_workbook_without_its_tickets_is_a_file_of_its_own(returned: Path, take_feed: Take) -> None:
    path = mend(returned, "证件号码", [number(2), number(3)], drop=("退回批次",))
    assert take_feed("medical_costs", path=path).counts.accepted == 1
    assert [batch.supplements for batch in current_batches("medical_costs", OCTOBER)] == [None]
    assert FeedRow.objects.current().count() == 1


def test_a_mended_workbook_whose_file_is_gone_is_refused(returned: Path, take_feed: Take) -> None:
    take_feed("medical_costs", [feed_row("medical_costs", number(8))], name="new.xlsx")
    with pytest.raises(Refused, match="退回批次"):
        take_feed("medical_costs", path=returned)
    assert FeedBatch.objects.count() == 2


def test_supplements_go_and_come_with_their_file(returned: Path, take_feed: Take) -> None:
    take_feed("medical_costs", path=mend(returned, "证件号码", [number(2), number(3)]))
    new = take_feed("medical_costs", [feed_row("medical_costs", number(8))], name="new.xlsx")
    assert list(current_batches("medical_costs", OCTOBER)) == [new.batch]
    undo_batch(batch=new.batch, actor=None, at=AT)
    family = list(current_batches("medical_costs", OCTOBER))
    assert len(family) == 2
    undo_batch(batch=family[0], actor=None, at=AT)
    assert not current_batches("medical_costs", OCTOBER)


# --- what is kept ---


def test_lost_rows_are_made_anew_from_the_original(returned: Path, take_feed: Take) -> None:
    take_feed("medical_costs", path=mend(returned, "证件号码", [number(2), number(3)]))
    for batch in FeedBatch.objects.all():
        kept = rows_as_received(batch, [0])
        path_of(batch.evidence).unlink()
        with pytest.raises(Refused, match="留存数据行"):
            rows_as_received(batch, [0])
        rebuild_evidence(batch=batch, actor=None, at=AT)
        batch.refresh_from_db()
        assert rows_as_received(batch, [0]) == kept


def test_rejected_rows_can_be_asked_for_later(take_feed: Take, tmp_path: Path) -> None:
    report = take_feed("water", [feed_row("water", ""), feed_row("water", number(1))])
    output = tmp_path / "later.xlsx"
    assert write_batch_errors(batch=report.batch, output=output, actor=None, at=AT) == 1
    assert mend(output, FEEDS["water"].id_column, [number(7)])
    assert take_feed("water", path=output).batch.supplements == report.batch


def test_kept_rows_that_no_batch_names_are_cleared_away(take_feed: Take, clock: Any) -> None:
    import os
    from datetime import timedelta

    report = take_feed("water", [feed_row("water", number(1))])
    kept = path_of(report.batch.evidence)
    orphan = kept.with_name("f" * 32)
    orphan.write_bytes(kept.read_bytes())
    old = (AT - timedelta(days=2)).timestamp()
    os.utime(orphan, (old, old))
    os.utime(kept, (old, old))
    assert remove_orphans(at=AT) == 1
    assert kept.exists() and not orphan.exists()


def test_nothing_on_the_disk_or_in_the_database_shows_a_whole_number(
    take_register: Take, take_feed: Take, data_dir: Path, tmp_path: Path
) -> None:
    bad = number(4)[:-1] + ("0" if number(4)[-1] != "0" else "1")
    take_register([register_row("H1", number(1)), register_row("H1", bad, relation="之子")])
    rows = [feed_row("welfare_changes", number(1), 户主证件号码=number(1)), feed_row("welfare_changes", bad),
            feed_row("welfare_changes", number(2), 保障人数=f"{number(3)}人")]  # fmt: skip
    report = take_feed("welfare_changes", rows)
    secrets = [number(1), number(2), number(3), bad]
    said = json.dumps(report.as_json(), ensure_ascii=False)
    kept = [path.read_bytes() for path in data_dir.rglob("*") if path.is_file()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            kept.append(repr([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor]).encode())
    for secret in secrets:
        assert secret not in said
        assert not any(secret.encode() in content for content in kept)
