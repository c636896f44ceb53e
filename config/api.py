"""The API's addresses, its OpenAPI document and its page; mounted at /api/."""

from __future__ import annotations

from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path, re_path
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from accounts.api.errors import NOT_FOUND


@csrf_exempt
def nothing_here(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Unknown addresses below /api/ get the API's own 404, the same as for what lies outside one's places."""
    return JsonResponse(NOT_FOUND, status=404)


# Swagger UI writes its styles and starts itself inline; this one page may, no other.
@method_decorator(
    csp_update({"script-src": [SELF, UNSAFE_INLINE], "style-src": [SELF, UNSAFE_INLINE]}), name="dispatch"
)
class DocsView(LoginRequiredMixin, SpectacularSwaggerView):
    """The page that shows the document and tries it out."""


v1 = [
    path("", include("accounts.api.urls")),
    path("", include("households.api.urls")),
    path("", include("monitoring.api.urls")),
    path("", include("assistance.api.urls")),
    path("", include("records.api.urls")),
    path("", include("quality.api.urls")),
    path("", include("reports.api.urls")),
]
urlpatterns = [
    path("v1/", include(v1)),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", DocsView.as_view(url_name="api-schema"), name="api-docs"),
    re_path(r"^.*$", nothing_here),
]
