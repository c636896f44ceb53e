"""The books that departments keep beside the register, by code, in the order of their ledgers."""

from records.books.assets import ASSETS
from records.books.base import Book, BookColumn
from records.books.consultations import CONSULTATIONS
from records.books.hotline_cases import HOTLINE_CASES
from records.books.houses import HOUSES
from records.books.income_files import INCOME_FILES
from records.books.jobs import JOBS
from records.books.key_villages import KEY_VILLAGES
from records.books.labour_losses import LABOUR_LOSSES
from records.books.low_incomes import LOW_INCOMES
from records.books.relocations import RELOCATIONS
from records.books.schooling import SCHOOLING
from records.books.water_works import WATER_WORKS
from records.books.welfare_posts import WELFARE_POSTS

__all__ = ["BOOKS", "Book", "BookColumn", "department_of"]

BOOKS: dict[str, Book] = {
    book.code: book
    for book in (
        SCHOOLING,
        JOBS,
        WELFARE_POSTS,
        LABOUR_LOSSES,
        LOW_INCOMES,
        INCOME_FILES,
        HOUSES,
        RELOCATIONS,
        WATER_WORKS,
        ASSETS,
        CONSULTATIONS,
        HOTLINE_CASES,
        KEY_VILLAGES,
    )
}
_DEPARTMENTS = {book.model: book.department for book in BOOKS.values()}


def department_of(model: type) -> str:
    """The department that keeps the lines of a model; '' for the county bureau's own."""
    return _DEPARTMENTS[model]
