"""Water supplies of villages, from the water bureau (domain.md 5.4 L15)."""

from accounts.models import Department
from records.books.base import FIELD, OFFICES, TOWNSHIPS, VILLAGE_LEVEL, Book, columns_of
from records.models import WaterWork

_column = columns_of(WaterWork)

WATER_WORKS = Book(
    code="water_works",
    title="供水工程",
    model=WaterWork,
    subject="place",
    department=Department.WATER,
    writers=OFFICES | FIELD | TOWNSHIPS,
    key=("name",),
    levels=frozenset({VILLAGE_LEVEL}),
    tells=("name", "mode"),
    columns=(
        _column("name", "供水工程名称", "工程名称", needed=True),
        _column.listed("mode", {"central": ("集中供水",), "scattered": ("分散供水",)}, needed=True),
        _column("households", "受益户数"),
        _column("persons", "受益人数", "受益人口"),
        _column("quality_ok", "水质是否达标", "水质结论"),
        _column("reliable_days", "供水保证天数"),
        _column("keeper", "管护人", "管水员"),
    ),
)
