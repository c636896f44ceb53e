"""Addresses of books."""

from django.urls import path

from records.api import books

_LINE = "records/<slug:book>/<uuid:uid>/"

urlpatterns = [
    path("records/", books.BooksView.as_view(), name="api-books"),
    path("records/<slug:book>/", books.LinesView.as_view(), name="api-lines"),
    path("records/<slug:book>/imports/", books.BookFilesView.as_view(), name="api-book-files"),
    path("records/<slug:book>/template/", books.BookTemplateView.as_view(), name="api-book-template"),
    path(_LINE, books.LineView.as_view(), name="api-line"),
    path(f"{_LINE}change/", books.ChangeLineView.as_view(), name="api-line-change"),
    path(f"{_LINE}correct/", books.CorrectLineView.as_view(), name="api-line-correct"),
    path(f"{_LINE}end/", books.EndLineView.as_view(), name="api-line-end"),
    path(f"{_LINE}withdraw/", books.WithdrawLineView.as_view(), name="api-line-withdraw"),
    path("record-batches/<uuid:uid>/", books.BookBatchView.as_view(), name="api-book-batch"),
    path("record-batches/<uuid:uid>/undo/", books.UndoBookBatchView.as_view(), name="api-book-batch-undo"),
    path("record-batches/<uuid:uid>/errors/", books.BookBatchErrorsView.as_view(), name="api-book-batch-errors"),
]
