"""Addresses of the register."""

from django.urls import path

from households.api import imports, life, reveal, views

urlpatterns = [
    path("households/", views.HouseholdsView.as_view(), name="api-households"),
    path("households/find/", reveal.FindView.as_view(), name="api-household-find"),
    path("households/<uuid:uid>/reveal-phone/", reveal.RevealPhoneView.as_view(), name="api-household-reveal-phone"),
    path("persons/<uuid:uid>/reveal/", reveal.RevealPersonView.as_view(), name="api-person-reveal"),
    path("households/<uuid:uid>/", views.HouseholdView.as_view(), name="api-household"),
    path("households/<uuid:uid>/incomes/", views.IncomesView.as_view(), name="api-incomes"),
    path("households/<uuid:uid>/conditions/", views.ConditionsView.as_view(), name="api-conditions"),
    path("households/<uuid:uid>/life-events/", views.LifeEventsView.as_view(), name="api-life-events"),
    path("persons/<uuid:uid>/", views.PersonView.as_view(), name="api-person"),
    *(
        path(f"households/<uuid:uid>/{verb}/", view.as_view(), name=f"api-household-{verb}")
        for verb, view in life.HOUSEHOLD_VIEWS.items()
    ),
    *(
        path(f"persons/<uuid:uid>/{verb}/", view.as_view(), name=f"api-person-{verb}")
        for verb, view in life.PERSON_VIEWS.items()
    ),
    path("change-proposals/<uuid:uid>/decide/", life.DecideView.as_view(), name="api-change-proposal-decide"),
    path("change-proposals/", views.ProposalsView.as_view(), name="api-change-proposals"),
    path("register-imports/", imports.ImportsView.as_view(), name="api-register-imports"),
    path("register-imports/<uuid:uid>/", imports.ImportView.as_view(), name="api-register-import"),
    path("register-imports/<uuid:uid>/undo/", imports.UndoImportView.as_view(), name="api-register-import-undo"),
    path("register-imports/<uuid:uid>/errors/", imports.ImportErrorsView.as_view(), name="api-register-import-errors"),
]
