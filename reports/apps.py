from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "台账"

    def ready(self) -> None:
        """Put the steps of month closings and the editions under seal; enter parameters, the hand-over's list and what
        records say against the last visit."""
        from accounts.audit_words import add_names
        from accounts.handover import add_listing
        from accounts.seals import add_sealed
        from monitoring.policy import add_parameters
        from monitoring.visit_records import add_teller
        from reports.asof.incomes import PAIR_READING
        from reports.closing_parameters import PARAMETERS as CLOSING
        from reports.desk.handover import handover_rows
        from reports.household.contrary import contrary
        from reports.indicators.parameters import PARAMETERS
        from reports.models import ClosingStep, Edition, EditionSheet, ExportRun, LayoutTerm, LedgerLayout

        add_sealed(ClosingStep, "月度结账步骤")
        add_sealed(Edition, "结账版")
        add_sealed(EditionSheet, "封存台账")
        add_sealed(LedgerLayout, "台账版式")
        add_sealed(LayoutTerm, "版式启用")
        add_parameters(*CLOSING, *PARAMETERS, PAIR_READING)
        add_names({ExportRun.SET: "整套"})
        add_listing(handover_rows)
        add_teller("guarantees", contrary)
