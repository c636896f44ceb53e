from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = "监测预警"

    def ready(self) -> None:
        """Give the register import the columns that belong to monitoring; let open work follow who moves or leaves."""
        from accounts.handover import add_belongings
        from households.moves import on_move
        from households.register import add_part
        from monitoring.handover import WaitingWork
        from monitoring.services.moves import RegisterMoves, follow_households
        from monitoring.services.register_episodes import RegisterEpisodes

        add_part(RegisterEpisodes())
        add_part(RegisterMoves())
        on_move(follow_households)
        add_belongings(WaitingWork())
