"""The register: households from rows of persons, moves, what is updated and what never is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from import_files import (
    AT,
    REGISTER_HEADINGS,
    TYPE,
    codes,
    feed_row,
    monitored,
    number,
    register_file,
    register_row,
    tally,
    write_csv,
    write_xlsx,
)
from openpyxl import load_workbook

from accounts.errors import Conflict, Forbidden, OutOfScope
from accounts.models import StoredFile
from households.models import BEGINNING, Household, LifeEvent, LivingCondition, Membership, Person, RegisterBatch
from households.services.register import import_register, write_errors
from households.services.register_undo import undo_register
from monitoring.models import Episode
from sheets.faults import SheetError

Take = Callable[..., Any]


# --- households from rows ---


def test_a_household_stands_in_its_village_with_its_people(take_register: Take) -> None:
    rows = [
        register_row("H1", number(1), "张三"),
        register_row("H1", number(2, "20150608"), "张小明", "之子", 劳动技能="无劳动力", 行政村="西岭村"),
    ]
    report = take_register(rows)
    assert (report.rows, report.households, report.persons) == (2, 1, 2)
    household = Household.objects.get()
    assert (household.village_id, household.category) == ("990101100201", "脱贫户")
    assert household.per_capita_income == Decimal("12000.00")
    child = Person.objects.get(name="张小明")
    assert (child.birth_year, child.labour_skill, child.id_number) == (2015, "无劳动力", number(2, "20150608"))
    membership = Membership.objects.get(person=child)
    assert (membership.relation, membership.joined_on, membership.left_on) == ("之子", BEGINNING, None)


def test_an_income_keeps_its_fractions_of_a_cent(take_register: Take) -> None:
    take_register([register_row("H1", number(1), 人均纯收入=8799.996)])
    assert Household.objects.get().per_capita_income == Decimal("8799.996")


def test_villages_of_one_name_are_told_apart_by_their_township(take_register: Take) -> None:
    take_register([register_row("H1", number(1)), register_row("H2", number(2), **{"乡(镇)": "青杨乡"})])
    assert dict(Household.objects.values_list("number", "village_id")) == {"H1": "990101100201", "H2": "990101101201"}


def test_the_householder_decides_else_the_first_filled_row(take_register: Take) -> None:
    take_register(
        [
            register_row("H1", number(1), relation="配偶", 人均纯收入=1, 户类型=""),
            register_row("H1", number(2), 人均纯收入=2, 户类型="一般农户"),
            register_row("H2", number(3), 人均纯收入="", 户类型=""),
            register_row("H2", number(4), relation="之子", 人均纯收入="3,000元", 户类型="脱贫户"),
            register_row("H2", number(5), relation="之女", 人均纯收入=4, 户类型="一般农户"),
        ]
    )
    assert list(Household.objects.order_by("number").values_list("per_capita_income", "category")) == [
        (2, "一般农户"),
        (3000, "脱贫户"),
    ]


def test_values_of_a_rejected_row_do_not_count(take_register: Take) -> None:
    report = take_register(
        [
            register_row("H1", "990101", 人均纯收入=1, 户类型="脱贫户"),
            register_row("H1", number(2), relation="配偶", 人均纯收入="", 户类型=""),
            register_row("H2", "990101"),
        ]
    )
    assert (report.households, report.persons, len(report.errors)) == (1, 1, 2)
    household = Household.objects.get()
    assert (household.per_capita_income, household.category) == (None, "")
    assert household.needs_mending == "没有户主；没有户类型"


def test_the_rest_of_a_household_enters_and_the_mended_row_joins_it(take_register: Take, tmp_path: Path) -> None:
    rows = [register_row("H1", "990101"), register_row("H1", number(2), "李四", "配偶")]
    report = take_register(rows)
    assert Household.objects.get().needs_mending == "没有户主"
    returned = tmp_path / "returned.xlsx"
    assert write_errors(report, returned) == 1
    book = load_workbook(returned)
    line = [cell.value for cell in book.active[1]]
    book.active.cell(2, line.index("证件号码") + 1).value = number(1)
    book.save(returned)
    again = import_register(path=returned, name="returned.xlsx", actor=None, at=AT)
    assert tally(again) == (1, 0, 0)
    household = Household.objects.get()
    assert (household.needs_mending, household.memberships.current().count()) == ("", 2)


def test_a_row_may_leave_its_place_to_the_household(take_register: Take) -> None:
    blank = {"县(市、区、旗)": "", "乡(镇)": "", "行政村": ""}
    report = take_register(
        [
            register_row("H1", number(1), relation="之子", **blank),
            register_row("H1", number(2)),
            register_row("H2", number(3), **blank),
        ]
    )
    assert codes(report) == [(5, "乡(镇)", "division_unknown")]
    assert Household.objects.get().memberships.count() == 2
    # A household that is registered already has a place.
    later = take_register([register_row("H1", number(4), relation="之女", **blank)], name="later.xlsx")
    assert (later.errors, tally(later)) == ([], (1, 0, 0))


def test_a_number_cell_makes_no_new_household_number(take_register: Take) -> None:
    take_register([register_row(990100000000.0, number(1)), register_row("990100000000", number(2), relation="配偶")])
    assert Household.objects.get().number == "990100000000"


# --- faults ---


def test_faults_come_in_the_order_of_the_contract(take_register: Take) -> None:
    bad = {"行政村": "无名村", "劳动技能": "很强"}
    report = take_register(
        [
            register_row("H1", number(1)),
            register_row("", "无", **bad),
            register_row("", number(2), 风险识别时间="去年", 人均纯收入="不多", **bad),
            register_row("", number(2), 人均纯收入="不多", **bad),
            register_row("", number(1), **bad),
            register_row("", number(2), **bad),
            register_row("H1", number(2), relation="邻居", **bad),
            register_row("H1", number(2), **{"乡(镇)": "无名镇"}),
            register_row("H1", number(2), relation="邻居", 劳动技能="很强", 户类型="富户"),
            register_row("H1", number(2), relation="配偶", 户类型="富户", **{TYPE: "大概"}),
            register_row("H1", number(2), relation="配偶", **{TYPE: "大概"}),
            register_row("H1", number(2), relation=""),
        ]
    )
    assert codes(report) == [
        (4, "证件号码", "id_missing"),
        (5, "风险识别时间", "date_invalid"),
        (6, "人均纯收入", "amount_invalid"),
        (7, "证件号码", "id_duplicate"),
        (8, "户编号", "household_missing"),
        (9, "行政村", "division_unknown"),
        (10, "乡(镇)", "division_unknown"),
        (11, "与户主关系", "code_unknown"),
        (12, "户类型", "code_unknown"),
        (13, TYPE, "code_unknown"),
        (14, "与户主关系", "code_unknown"),
    ]


def test_only_an_accepted_row_makes_the_next_one_a_duplicate(take_register: Take) -> None:
    report = take_register(
        [register_row("H1", number(1), 行政村="无名村"), register_row("H1", number(1)), register_row("H2", number(1))]
    )
    assert codes(report) == [(3, "行政村", "division_unknown"), (5, "证件号码", "id_duplicate")]


def test_nobody_is_born_after_today(take_register: Take) -> None:
    report = take_register([register_row("H1", number(1, "20261110")), register_row("H2", number(2, "20261111"))])
    assert codes(report) == [(4, "证件号码", "id_birthdate")]


@pytest.mark.parametrize("gone", ["户编号", "姓名", "证件号码", "与户主关系", "乡(镇)", "行政村", "户类型"])
def test_a_register_without_a_needed_column_is_refused_whole(gone: str, places: Any, tmp_path: Path) -> None:
    place = REGISTER_HEADINGS.index(gone)
    lines = [REGISTER_HEADINGS, register_row("H1", number(1))]
    path = write_csv(tmp_path / "r.csv", [line[:place] + line[place + 1 :] for line in lines])
    with pytest.raises(SheetError) as refusal:
        import_register(path=path, name="r.csv", actor=None, at=AT)
    assert gone in str(refusal.value)
    assert not RegisterBatch.objects.exists() and not StoredFile.objects.exists()


def test_a_file_in_gb18030_with_rare_names_is_read(places: Any, tmp_path: Path) -> None:
    rows = [REGISTER_HEADINGS, register_row("H1", number(1), "𬭎䶮")]
    path = write_csv(tmp_path / "r.csv", rows, "gb18030")
    report = import_register(path=path, name="档案.csv", actor=None, at=AT)
    assert Person.objects.get().name == "𬭎䶮"
    assert report.sheets[0][0] == "档案"


# --- again ---


def test_importing_again_updates_and_deletes_nobody(take_register: Take) -> None:
    rows = [register_row("H1", number(1)), register_row("H1", number(2), relation="配偶")]
    take_register([*rows, register_row("H2", number(3))])
    rows[1] = register_row("H1", number(2), relation="其他", 劳动技能="技能劳动力")
    report = take_register(rows, name="later.xlsx")
    assert tally(report) == (0, 1, 1)
    assert Person.objects.count() == 3
    assert Membership.objects.get(person__labour_skill="技能劳动力").relation == "其他"


def test_a_changed_household_value_counts_for_the_rows_that_carry_it(take_register: Take) -> None:
    def rows(income: int) -> list[Any]:
        return [
            register_row("H1", number(1), 人均纯收入=income),
            register_row("H1", number(2), relation="配偶", 人均纯收入=""),
        ]

    take_register(rows(9000))
    assert tally(take_register(rows(8000), name="later.xlsx")) == (0, 1, 1)
    assert Household.objects.get().per_capita_income == 8000


def test_a_file_that_changes_nothing_leaves_no_batch(take_register: Take) -> None:
    rows = [register_row("H1", number(1)), register_row("H1", "无", relation="之子")]
    first = take_register(rows)
    again = take_register(rows)
    assert (first.batch is None, again.batch is None) == (False, True)
    assert RegisterBatch.objects.count() == 1
    assert again.errors == first.errors


def test_a_dry_run_tells_and_stores_nothing(take_register: Take, data_dir: Path) -> None:
    rows = [register_row("H1", number(1), **{TYPE: "边缘易致贫户"}), register_row("H1", "无")]
    report = take_register(rows, dry_run=True)
    assert (tally(report), len(report.errors), report.batch) == ((1, 0, 0), 1, None)
    assert not Household.objects.exists() and not StoredFile.objects.exists() and not Episode.objects.exists()
    assert not [path for path in data_dir.rglob("*") if path.is_file()]


def test_a_person_under_another_household_number_moves_with_his_history(take_register: Take, take_feed: Take) -> None:
    take_register([register_row("H1", number(1)), register_row("H1", number(2), "李四", "配偶")])
    take_feed("medical_costs", [feed_row("medical_costs", number(2), "李四")])
    report = take_register([register_row("H2", number(2), "李四")], name="later.xlsx")
    assert tally(report) == (0, 1, 0)
    person = Person.objects.get(name="李四")
    assert person.feed_rows.count() == 1
    for day in (BEGINNING, date(2026, 3, 1), date(2026, 11, 10)):
        assert Membership.objects.as_of(day).get(person=person).household.number == "H2"
    event = LifeEvent.objects.get()
    assert (event.household.number, event.other_household.number) == ("H2", "H1")


def test_the_dead_are_not_called_back_by_an_old_file(take_register: Take) -> None:
    rows = [register_row("H1", number(1)), register_row("H1", number(2), "李四", "配偶")]
    take_register(rows)
    gone = Membership.objects.filter(person__name="李四")
    gone.update(left_on=date(2026, 10, 1), left_reason="death")
    take_register(rows)
    assert gone.get().left_on == date(2026, 10, 1)


def test_values_hold_from_the_dates_written_in_the_file(places: Any, tmp_path: Path) -> None:
    lines = [[*REGISTER_HEADINGS, "首次识别时间", "人员识别时间", "危房户", "是否解决安全饮用水"],
             [*register_row("H1", number(1)), "201411", "2023年6月", "是", "是"]]  # fmt: skip
    import_register(path=write_xlsx(tmp_path / "r.xlsx", lines), name="r.xlsx", actor=None, at=AT)
    assert Household.objects.get().first_identified_on == date(2014, 11, 1)
    assert Membership.objects.get().joined_on == date(2023, 6, 1)
    condition = LivingCondition.objects.get()
    assert (condition.on, condition.housing_ok, condition.water_ok) == (BEGINNING, False, True)


# --- taken back ---


def test_an_import_is_undone_to_the_last_value(take_register: Take) -> None:
    take_register([register_row("H1", number(1)), register_row("H1", number(2), "李四", "配偶")])
    before = _everything()
    rows = [
        register_row("H1", number(1), "张三丰", 人均纯收入=1, **monitored()),
        register_row("H2", number(2), "李四"),
        register_row("H2", number(3), "王五", "之子"),
    ]
    second = take_register(rows, name="second.xlsx")
    undo_register(batch=second.batch, actor=None, at=AT)
    assert _everything() == before
    assert not Episode.objects.exists() and not LifeEvent.objects.exists()
    with pytest.raises(Conflict):
        undo_register(batch=second.batch, actor=None, at=AT)
    undo_register(batch=RegisterBatch.objects.get(state="done"), actor=None, at=AT)
    assert not Household.objects.exists() and not Person.objects.exists()


def _everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Household, Person, Membership, LivingCondition)]


def test_what_was_touched_since_stands_in_the_way(take_register: Take, take_feed: Take) -> None:
    first = take_register([register_row("H1", number(1))])
    second = take_register([register_row("H1", number(1), 人均纯收入=5)], name="b.xlsx")
    with pytest.raises(Conflict, match="较晚"):
        undo_register(batch=first.batch, actor=None, at=AT)
    Household.objects.update(per_capita_income=7)
    with pytest.raises(Conflict) as refusal:
        undo_register(batch=second.batch, actor=None, at=AT)
    assert "H1" in refusal.value.details[0]
    assert RegisterBatch.objects.filter(state="done").count() == 2


def test_people_with_rows_of_departments_are_not_undone(take_register: Take, take_feed: Take) -> None:
    first = take_register([register_row("H1", number(1))])
    take_feed("water", [feed_row("water", number(1))])
    with pytest.raises(Conflict, match="后续记录"):
        undo_register(batch=first.batch, actor=None, at=AT)
    assert Person.objects.exists()


# --- who may ---


def test_only_the_county_imports_its_register(
    places: Any, tmp_path: Path, bureau: Any, outsider: Any, owner: Any
) -> None:
    path = register_file(tmp_path / "r.xlsx", [register_row("H1", number(1))])
    for actor in (owner, outsider):
        with pytest.raises((Forbidden, OutOfScope)):
            import_register(path=path, name="r.xlsx", actor=actor, at=AT)
    assert not Household.objects.exists()
    assert import_register(path=path, name="r.xlsx", actor=bureau, at=AT).batch.imported_by == bureau


def test_the_second_kind_of_household_may_carry_what_the_national_list_says_of_it(take_register: Take) -> None:
    report = take_register([register_row("H1", number(1), 户类型="一般农户（边缘/突发）")])
    assert not report.rejected
    assert Household.objects.get().category == "一般农户"


def test_rejected_rows_are_not_written_over_the_file_that_is_read(places: Any, tmp_path: Path) -> None:
    path = register_file(tmp_path / "r.xlsx", [register_row("H1", "无")])
    before = path.read_bytes()
    with pytest.raises(CommandError, match="就是要导入的文件") as refusal:
        call_command("import_households", str(path), "--errors", str(tmp_path / "." / "r.xlsx"))
    assert refusal.value.returncode == 2
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "缺少参数：FILE。"),
        (["r.xlsx", "--errors"], "这个参数没有写对：--errors。"),
        (["r.xlsx", "--nonsense"], "不认识的参数：--nonsense。"),
    ],
)
def test_wrong_arguments_are_refused_in_one_chinese_line(arguments: list[str], words: str, tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "import_households", *arguments, "--json"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | {"DATA_DIR": str(tmp_path)}
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(words)
    assert done.stderr.count("\n") == 1


def test_a_database_that_cannot_be_reached_is_told_in_one_line(tmp_path: Path) -> None:
    path = register_file(tmp_path / "r.xlsx", [register_row("H1", number(1))])
    environment = os.environ | {"DATA_DIR": str(tmp_path / "data"), "DATABASE_URL": "postgres://nobody@127.0.0.1:9/x"}
    command = [sys.executable, "manage.py", "import_households", str(path), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "连不上数据库，请核对环境变量 DATABASE_URL，并确认数据库已启动。\n"


def test_the_command_answers_with_the_contracts_keys(places: Any, run_json: Take, tmp_path: Path) -> None:
    path = register_file(tmp_path / "r.xlsx", [register_row("H1", number(1)), register_row("H1", "无")])
    answer = run_json("import_households", str(path), "--dry-run")
    assert list(answer) == ["rows", "households", "persons", "created", "updated", "unchanged", "rejected", "errors"]
    assert (answer["rows"], answer["created"], answer["rejected"]) == (2, 1, 1)
    assert not Household.objects.exists()
