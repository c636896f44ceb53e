"""Zero-employment families (零就业家庭): somebody is able to work, and nobody works on the day."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from records.work import nobody_works, somebody_able, somebody_untold, somebody_works
from reports.indicators.base import Indicator, at_most
from reports.indicators.populations import of_scope
from reports.ledgers.base import Reading
from reports.ledgers.summary import Figure, Source
from reports.ledgers.telling import Told

WORKING, NOBODY, UNKNOWN = 1, 0, 2
_WORDS = {WORKING: "有人就业", NOBODY: "有劳动力，当天没有人就业", UNKNOWN: "劳动力的务工情况没有登记全"}


def _families(reading: Reading) -> QuerySet[Any]:
    """Households with a member able to work; `work` is WORKING, NOBODY, or UNKNOWN where not all are recorded."""
    clocks = ("pk", reading.on, reading.known_at)
    rows = of_scope("indicator_zero_job_scope", reading).filter(somebody_able(*clocks))
    return rows.annotate(
        work=Case(
            When(somebody_works(*clocks), then=Value(WORKING)),
            When(somebody_untold(*clocks), then=Value(UNKNOWN)),
            default=Value(NOBODY),
            output_field=IntegerField(),
        )
    )


def _jobless(reading: Reading) -> QuerySet[Any]:
    """Those of whom it is told that nobody works."""
    return of_scope("indicator_zero_job_scope", reading).filter(nobody_works("pk", reading.on, reading.known_at))


ZERO_JOB = Indicator(
    "Z6",
    "零就业家庭",
    "六盘水市2022年工作部署、衡阳县增收三年行动（2022）：有劳动力家庭至少一人就业，动态清零",
    "户",
    {
        "families": Source(_families, "", lambda row: Told(None, _WORDS[row.work]), marks=("work",)),
        "jobless": Source(_jobless, "", lambda row: Told(None, _WORDS[NOBODY])),
    },
    (
        Figure("families", "families"),
        Figure("jobless", "jobless"),
        Figure("job_unknown", "families", Q(work=UNKNOWN)),
    ),
    (("有劳动力户", ("families",)), ("零就业户", ("jobless",)), ("未登记户", ("job_unknown",))),
    at_most("indicator_zero_job_target", ("jobless",), lambda f, _: f["families"] > f["job_unknown"], "job_unknown"),
    "indicator_zero_job_target",
    ("indicator_zero_job_scope",),
    printed=("零就业户",),
    note="劳动力按户籍库的劳动技能，就业按务工册和公益岗册当天的登记；劳动力没有登记务工情况的户不算就业，也不算零就业。",
)
