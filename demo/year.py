"""The played year: department files and matches month by month, clues that people report, cases and help in between."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

from accounts.models import Division
from demo.application_stories import applied
from demo.case_stories import accompany, rolling_back
from demo.closing_stories import begin_closings
from demo.clue_stories import check_and_close, from_department
from demo.county import COUNTY, County
from demo.deeds import Deeds
from demo.family_stories import begin_births, looked_into
from demo.income_stories import begin_incomes
from demo.problem_stories import begin_problems
from demo.stage import CHINA, Story, moment
from households.models import ChangeProposal, Household
from monitoring.feeds import FEEDS
from monitoring.models import Clue, Episode
from monitoring.services.clues import open_clue
from monitoring.services.feed_replies import reply_to_department
from monitoring.services.feeds import import_feed
from monitoring.services.matching import match

YEAR_DAYS = 360
RECENT_DAYS = 26
MOST_REGISTER_EPISODES = 300
# What cadres and farmers report is mostly true.
REPORT_ENDS = [("identify", 72), ("unfounded", 12), ("solved", 12), ("not_met", 4)]
REPORT_RISKS = [
    ("因病", 38),
    ("因残", 18),
    ("缺劳动力", 12),
    ("因学", 8),
    ("因务工就业不稳", 10),
    ("因意外事故", 6),
    ("因产业项目失败", 8),
]


def begin_year(deeds: Deeds, county: County) -> None:
    """Everything but the months: register episodes, reports over the year and of the last weeks, roll-backs."""
    start = deeds.stage.now - timedelta(days=YEAR_DAYS)
    _begin_register_episodes(deeds, start)
    _begin_ways_back(deeds)
    begin_births(deeds, start, max(2, len(county.houses) // 250))
    begin_problems(deeds, start)
    begin_incomes(deeds, start)
    begin_closings(deeds, last_months(deeds.stage.now))
    households = len(county.houses)
    free = _free_households(deeds)
    for _ in range(max(4, min(34, households // 70))):
        day = start + timedelta(days=deeds.stage.random.randrange(20, YEAR_DAYS - 40))
        deeds.stage.begin(reported(deeds, free.pop(), day))
    for back in range(RECENT_DAYS):
        if households >= 1000 or back % 3 == 0:
            day = deeds.stage.now - timedelta(days=back)
            deeds.stage.begin(reported(deeds, free.pop(), day, end="identify"))
    for hours in (3, 8, 20, 30):
        deeds.stage.begin(pushed(deeds, free.pop(), deeds.stage.now - timedelta(hours=hours)))
    for hours, known in ((5, True), (26, False), (50, False)):
        deeds.stage.begin(applied(free.pop(), deeds.stage.now - timedelta(hours=hours), known=known))


def _begin_register_episodes(deeds: Deeds, start: datetime) -> None:
    """Those whom the register brought along get their plans within the first months."""
    episodes = Episode.objects.monitored().select_related("household").order_by("id")
    for episode in episodes[:MOST_REGISTER_EPISODES]:
        accompany(deeds, episode, deeds.stage.later(start, 5, 100))


def _begin_ways_back(deeds: Deeds) -> None:
    """Of the cleared households some are rolled back, some run a new risk and are identified again."""
    cleared = list(Household.objects.filter(episodes__state="cleared").order_by("id"))
    some = deeds.stage.random.sample(cleared, min(len(cleared), 6))
    for household, back in zip(some[:3], (9, 60, 150), strict=False):
        deeds.stage.begin(rolling_back(deeds, household, deeds.stage.now - timedelta(days=back)))
    for household, back in zip(some[3:], (14, 45, 120), strict=False):
        deeds.stage.begin(reported(deeds, household, deeds.stage.now - timedelta(days=back), end="identify"))


def _free_households(deeds: Deeds) -> list[Household]:
    """Households without an episode, mixed."""
    known = list(Household.objects.filter(episodes__isnull=True, needs_mending="").order_by("id"))
    deeds.stage.random.shuffle(known)
    return known


def reported(deeds: Deeds, household: Household, day: datetime, end: str = "") -> Story:
    """A clue that a farmer, a cadre or a hotline call brings."""
    stage = deeds.stage
    at = yield stage.later(day, 0, 0)
    channel = stage.random.choice(["01", "02", "02", "05"])
    risk = stage.random.choices([name for name, _ in REPORT_RISKS], [weight for _, weight in REPORT_RISKS])[0]
    by_township = channel == "05"
    clue = open_clue(
        household=household,
        risk=risk,
        channel=channel,
        actor=deeds.clerk(household) if by_township else deeds.cadre(household),
        at=at,
        content="家庭支出增加，生活困难，请求核实",
        reporter="" if channel == "02" else "本人",
    )
    if by_township:
        at = yield stage.later(at, 0, 1)
        deeds.step(clue, "dispatch", deeds.clerk(household), at)
    end = end or stage.random.choices([name for name, _ in REPORT_ENDS], [weight for _, weight in REPORT_ENDS])[0]
    yield from check_and_close(deeds, clue, end)


def pushed(deeds: Deeds, household: Household, at: datetime) -> Story:
    """A clue that the province sends down; it waits at the county."""
    at = yield at
    open_clue(
        household=household,
        risk="因意外事故",
        channel=Clue.Channel.ABOVE,
        actor=deeds.triage,
        at=at,
        content="上级平台推送，请核实",
    )


def month(deeds: Deeds, first: date, files: dict[str, Path]) -> Story:
    """The departments deliver, most by the 5th; on the 8th the county matches and deals out the clues."""
    stage = deeds.stage
    following = (first + timedelta(days=31)).replace(day=1)
    matched_at = min(moment(following + timedelta(days=7), 2), stage.now - timedelta(minutes=30))
    due: list[tuple[datetime, str]] = []
    for name in files:
        day = following + timedelta(days=stage.random.choice([1, 2, 2, 3, 3, 4, 4, 5]))
        due.append((min(moment(day, stage.random.randint(9, 16)), matched_at - timedelta(hours=1)), name))
    due.sort()
    for wanted, name in due:
        at = yield wanted
        actor = deeds.staff.liaisons[FEEDS[name].department]
        path = files[name]
        import_feed(feed=name, path=path, name=path.name, period=first, actor=actor, at=at)
    at = yield matched_at
    match(county=Division.objects.get(pk=COUNTY[0]), period=first, actor=deeds.triage, at=at)
    for proposal in ChangeProposal.objects.open().filter(proposed_at__gte=due[0][0]).order_by("id"):
        stage.begin(looked_into(deeds, proposal, at))
    for clue in Clue.objects.filter(recorded_at=at, state=Clue.State.AT_COUNTY).order_by("id"):
        stage.begin(from_department(deeds, clue))
    stage.begin(answered(deeds, first, list(files), at))


def answered(deeds: Deeds, period: date, feeds: list[str], matched_at: datetime) -> Story:
    """Two weeks later, when most clues have been looked into, the county tells each department what came of it."""
    at = yield deeds.stage.later(matched_at, 12, 13)
    for name in feeds:
        if not FEEDS[name].asset:
            reply_to_department(feed=name, period=period, note="", actor=deeds.triage, at=at)


def last_months(now: datetime, count: int = 3) -> list[date]:
    """The first days of the last whole months, oldest first."""
    first = now.astimezone(CHINA).date().replace(day=1)
    months = []
    for _ in range(count):
        first = (first - timedelta(days=1)).replace(day=1)
        months.append(first)
    return months[::-1]
