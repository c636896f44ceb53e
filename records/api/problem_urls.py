"""Addresses of problems."""

from django.urls import path

from records.api import problems

urlpatterns = [
    path("problems/", problems.ProblemsView.as_view(), name="api-problems"),
    path("problems/raise/", problems.RaiseView.as_view(), name="api-problems-raise"),
    path("problems/<uuid:uid>/", problems.ProblemView.as_view(), name="api-problem"),
    *(
        path(f"problems/<uuid:uid>/{action}/", view.as_view(), name=f"api-problem-{action}")
        for action, view in problems.STEPS.items()
    ),
]
