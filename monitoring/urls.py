"""Addresses of monitoring."""

from django.urls import path

from monitoring import field_urls, office_urls
from monitoring.views import cases, clue_steps, clues, feeds, headings, opening, prints, runs, steps, what_if

urlpatterns = [
    *field_urls.urlpatterns,
    path("clues/", clues.ClueList.as_view(), name="clue-list"),
    path("clues/batch/", clue_steps.ClueBatch.as_view(), name="clue-batch"),
    path("clues/channels/", clues.ClueChannels.as_view(), name="clue-channels"),
    path("clues/<uuid:uid>/", clues.ClueDetail.as_view(), name="clue-detail"),
    path("clues/<uuid:uid>/print/", prints.CluePrint.as_view(), name="clue-print"),
    path("clues/<uuid:uid>/<slug:action>/", steps.ClueStep.as_view(), name="clue-step"),
    path("cases/", cases.CaseList.as_view(), name="case-list"),
    path("cases/<uuid:uid>/", cases.CaseDetail.as_view(), name="case-detail"),
    path("cases/<uuid:uid>/<slug:action>/", steps.CaseStep.as_view(), name="case-step"),
    path("households/<uuid:uid>/clue/", opening.NewClue.as_view(), name="clue-new"),
    path("households/<uuid:uid>/case/", opening.NewCase.as_view(), name="case-new"),
    path("feeds/", feeds.FeedList.as_view(), name="feed-list"),
    path("feeds/uploads/<uuid:uid>/", headings.FeedHeadings.as_view(), name="feed-headings"),
    path("feeds/uploads/<uuid:uid>/replace/<int:rows>/", headings.FeedReplace.as_view(), name="feed-replace"),
    path("feeds/headings/<uuid:uid>/forget/", headings.HeadingForget.as_view(), name="heading-forget"),
    path("feeds/<uuid:uid>/", feeds.FeedDetail.as_view(), name="feed-detail"),
    path("feeds/<uuid:uid>/reply/", feeds.FeedReplyGiven.as_view(), name="feed-reply"),
    path("feeds/<uuid:uid>/errors/", feeds.FeedErrors.as_view(), name="feed-errors"),
    path("runs/", runs.RunList.as_view(), name="run-list"),
    path("runs/what-if/", what_if.WhatIfPage.as_view(), name="what-if"),
    path("runs/<uuid:uid>/changes/<slug:kind>/", runs.RunChanges.as_view(), name="run-changes"),
    path("runs/<uuid:uid>/", runs.RunDetail.as_view(), name="run-detail"),
    *office_urls.urlpatterns,
]
