"""Addresses of department files, matching, policy, clues, cases, visits and episodes."""

from django.urls import path

from monitoring.api import cases, clues, episodes, feeds, policy, runs, visits

urlpatterns = [
    path("feeds/", feeds.FeedListView.as_view(), name="api-feeds"),
    path("feed-batches/", feeds.BatchesView.as_view(), name="api-feed-batches"),
    path("feed-batches/<uuid:uid>/", feeds.BatchView.as_view(), name="api-feed-batch"),
    path("feed-batches/<uuid:uid>/undo/", feeds.UndoBatchView.as_view(), name="api-feed-batch-undo"),
    path("feed-batches/<uuid:uid>/replies/", feeds.BatchRepliesView.as_view(), name="api-feed-batch-replies"),
    path("feed-batches/<uuid:uid>/errors/", feeds.BatchErrorsView.as_view(), name="api-feed-batch-errors"),
    path("match-runs/", runs.RunsView.as_view(), name="api-match-runs"),
    path("match-runs/<uuid:uid>/", runs.RunView.as_view(), name="api-match-run"),
    path("match-runs/<uuid:uid>/confirm/", runs.ConfirmRunView.as_view(), name="api-match-run-confirm"),
    path("match-runs/<uuid:uid>/hits/", runs.HitsView.as_view(), name="api-match-run-hits"),
    path("match-runs/<uuid:uid>/compare/", runs.CompareView.as_view(), name="api-match-run-compare"),
    path("policy-parameters/", policy.PolicyView.as_view(), name="api-policy"),
    path("policy-parameters/<slug:key>/", policy.ParameterView.as_view(), name="api-policy-parameter"),
    path("clues/", clues.CluesView.as_view(), name="api-clues"),
    path("clues/batch/", clues.BatchView.as_view(), name="api-clues-batch"),
    path("clues/<uuid:uid>/", clues.ClueView.as_view(), name="api-clue"),
    path("clues/<uuid:uid>/explanation/", clues.ExplanationView.as_view(), name="api-clue-explanation"),
    *(
        path(f"clues/<uuid:uid>/{action}/", view.as_view(), name=f"api-clue-{action}")
        for action, view in clues.STEPS.items()
    ),
    path("cases/", cases.CasesView.as_view(), name="api-cases"),
    path("cases/<uuid:uid>/", cases.CaseView.as_view(), name="api-case"),
    path("cases/<uuid:uid>/comparison-draft/", cases.ComparisonDraftView.as_view(), name="api-case-draft"),
    *(
        path(f"cases/<uuid:uid>/{action}/", view.as_view(), name=f"api-case-{action}")
        for action, view in cases.STEPS.items()
    ),
    path("visits/", visits.VisitsView.as_view(), name="api-visits"),
    path("visits/<uuid:uid>/", visits.VisitView.as_view(), name="api-visit"),
    path("episodes/", episodes.EpisodesView.as_view(), name="api-episodes"),
    path("episodes/<uuid:uid>/", episodes.EpisodeView.as_view(), name="api-episode"),
    path("episodes/<uuid:uid>/exit-checks/", episodes.ExitView.as_view(), name="api-exit-checks"),
    path("episodes/<uuid:uid>/cancel/", episodes.CancelEpisodeView.as_view(), name="api-episode-cancel"),
]
