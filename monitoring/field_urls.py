"""Addresses of what is entered in the village: home visits, own applications."""

from django.urls import path

from monitoring.views import applications, apply, visit_pages, visits

_VISIT = "households/<uuid:uid>/visit/"
urlpatterns = [
    path(_VISIT, visits.NewVisit.as_view(), name="visit-new"),
    path(f"{_VISIT}check/", visits.VisitCheck.as_view(), name="visit-check"),
    path(f"{_VISIT}files/", visits.VisitFiles.as_view(), name="visit-files"),
    path(f"{_VISIT}files/<slug:sha256>/", visits.VisitDraftFile.as_view(), name="visit-draft-file"),
    path(f"{_VISIT}<slug:section>/", visits.VisitSection.as_view(), name="visit-section"),
    path("visits/<uuid:uid>/", visit_pages.VisitDetail.as_view(), name="visit-detail"),
    path("visits/<uuid:uid>/files/<slug:sha256>/", visit_pages.VisitFile.as_view(), name="visit-file"),
    path("apply/state/", apply.ApplicationState.as_view(), name="apply-state"),
    path("apply/<str:token>/", apply.Apply.as_view(), name="apply"),
    path("applications/", applications.ApplicationList.as_view(), name="application-list"),
    path("applications/new/", applications.ApplicationNew.as_view(), name="application-new"),
    path("applications/posters/<slug:code>/", applications.ApplicationPosters.as_view(), name="application-posters"),
    path("applications/poster/<slug:code>/", applications.ApplicationPoster.as_view(), name="application-poster"),
    path("applications/<uuid:uid>/", applications.ApplicationDetail.as_view(), name="application-detail"),
]
