"""Addresses of ledgers."""

from django.urls import path

from reports.api import views

urlpatterns = [
    path("ledgers/", views.LedgersView.as_view(), name="api-ledgers"),
    path("ledgers/<slug:name>/", views.LedgerView.as_view(), name="api-ledger"),
]
