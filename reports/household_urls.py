"""Addresses of one household's pages that read every floor, of the search and of the news."""

from django.urls import path

from reports.views import find, handover, home, household

urlpatterns = [
    path("news/", home.News.as_view(), name="news"),
    path("handover/", handover.HandOverList.as_view(), name="handover-list"),
    path("find/", find.Find.as_view(), name="find"),
    path("households/<uuid:uid>/", household.HouseholdDetail.as_view(), name="household-detail"),
    path("households/<uuid:uid>/story/", household.HouseholdStory.as_view(), name="household-story"),
]
