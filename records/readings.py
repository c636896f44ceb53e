"""Books and lines as pages and the API show them: who sees which book, a line's cells in words, secrets masked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import CharField, Max, QuerySet, Value
from django.db.models.functions import Cast

from accounts.models import Division, Role, User
from accounts.scope import Scope, scope_of
from households.heads import with_heads
from households.models import Household
from records.books import BOOKS, Book, BookColumn
from records.models import RecordBatch
from sheets.clean import mask_id

MASK = "*"


def books_of(user: User) -> list[Book]:
    """The books that the user sees: whoever works for a place all, a liaison his department's, a helper those about
    persons and households."""
    return books_in(scope_of(user))


def books_in(scope: Scope) -> list[Book]:
    """The same of what somebody's posts open."""
    if scope.area_posts():
        return list(BOOKS.values())
    helper = Role.HELPER in scope.roles
    return [
        book
        for book in BOOKS.values()
        if (helper and book.subject != "place") or (book.department and book.department in scope.departments)
    ]


def book_of(user: User, code: str) -> Book | None:
    return next((book for book in books_of(user) if book.code == code), None)


@dataclass(frozen=True)
class Shelf:
    """A book in the list of books: how many lines are in force, when something last came."""

    book: Book
    count: int
    batch: RecordBatch | None


def shelves(user: User, on: date) -> list[Shelf]:
    """One count a book, two queries more for the newest deliveries."""
    batches = RecordBatch.objects.visible_to(user).filter(state=RecordBatch.State.DONE)
    newest = batches.order_by().values("book").annotate(last=Max("pk")).values_list("last", flat=True)
    rows = RecordBatch.objects.filter(pk__in=list(newest)).select_related("division").defer("errors")
    last = {batch.book: batch for batch in rows}
    return [
        Shelf(book, book.model.objects.visible_to(user).as_of(on).count(), last.get(book.code))
        for book in books_of(user)
    ]


def with_names(book: Book, rows: QuerySet[Any]) -> QuerySet[Any]:
    """What a line on a page needs of other tables."""
    if book.subject == "place":
        return rows.select_related("division__parent")
    return with_heads(
        rows.select_related("household__village__parent", *(["person"] if book.subject == "person" else []))
    )


def name_of(book: Book, row: Any) -> str:
    """Whom or what a line is about, in a few words."""
    if book.subject == "person":
        return str(row.person.name)
    if book.subject == "household":
        heads = getattr(row.household, "heads", None)
        return f"{heads[0].person.name}户" if heads else str(row.household.number)
    return str(row.division.name)


def place_of(book: Book, row: Any) -> str:
    return place_name(row.division if book.subject == "place" else row.household.village)


def place_name(place: Division) -> str:
    """A village with its township before it."""
    above = place.parent.name if place.parent and place.level > Division.Level.TOWNSHIP else ""
    return f"{above}{place.name}"


def shown(column: BookColumn, row: Any) -> str:
    """A cell in the words of the page, a secret masked."""
    if column.shape == "household":
        household = getattr(row, column.field)
        return str(household.number) if household else ""
    value = getattr(row, column.field)
    return masked(column, value) if column.secret else column.shown(value)


def masked(column: BookColumn, value: str) -> str:
    if column.secret == "name":
        return f"{value[:1]}{MASK * max(len(value) - 1, 1)}" if value else ""
    return mask_id(value) if value else ""


def told(book: Book, row: Any) -> str:
    """What a line says in short: 县内，守望制衣厂."""
    words = [shown(book.by_field[name], row) for name in book.tells]
    return "，".join(word for word in words if word)


def columns_on_list(book: Book) -> list[BookColumn]:
    """The first columns and those that tell the most, in the order of the book."""
    chosen = {column.field for column in book.columns[:4]} | set(book.tells)
    return [column for column in book.columns if column.field in chosen]


def last_day(row: Any) -> date | None:
    return row.to_on - timedelta(days=1) if row.to_on else None


# --- the lines of one household ---


@dataclass(frozen=True)
class Kept:
    """A standing version of a line about a household or a member, as its page and its time line tell it."""

    book: Book
    line: UUID
    name: str
    words: str
    from_on: date
    to_on: date | None
    recorded_at: Any
    reason: str
    # Whether nothing follows it, and nothing went before: the line ends, or begins with it.
    ends_line: bool = True
    begins_line: bool = True

    @property
    def last_day(self) -> date | None:
        return last_day(self)

    @property
    def sentence(self) -> str:
        parts = [self.name, self.words]
        return "，".join(part for part in parts if part)


def kept_about(household: Household) -> list[Kept]:
    """Standing lines of all books about a household and its members, the newest first. One query."""
    about = [book for book in BOOKS.values() if book.subject != "place"]
    parts = [_part(book, household) for book in about]
    rows = parts[0].union(*parts[1:], all=True)
    found = [_kept(row) for row in rows]
    begun = {(kept.line, kept.from_on) for kept in found}
    over = {(kept.line, kept.to_on) for kept in found}
    found = [
        replace(kept, ends_line=(kept.line, kept.to_on) not in begun, begins_line=(kept.line, kept.from_on) not in over)
        for kept in found
    ]
    return sorted(found, key=lambda kept: (kept.from_on, kept.recorded_at), reverse=True)


def _part(book: Book, household: Household) -> QuerySet[Any, Any]:
    name = "person__name" if book.subject == "person" else ""
    tells = [*book.tells, "", ""][:2]
    plain = {f"tell{n}": Cast(tell, CharField()) if tell else Value("") for n, tell in enumerate(tells)}
    rows: QuerySet[Any] = book.model.objects.standing()
    return (
        rows.filter(household=household)
        .order_by()
        .annotate(code=Value(book.code, CharField()), who=Cast(name, CharField()) if name else Value(""), **plain)
        .values_list("code", "line", "who", "tell0", "tell1", "from_on", "to_on", "recorded_at", "reason")
    )


def _kept(row: Sequence[Any]) -> Kept:
    code, line, who, *tells, from_on, to_on, recorded_at, reason = row
    book = BOOKS[code]
    pairs: Iterable[tuple[str, str]] = zip(book.tells, tells, strict=False)
    words = [_word(book.by_field[name], value) for name, value in pairs if value not in (None, "")]
    uid = line if isinstance(line, UUID) else UUID(str(line))
    return Kept(book, uid, who, "，".join(words), from_on, to_on, recorded_at, reason)


def _word(column: BookColumn, value: str) -> str:
    if column.shape == "amount":
        return f"{float(value):,.0f} 元"
    return str(column.label_of.get(value, value))
