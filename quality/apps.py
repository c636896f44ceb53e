from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "quality"
    verbose_name = "数据质量"

    def ready(self) -> None:
        """Enter the parameters of the checks, and the checks where values are entered and cases are handed in."""
        from accounts.audit_words import add_names
        from accounts.seals import add_sealed
        from households.entry_checks import add_entry_check
        from monitoring.policy import PARAMETERS
        from monitoring.submission_checks import add_submission_check
        from quality.checks.base import enter_parameters
        from quality.entry import entered_values, visited_values
        from quality.models import Exemption, ExemptionStep
        from quality.services import checking, exemptions  # noqa: F401  (they declare parameters)
        from quality.submission import of_household

        enter_parameters()
        add_names({key: one.title for key, one in PARAMETERS.items() if key.startswith("quality_")})
        add_entry_check("quality", entered_values)
        add_entry_check("quality_visit", visited_values)
        add_submission_check("quality", of_household)
        add_sealed(Exemption, "豁免申请")
        add_sealed(ExemptionStep, "豁免办理")
