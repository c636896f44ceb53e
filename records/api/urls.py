"""The API of this app."""

from records.api import book_urls, problem_urls

urlpatterns = [
    *book_urls.urlpatterns,
    *problem_urls.urlpatterns,
]
