"""Addresses of ledgers."""

from django.urls import path

from reports.api import closing, indicators, views

urlpatterns = [
    path("closings/", closing.ClosingsView.as_view(), name="api-closings"),
    path("closings/step/", closing.ClosingStepView.as_view(), name="api-closing-step"),
    path("closings/difference/<slug:name>/", closing.DifferenceView.as_view(), name="api-closing-difference"),
    path("editions/", closing.EditionsView.as_view(), name="api-editions"),
    path("editions/check/", closing.EditionCheckView.as_view(), name="api-edition-check"),
    path("indicators/", indicators.IndicatorsView.as_view(), name="api-indicators"),
    path("ledgers/", views.LedgersView.as_view(), name="api-ledgers"),
    path("ledgers/<slug:name>/", views.LedgerView.as_view(), name="api-ledger"),
]
