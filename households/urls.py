"""Addresses of the register: the list, life events, imports."""

from django.urls import path

from households.views import households, imports, life, numbers

urlpatterns = [
    path("households/", households.HouseholdList.as_view(), name="household-list"),
    path("households/<uuid:uid>/change/", life.ChangeChoose.as_view(), name="household-change"),
    path("households/<uuid:uid>/change/<slug:slug>/", life.ChangeRecord.as_view(), name="household-change-record"),
    path("households/<uuid:uid>/number/", numbers.ShowNumber.as_view(), name="household-number"),
    path("proposals/<uuid:uid>/", life.ProposalDecide.as_view(), name="proposal-decide"),
    path("register/", imports.ImportList.as_view(), name="register-list"),
    path("register/<uuid:uid>/", imports.ImportDetail.as_view(), name="register-detail"),
    path("register/<uuid:uid>/errors/", imports.ImportErrors.as_view(), name="register-errors"),
]
