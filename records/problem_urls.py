"""Addresses of problems."""

from django.urls import path

from records.views import problems, problems_new

urlpatterns = [
    path("problems/", problems.ProblemList.as_view(), name="problem-list"),
    path("problems/new/", problems_new.ProblemNew.as_view(), name="problem-new"),
    path("problems/import/", problems_new.ProblemImport.as_view(), name="problem-import"),
    path("problems/raise/", problems.ProblemRaise.as_view(), name="problem-raise"),
    path("problems/<uuid:uid>/", problems.ProblemDetail.as_view(), name="problem-detail"),
    path("problems/<uuid:uid>/<slug:action>/", problems.ProblemStepPage.as_view(), name="problem-step"),
    path("households/<uuid:uid>/problem/", problems_new.ProblemNew.as_view(), name="problem-new-household"),
]
