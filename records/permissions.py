"""Who may write in a book: one right a book, from its declaration; entered into accounts' table at start-up."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Post, User
from accounts.permissions import add_rights, may, require
from records.books import BOOKS, Book

add_rights(
    {book.right: book.writers for book in BOOKS.values()},
    system=frozenset(book.right for book in BOOKS.values()),
)


def require_book(
    *, actor: User | None, book: Book, code: str, at: datetime, helper_id: int | None = None
) -> Post | None:
    """The post that lets `actor` write in the book about the place with this code; None for the shell.

    Raises:
        OutOfScope: not a place of his, or for a liaison not a book of his department.
        Forbidden: it is, but none of his posts writes in this book.
    """
    return require(actor=actor, right=book.right, code=code, at=at, helper_id=helper_id, department=book.department)


def may_write(*, actor: User, book: Book, code: str, at: datetime) -> bool:
    """Whether `require_book` would give a post; for buttons."""
    return may(actor=actor, right=book.right, code=code, at=at, department=book.department)
