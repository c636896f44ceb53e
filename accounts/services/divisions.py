"""Loading the divisions (行政区划) from a list of codes and names, a township's or the whole country's."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import connection, transaction

from accounts.errors import Refused
from accounts.models import Division, User
from accounts.models.division import PREFIX_LENGTHS, level_of
from accounts.services import audit
from sheets.text import fold_heading, has_content, squeeze, text

CODE_HEADINGS = frozenset({"区划代码", "行政区划代码", "统计用区划代码", "代码", "编码"})
NAME_HEADINGS = frozenset({"名称", "区划名称", "单位名称", "行政区划名称"})
POPULATION_HEADINGS = frozenset({"农业人口", "农村人口", "乡村人口", "农村户籍人口"})
HEADING_ROWS = 10
MOST_PEOPLE = 100_000_000
# Official lists write a province with 2 digits (or 6), a county with 6, a township with 9, a village with 12.
WRITTEN_LENGTHS = frozenset(PREFIX_LENGTHS.values())
NAME_LENGTH = 60
BATCH = 2000  # rows a statement; 4 values each stay below SQLite's 32,766


@dataclass(frozen=True)
class DivisionReport:
    """What loading did; codes of the file, each once."""

    created: int
    updated: int
    unchanged: int

    def as_json(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True)
class _Known:
    """What the database knows of a place."""

    name: str
    parent_id: str | None


def load_divisions(*, path: Path, actor: User | None, at: datetime) -> DivisionReport:
    """Load `区划代码,名称` from a CSV file (UTF-8 with or without BOM, GB18030); places not in it stay as they are.

    A column 农业人口 is read where there is one; an empty cell of it says nothing.

    Level and parent follow from the code: the parent is the nearest ancestor that exists, since some cities have no
    counties. A list may begin at a county; a township or a village without any ancestor is a fault.

    Raises:
        Refused: the file cannot be read or has faults (all of them in `details`); nothing is stored.
    """
    with transaction.atomic():
        report = load_rows(rows=_read(path), actor=actor, at=at)
        _store_populations(_populations(path))
    return report


def load_rows(*, rows: Iterable[tuple[int, str, str]], actor: User | None, at: datetime) -> DivisionReport:
    """The same from (row number, code, name) triples."""
    names, faults = _judge(rows)
    with transaction.atomic():
        known = {
            code: _Known(name, parent)
            for code, name, parent in Division.objects.values_list("code", "name", "parent_id").iterator(BATCH)
        }
        places = names.keys() | known.keys()
        parents = {code: _nearest(code, places) for code in places}
        faults += [f"{code} {name}：找不到上级区划" for code, name in names.items() if _lost(code, parents[code])]
        if faults or not names:
            raise _refusal(faults)
        report = _store(names, known, parents)
        audit.record(actor=actor, at=at, action="divisions.loaded", detail=report.as_json())
    return report


def _read(path: Path) -> Iterator[tuple[int, str, str]]:
    reader = csv.reader(io.StringIO(_decode(path.read_bytes()), newline=""))
    columns: tuple[int, int] | None = None
    for number, row in enumerate(reader, start=1):
        if columns is None:
            columns = _columns(row)
            if columns is None and number == HEADING_ROWS:
                break
        elif has_content(row):
            code, name = (row[index] if index < len(row) else "" for index in columns)
            yield number, code, name
    if columns is None:
        raise Refused("区划文件前10行内找不到表头“区划代码,名称”，请补上表头后重新导入。", code="heading_missing")


def _populations(path: Path) -> dict[str, int]:
    """The rural population of each place that the file gives one for, by 12-digit code."""
    reader = csv.reader(io.StringIO(_decode(path.read_bytes()), newline=""))
    found: dict[str, int] = {}
    place: tuple[int, int] | None = None
    for number, row in enumerate(reader, start=1):
        if place is None:
            place = _population_column(row)
            if place is None and number == HEADING_ROWS:
                break
        elif len(row) > max(place) and (written := squeeze(row[place[1]]).replace(",", "")):
            if not (written.isascii() and written.isdigit() and int(written) <= MOST_PEOPLE):
                raise Refused(f"第{number}行：农业人口“{written[:20]}”不是人数，请只填整数。", code="population")
            found[squeeze(row[place[0]]).ljust(12, "0")] = int(written)
    return found


def _population_column(row: list[str]) -> tuple[int, int] | None:
    """Where codes and populations stand, in the heading row of a file that has both."""
    columns = _columns(row)
    people = next((i for i, cell in enumerate(row) if fold_heading(cell) in POPULATION_HEADINGS), None)
    return None if columns is None or people is None else (columns[0], people)


def _store_populations(populations: dict[str, int]) -> None:
    codes = iter(populations)
    while batch := list(islice(codes, BATCH)):
        places = list(Division.objects.filter(code__in=batch))
        for place in places:
            place.rural_population = populations[place.code]
        Division.objects.bulk_update(places, ["rural_population"])


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("区划文件的编码无法识别，请另存为 UTF-8 编码的 CSV 后重新导入。", code="encoding_unknown")


def _columns(row: list[str]) -> tuple[int, int] | None:
    folded = [fold_heading(cell) for cell in row]
    code = next((i for i, heading in enumerate(folded) if heading in CODE_HEADINGS), None)
    name = next((i for i, heading in enumerate(folded) if heading in NAME_HEADINGS), None)
    return None if code is None or name is None else (code, name)


def _judge(rows: Iterable[tuple[int, str, str]]) -> tuple[dict[str, str], list[str]]:
    """Names by full code, in the order of the codes, and every fault with its row."""
    names: dict[str, str] = {}
    faults: list[str] = []
    for number, written, raw_name in rows:
        code, name = _full_code(written), text(raw_name)
        if code is None:
            faults.append(f"第{number}行：区划代码“{text(written)[:20]}”应为2、4、6、9或12位数字")
        elif not name or len(name) > NAME_LENGTH:
            faults.append(f"第{number}行：{code}的名称为空或超过{NAME_LENGTH}字")
        elif names.setdefault(code, name) != name:
            faults.append(f"第{number}行：{code}重复，名称“{name}”与前面的“{names[code]}”不同")
    return dict(sorted(names.items())), faults


def _full_code(written: str) -> str | None:
    digits = squeeze(written).strip("'").removeprefix('="').removesuffix('"')
    if len(digits) not in WRITTEN_LENGTHS or not (digits.isascii() and digits.isdigit()) or digits[:2] < "10":
        return None
    return digits.ljust(12, "0")


def _nearest(code: str, places: Iterable[str]) -> str | None:
    """The lowest ancestor of `code` among the places."""
    own = level_of(code)
    candidates = (code[: PREFIX_LENGTHS[level]].ljust(12, "0") for level in range(own - 1, 0, -1))
    return next((candidate for candidate in candidates if candidate in places), None)


def _lost(code: str, parent: str | None) -> bool:
    return parent is None and level_of(code) > Division.Level.COUNTY


def _refusal(faults: list[str]) -> Refused:
    if not faults:
        return Refused("区划文件里没有一行区划，请核对文件。", code="empty")
    return Refused(f"区划文件有{len(faults)}处错误，没有导入，请改正后重新导入", code="invalid", details=faults)


def _store(names: dict[str, str], known: dict[str, _Known], parents: dict[str, str | None]) -> DivisionReport:
    """Write what is new or different; places outside the file whose nearest ancestor has come are hung under it."""
    created = [code for code in names if code not in known]
    updated = [c for c in names if c in known and known[c] != _Known(names[c], parents[c])]
    rehung = [c for c, place in known.items() if c not in names and place.parent_id != parents[c]]
    _write((c, names.get(c) or known[c].name, level_of(c), parents[c]) for c in [*created, *updated, *rehung])
    return DivisionReport(len(created), len(updated), len(names) - len(created) - len(updated))


def _write(places: Iterable[tuple[str, str, int, str | None]]) -> None:
    """Insert or update (code, name, level, parent) rows.

    Plain SQL, the same words for SQLite and PostgreSQL: loading the 660,000 villages of the whole country takes 13
    seconds of processor time so, and 40 through bulk_create.
    """
    rows = iter(places)
    with connection.cursor() as cursor:
        while batch := list(islice(rows, BATCH)):
            values = ", ".join(["(%s, %s, %s, %s)"] * len(batch))
            cursor.execute(
                f"INSERT INTO {Division._meta.db_table} (code, name, level, parent_id) VALUES {values} "
                "ON CONFLICT (code) DO UPDATE SET name = excluded.name, level = excluded.level, "
                "parent_id = excluded.parent_id",
                [value for row in batch for value in row],
            )
