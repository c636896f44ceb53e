"""Addresses of plans, measures and deliveries."""

from django.urls import path

from assistance.api import views

urlpatterns = [
    path("measure-types/", views.MeasureTypesView.as_view(), name="api-measure-types"),
    path("measure-types/retire/", views.RetireTypeView.as_view(), name="api-measure-type-retire"),
    path("plans/", views.PlansView.as_view(), name="api-plans"),
    path("episodes/<uuid:uid>/plan/", views.PlanView.as_view(), name="api-plan"),
    path("episodes/<uuid:uid>/plan/adopt/", views.AdoptView.as_view(), name="api-plan-adopt"),
    path("episodes/<uuid:uid>/measures/", views.EpisodeMeasuresView.as_view(), name="api-episode-measures"),
    path("measures/", views.MeasuresView.as_view(), name="api-measures"),
    path("measures/<uuid:uid>/", views.MeasureView.as_view(), name="api-measure"),
    path("measures/<uuid:uid>/cancel/", views.CancelView.as_view(), name="api-measure-cancel"),
    path("measures/<uuid:uid>/end/", views.EndView.as_view(), name="api-measure-end"),
    path("measures/<uuid:uid>/confirm/", views.ConfirmView.as_view(), name="api-measure-confirm"),
    path("measures/<uuid:uid>/deliveries/", views.DeliveriesView.as_view(), name="api-deliveries"),
    path("measures/<uuid:uid>/deliveries/<uuid:delivery>/", views.DeliveryView.as_view(), name="api-delivery"),
    path("deliveries/<uuid:uid>/withdraw/", views.WithdrawView.as_view(), name="api-delivery-withdraw"),
    path("agenda/", views.AgendaView.as_view(), name="api-agenda"),
]
