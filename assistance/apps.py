from django.apps import AppConfig


class AssistanceConfig(AppConfig):
    name = "assistance"
    verbose_name = "帮扶"

    def ready(self) -> None:
        """Put the exit check and the list of help into monitoring's registries and listen for enrolments."""
        from assistance import papers
        from assistance.exit import register_check
        from assistance.listeners import listen

        register_check()
        papers.tell()
        listen()
