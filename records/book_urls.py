"""Addresses of the pages of books."""

from django.urls import path

from records.views import books, lines

urlpatterns = [
    path("records/", books.BookList.as_view(), name="book-list"),
    path("record-batches/<uuid:uid>/", books.BookBatch.as_view(), name="book-batch"),
    path("record-batches/<uuid:uid>/errors/", books.BookErrors.as_view(), name="book-errors"),
    path("records/hotline_cases/lines/<uuid:uid>/clue/", lines.HotlineClue.as_view(), name="hotline-clue"),
    path("records/<slug:book>/", books.BookDetail.as_view(), name="book-detail"),
    path("records/<slug:book>/upload/", books.BookUpload.as_view(), name="book-upload"),
    path("records/<slug:book>/template/", books.BookTemplate.as_view(), name="book-template"),
    path("records/<slug:book>/new/", lines.LineNew.as_view(), name="line-new"),
    path("records/<slug:book>/lines/<uuid:uid>/", lines.LineDetail.as_view(), name="line-detail"),
    path("records/<slug:book>/lines/<uuid:uid>/<slug:act>/", lines.LineAct.as_view(), name="line-act"),
]
