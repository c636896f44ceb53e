"""The composition root as an application: its commands and its checks; no models."""

from django.apps import AppConfig


class RootConfig(AppConfig):
    name = "config"
    verbose_name = "运行"

    def ready(self) -> None:
        from config import checks  # noqa: F401  (registers them)
