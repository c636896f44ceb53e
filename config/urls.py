"""The composition root of all addresses."""

from django.urls import URLPattern, URLResolver, include, path

from config.health import healthz, readyz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("", include("accounts.urls")),
    path("", include("households.urls")),
    path("", include("monitoring.desk_urls")),
    path("", include("monitoring.urls")),
    path("", include("assistance.urls")),
    path("", include("records.urls")),
    path("", include("quality.urls")),
    path("", include("reports.urls")),
    path("api/", include("config.api")),
]
