"""Addresses of what an office sets: policy parameters and the working-day calendar."""

from django.urls import path

from monitoring.views import calendar, policy

urlpatterns = [
    path("policy/", policy.PolicyList.as_view(), name="policy-list"),
    path("policy/<slug:key>/", policy.PolicyDetail.as_view(), name="policy-detail"),
    path("calendar/", calendar.WorkCalendar.as_view(), name="work-calendar"),
]
