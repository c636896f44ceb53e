"""Addresses of one household's pages that read every floor, of the search, of the news and of the counts."""

from django.urls import path

from reports.views import find, handover, home, household

urlpatterns = [
    path("counts/", home.DeskCounts.as_view(), name="desk-counts"),
    path("news/", home.News.as_view(), name="news"),
    path("handover/", handover.HandOverList.as_view(), name="handover-list"),
    path("handover/print/", handover.HandOverPrint.as_view(), name="handover-print"),
    path("handover/<int:pk>/", handover.HandOverCopyPage.as_view(), name="handover-copy"),
    path("handover/<int:pk>/print/", handover.HandOverCopyPrint.as_view(), name="handover-copy-print"),
    path("find/", find.Find.as_view(), name="find"),
    path("households/<uuid:uid>/", household.HouseholdDetail.as_view(), name="household-detail"),
    path("households/<uuid:uid>/collection/", household.HouseholdCollection.as_view(), name="household-collection"),
    path("households/<uuid:uid>/story/", household.HouseholdStory.as_view(), name="household-story"),
]
