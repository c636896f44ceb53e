"""Addresses of the workbench and the ledgers."""

from django.urls import path

from reports import household_urls
from reports.views import closing, dashboard, exports, home, indicators, layouts, ledgers

urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    *household_urls.urlpatterns,
    path("dashboard/", dashboard.Dashboard.as_view(), name="dashboard"),
    path("dashboard/guarantees/", dashboard.Guarantees.as_view(), name="dashboard-guarantees"),
    path("indicators/", indicators.IndicatorList.as_view(), name="indicator-list"),
    path("indicators/<slug:code>/", indicators.IndicatorDetail.as_view(), name="indicator-detail"),
    path("closing/", closing.ClosingBoard.as_view(), name="closing-board"),
    path("closing/difference/<slug:name>/", closing.ClosingDifference.as_view(), name="closing-difference"),
    path("editions/", closing.EditionList.as_view(), name="edition-list"),
    path("editions/check/", closing.EditionCheck.as_view(), name="edition-check"),
    path("editions/<int:pk>/", closing.EditionDetail.as_view(), name="edition-detail"),
    path("ledgers/", ledgers.LedgerList.as_view(), name="ledger-list"),
    path("ledgers/exports/", exports.ExportList.as_view(), name="export-list"),
    path("ledgers/exports/<uuid:uid>/", exports.ExportDetail.as_view(), name="export-detail"),
    path("ledgers/exports/<uuid:uid>/file/", exports.ExportFile.as_view(), name="export-file"),
    path("ledgers/<slug:name>/", ledgers.LedgerPreview.as_view(), name="ledger-preview"),
    path("ledgers/<slug:name>/cell/", ledgers.LedgerCell.as_view(), name="ledger-cell"),
    path("ledgers/<slug:name>/layout/", layouts.LayoutPage.as_view(), name="ledger-layout"),
    path("ledgers/<slug:name>/layout/file/", layouts.LayoutFile.as_view(), name="layout-file"),
    path("ledgers/<slug:name>/layout/<uuid:uid>/", layouts.LayoutDetail.as_view(), name="layout-detail"),
    path("ledgers/<slug:name>/layout/<uuid:uid>/file/", layouts.LayoutOriginal.as_view(), name="layout-original"),
    path("ledgers/<slug:name>/export/", exports.ExportNew.as_view(), name="ledger-export"),
]
