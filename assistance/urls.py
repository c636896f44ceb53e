"""Addresses of assistance."""

from django.urls import path

from assistance.views import plans

urlpatterns = [
    path("plans/", plans.PlanList.as_view(), name="plan-list"),
    path("plans/<int:pk>/", plans.PlanDetail.as_view(), name="plan-detail"),
    path("plans/<int:pk>/adopt/", plans.AdoptPlan.as_view(), name="plan-adopt"),
    path("plans/<int:pk>/measures/", plans.AddMeasure.as_view(), name="measure-new"),
    path("measures/<int:pk>/deliver/", plans.Deliver.as_view(), name="measure-deliver"),
    path("measures/<int:pk>/confirm/", plans.Confirm.as_view(), name="measure-confirm"),
    path("measures/<int:pk>/end/", plans.EndMeasure.as_view(), name="measure-end"),
]
