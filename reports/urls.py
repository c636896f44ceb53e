"""Addresses of the workbench and the ledgers."""

from django.urls import path

from reports import household_urls
from reports.views import dashboard, exports, home, ledgers

urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    *household_urls.urlpatterns,
    path("dashboard/", dashboard.Dashboard.as_view(), name="dashboard"),
    path("dashboard/guarantees/", dashboard.Guarantees.as_view(), name="dashboard-guarantees"),
    path("ledgers/", ledgers.LedgerList.as_view(), name="ledger-list"),
    path("ledgers/exports/", exports.ExportList.as_view(), name="export-list"),
    path("ledgers/exports/<uuid:uid>/", exports.ExportDetail.as_view(), name="export-detail"),
    path("ledgers/exports/<uuid:uid>/file/", exports.ExportFile.as_view(), name="export-file"),
    path("ledgers/<slug:name>/", ledgers.LedgerPreview.as_view(), name="ledger-preview"),
    path("ledgers/<slug:name>/cell/", ledgers.LedgerCell.as_view(), name="ledger-cell"),
    path("ledgers/<slug:name>/export/", exports.ExportNew.as_view(), name="ledger-export"),
]
