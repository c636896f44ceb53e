"""Addresses of data quality."""

from django.urls import path

from quality.views import correct, exemptions, faults

urlpatterns = [
    path("quality/", faults.Overview.as_view(), name="quality-overview"),
    path("quality/faults/", faults.FaultList.as_view(), name="quality-faults"),
    path("quality/faults/<uuid:uid>/", faults.FaultDetail.as_view(), name="quality-fault"),
    path("quality/rules/<slug:code>/", faults.FaultList.as_view(), name="quality-rule"),
    path("quality/rules/<slug:code>/book/", faults.RuleBook.as_view(), name="quality-book"),
    path("quality/exemptions/", exemptions.ExemptionList.as_view(), name="quality-exemptions"),
    path("quality/exemptions/new/", exemptions.PlaceExemptionNew.as_view(), name="quality-exemption-new"),
    path("quality/exemptions/<uuid:uid>/", exemptions.ExemptionDecide.as_view(), name="quality-exemption"),
    path("quality/runs/<uuid:uid>/", faults.RunProgress.as_view(), name="quality-run"),
    path("households/<uuid:uid>/correct/", correct.Correct.as_view(), name="quality-correct"),
]
