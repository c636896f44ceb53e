from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = "监测预警"

    def ready(self) -> None:
        """Give the register import the columns that belong to monitoring; let open work follow who moves or leaves."""
        from accounts.audit_words import add_names
        from accounts.handover import add_belongings
        from accounts.seals import add_sealed
        from households.moves import on_move
        from households.register import add_part
        from monitoring.feeds import FEEDS
        from monitoring.handover import WaitingWork
        from monitoring.models import DutyTaken, Transition
        from monitoring.policy import PARAMETERS
        from monitoring.services.moves import RegisterMoves, follow_households
        from monitoring.services.register_episodes import RegisterEpisodes

        add_part(RegisterEpisodes())
        add_part(RegisterMoves())
        on_move(follow_households)
        add_belongings(WaitingWork())
        add_sealed(Transition, "办理记录")
        add_sealed(Transition.files.through, "办理记录的附件")
        add_sealed(DutyTaken, "职责分离")
        add_names({feed.name: feed.title for feed in FEEDS.values()})
        add_names({parameter.key: parameter.title for parameter in PARAMETERS.values()})
