"""Addresses of one household's pages that read every floor, and of the search."""

from django.urls import path

from reports.views import find, household

urlpatterns = [
    path("find/", find.Find.as_view(), name="find"),
    path("households/<uuid:uid>/", household.HouseholdDetail.as_view(), name="household-detail"),
    path("households/<uuid:uid>/story/", household.HouseholdStory.as_view(), name="household-story"),
]
