"""Addresses of people, places and papers."""

from django.urls import path

from accounts.api import views

urlpatterns = [
    path("token/", views.TokenView.as_view(), name="api-token"),
    path("me/", views.MeView.as_view(), name="api-me"),
    path("divisions/", views.DivisionListView.as_view(), name="api-divisions"),
    path("files/", views.FileView.as_view(), name="api-files"),
    path("audit-events/", views.AuditView.as_view(), name="api-audit-events"),
]
