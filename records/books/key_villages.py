"""Villages that are tracked (重点跟踪监测村), from the county bureau (domain.md 5.4 L21)."""

from records.books.base import OFFICES, VILLAGE_LEVEL, Book, columns_of
from records.models import KeyVillage

_column = columns_of(KeyVillage)

KEY_VILLAGES = Book(
    code="key_villages",
    title="重点跟踪村",
    model=KeyVillage,
    subject="place",
    writers=OFFICES,
    levels=frozenset({VILLAGE_LEVEL}),
    tells=("tracker",),
    columns=(
        _column("tracker", "责任人", needed=True),
        _column("measures", "跟踪措施"),
    ),
)
