from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "人员与区划"

    def ready(self) -> None:
        """Fill the one table of rights from every app's `permissions.py`; keep sign-ins in the audit, what only
        grows under seal, and forms in plain words; add the lookup `among` to queries."""
        from accounts import among, listeners  # noqa: F401
        from accounts.form_words import use_own_words
        from accounts.models import AuditEvent, HandOverCopy
        from accounts.seals import add_sealed

        add_sealed(AuditEvent, "审计记录")
        add_sealed(HandOverCopy, "移交清单")
        autodiscover_modules("permissions")
        listeners.connect()
        use_own_words()
