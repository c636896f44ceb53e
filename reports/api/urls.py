"""Addresses of ledgers."""

from django.urls import path

from reports.api import closing, exports, indicators, layouts, views

urlpatterns = [
    path("closings/", closing.ClosingsView.as_view(), name="api-closings"),
    path("closings/step/", closing.ClosingStepView.as_view(), name="api-closing-step"),
    path("closings/difference/<slug:name>/", closing.DifferenceView.as_view(), name="api-closing-difference"),
    path("editions/", closing.EditionsView.as_view(), name="api-editions"),
    path("editions/check/", closing.EditionCheckView.as_view(), name="api-edition-check"),
    path("exports/", exports.ExportsView.as_view(), name="api-exports"),
    path("exports/<uuid:uid>/", exports.ExportView.as_view(), name="api-export"),
    path("exports/<uuid:uid>/file/", exports.ExportFileView.as_view(), name="api-export-file"),
    path("indicators/", indicators.IndicatorsView.as_view(), name="api-indicators"),
    path("ledgers/", views.LedgersView.as_view(), name="api-ledgers"),
    path("ledgers/<slug:name>/", views.LedgerView.as_view(), name="api-ledger"),
    path("ledgers/<slug:name>/layouts/", layouts.LayoutsView.as_view(), name="api-layouts"),
    path("ledgers/<slug:name>/layouts/current/", layouts.LayoutCurrentView.as_view(), name="api-layout-current"),
    path("ledgers/<slug:name>/layouts/standard/", layouts.LayoutStandardView.as_view(), name="api-layout-standard"),
    path("ledgers/<slug:name>/layouts/terms/", layouts.LayoutTermsView.as_view(), name="api-layout-terms"),
    path("ledgers/<slug:name>/layouts/<uuid:uid>/", layouts.LayoutView.as_view(), name="api-layout"),
    path("ledgers/<slug:name>/layouts/<uuid:uid>/book/", layouts.LayoutBookView.as_view(), name="api-layout-book"),
    path("ledgers/<slug:name>/layouts/<uuid:uid>/enact/", layouts.LayoutEnactView.as_view(), name="api-layout-enact"),
]
