"""Addresses of the workbench and the ledgers."""

from django.urls import path

from reports.views import find, home, ledgers

urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("find/", find.Find.as_view(), name="find"),
    path("ledgers/", ledgers.LedgerList.as_view(), name="ledger-list"),
    path("ledgers/<slug:name>/", ledgers.LedgerDownload.as_view(), name="ledger-download"),
]
