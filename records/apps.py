from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "records"
    verbose_name = "业务底册"

    def ready(self) -> None:
        """Enter the rights of books, the rights and terms of problems, and put problems' steps under seal."""
        from accounts.audit_words import add_names
        from accounts.navigation import show_only_if
        from accounts.seals import add_sealed
        from monitoring.policy import PARAMETERS
        from monitoring.workflow.describe import add_section
        from records import permissions  # noqa: F401  (enters the rights of books)
        from records.models import ProblemStep
        from records.problems.describe import section
        from records.problems.rights import enter_parameters, enter_rights
        from records.readings import books_in

        add_section(section)
        show_only_if("book-list", lambda scope: bool(books_in(scope)))
        enter_rights()
        enter_parameters()
        add_names({key: PARAMETERS[key].title for key in PARAMETERS if key.startswith("problem_")})
        add_sealed(ProblemStep, "问题办理记录")
        add_sealed(ProblemStep.files.through, "问题办理记录的附件")
