from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "人员与区划"

    def ready(self) -> None:
        """Fill the one table of rights from every app's `permissions.py`; keep sign-ins in the audit."""
        from accounts import listeners

        autodiscover_modules("permissions")
        listeners.connect()
