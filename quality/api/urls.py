"""Addresses of data quality."""

from django.urls import path

from quality.api import views

urlpatterns = [
    path("quality/checks/", views.ChecksView.as_view(), name="api-quality-checks"),
    path("quality/faults/", views.FaultsView.as_view(), name="api-quality-faults"),
    path("quality/faults/<uuid:uid>/", views.FaultView.as_view(), name="api-quality-fault"),
    path("quality/faults/<uuid:uid>/exempt/", views.FaultExemptView.as_view(), name="api-quality-fault-exempt"),
    path("quality/exemptions/", views.ExemptionsView.as_view(), name="api-quality-exemptions"),
    path(
        "quality/exemptions/<uuid:uid>/decide/",
        views.ExemptionDecideView.as_view(),
        name="api-quality-exemption-decide",
    ),
    path("quality/exemptions/<uuid:uid>/end/", views.ExemptionEndView.as_view(), name="api-quality-exemption-end"),
    path("quality/runs/", views.RunsView.as_view(), name="api-quality-runs"),
    path("quality/runs/<uuid:uid>/", views.RunView.as_view(), name="api-quality-run"),
]
