"""Addresses of the register."""

from django.urls import path

from households.views import households

urlpatterns = [
    path("households/", households.HouseholdList.as_view(), name="household-list"),
    path("households/<uuid:uid>/", households.HouseholdDetail.as_view(), name="household-detail"),
]
