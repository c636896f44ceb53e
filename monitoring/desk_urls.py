"""Addresses of the papers and the review of cases; looked at before monitoring/urls.py, whose last part takes any word."""

from django.urls import path

from monitoring.views import cases, prints, returns, reviews, templates

urlpatterns = [
    path("cases/<uuid:uid>/files/<int:pk>/", cases.CaseFile.as_view(), name="case-file"),
    path("cases/<uuid:uid>/papers/", prints.CasePapers.as_view(), name="case-papers"),
    path("cases/<uuid:uid>/papers/<slug:name>/", prints.CasePaper.as_view(), name="case-paper"),
    path("cases/<uuid:uid>/papers/<slug:name>/word/", templates.CasePaperWord.as_view(), name="case-paper-word"),
    path("visits/<uuid:uid>/print/", prints.VisitPrint.as_view(), name="visit-print"),
    path("households/<uuid:uid>/blanks/<slug:name>/", prints.BlankForm.as_view(), name="household-blank"),
    path("blanks/", prints.BlankList.as_view(), name="blank-list"),
    path("blanks/<slug:name>/", prints.BlankForm.as_view(), name="blank-form"),
    path("reviews/sheet/<slug:level>/", prints.ReviewSheet.as_view(), name="review-sheet"),
    path("reviews/", reviews.ReviewQueue.as_view(), name="review-list"),
    path("reviews/batch/", reviews.ReviewBatch.as_view(), name="review-batch"),
    path("reviews/returns/", returns.ReturnCounts.as_view(), name="return-counts"),
    path("reviews/returns/list/", returns.ReturnList.as_view(), name="return-list"),
    path("reviews/reasons/", returns.ReturnReasons.as_view(), name="return-reasons"),
    path("reviews/<uuid:uid>/", reviews.Review.as_view(), name="review-decide"),
    path("templates/", templates.TemplateList.as_view(), name="template-list"),
    path("templates/<slug:name>/", templates.TemplateFile.as_view(), name="template-file"),
]
