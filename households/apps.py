from django.apps import AppConfig


class HouseholdsConfig(AppConfig):
    name = "households"
    verbose_name = "农户档案"

    def ready(self) -> None:
        """A helper's households go with his post; names are found by their letters."""
        from accounts.handover import add_belongings
        from households import names  # noqa: F401
        from households.services.helpers import HelpedHouseholds

        add_belongings(HelpedHouseholds())
