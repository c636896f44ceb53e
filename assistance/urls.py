"""Addresses of assistance."""

from django.urls import path

from assistance.views import calendar, catalogue, lacking, plans

urlpatterns = [
    path("measures/catalogue/", catalogue.MeasureCatalogue.as_view(), name="measure-catalogue"),
    path("plans/", plans.PlanList.as_view(), name="plan-list"),
    path("plans/missing/", lacking.WithoutPlan.as_view(), name="plan-missing"),
    path("plans/<int:pk>/", plans.PlanDetail.as_view(), name="plan-detail"),
    path("plans/<int:pk>/adopt/", plans.AdoptPlan.as_view(), name="plan-adopt"),
    path("plans/<int:pk>/change/", plans.ChangePlan.as_view(), name="plan-change"),
    path("plans/<int:pk>/sheet/", plans.PlanSheet.as_view(), name="plan-sheet"),
    path("plans/<int:pk>/card/", plans.PlanCard.as_view(), name="plan-card"),
    path("plans/<int:pk>/measures/", plans.AddMeasure.as_view(), name="measure-new"),
    path("measures/<int:pk>/change/", plans.ChangeMeasure.as_view(), name="measure-change"),
    path("measures/<int:pk>/deliver/", plans.Deliver.as_view(), name="measure-deliver"),
    path("measures/<int:pk>/confirm/", plans.Confirm.as_view(), name="measure-confirm"),
    path("measures/<int:pk>/end/", plans.EndMeasure.as_view(), name="measure-end"),
    path("measures/<int:pk>/cancel/", plans.CancelMeasure.as_view(), name="measure-cancel"),
    path("deliveries/<int:pk>/withdraw/", plans.WithdrawDelivery.as_view(), name="delivery-withdraw"),
    path("deliveries/<int:pk>/proof/", plans.DeliveryProof.as_view(), name="delivery-proof"),
    path("followups/", calendar.Calendar.as_view(), name="followup-list"),
    path("followups/never/", lacking.NeverVisited.as_view(), name="followup-never"),
]
