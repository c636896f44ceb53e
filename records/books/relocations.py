"""Households moved out of poor land (易地搬迁), from the county bureau."""

from records.books.base import FIELD, OFFICES, TOWNSHIPS, Book, columns_of
from records.models import Relocation

_column = columns_of(Relocation)

RELOCATIONS = Book(
    code="relocations",
    title="易地搬迁",
    model=Relocation,
    subject="household",
    writers=OFFICES | FIELD | TOWNSHIPS,
    first_day="moved_on",
    tells=("site",),
    columns=(
        _column("site", "安置点", "安置区名称", needed=True),
        _column("scattered", "是否分散安置"),
        _column("former_address", "原居住地"),
        _column("moved_on", "搬迁日期", "入住时间"),
        _column("certificate_on", "不动产登记时间"),
        _column("old_house_pulled_down", "旧房是否拆除", "拆旧"),
        _column("industry", "产业"),
    ),
)
