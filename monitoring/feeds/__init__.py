"""The feeds of contract section 3, by name, in its order."""

from monitoring.feeds.agriculture import INDUSTRY_LOSSES
from monitoring.feeds.assets import COMPANIES, PROPERTIES, PUBLIC_PAYROLL, VEHICLES
from monitoring.feeds.base import Fact, Feed
from monitoring.feeds.civil_affairs import WELFARE_CHANGES
from monitoring.feeds.disabled_federation import DISABILITY
from monitoring.feeds.education import EDUCATION_COSTS, SCHOOL_DROPOUT
from monitoring.feeds.emergency import DISASTERS
from monitoring.feeds.health import MAJOR_DISEASE
from monitoring.feeds.housing import HOUSING
from monitoring.feeds.human_resources import EMPLOYMENT
from monitoring.feeds.medical_insurance import INSURANCE_STATUS, MEDICAL_COSTS
from monitoring.feeds.petitions import HOTLINE
from monitoring.feeds.public_security import ACCIDENTS, POPULATION_CHANGES
from monitoring.feeds.water import WATER

__all__ = ["FEEDS", "Fact", "Feed"]

FEEDS: dict[str, Feed] = {
    feed.name: feed
    for feed in (
        MEDICAL_COSTS,
        INSURANCE_STATUS,
        MAJOR_DISEASE,
        SCHOOL_DROPOUT,
        EDUCATION_COSTS,
        WELFARE_CHANGES,
        DISABILITY,
        HOUSING,
        WATER,
        DISASTERS,
        EMPLOYMENT,
        POPULATION_CHANGES,
        ACCIDENTS,
        INDUSTRY_LOSSES,
        VEHICLES,
        PROPERTIES,
        COMPANIES,
        PUBLIC_PAYROLL,
        HOTLINE,
    )
}
