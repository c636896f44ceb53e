"""The pages of this app."""

from records import book_urls, problem_urls

urlpatterns = [
    *book_urls.urlpatterns,
    *problem_urls.urlpatterns,
]
