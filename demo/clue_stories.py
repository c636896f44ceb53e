"""How a clue is dealt with: dispatched, checked at home, closed with a reason or led to an identification."""

from __future__ import annotations

from datetime import datetime, timedelta

from demo.case_stories import identification
from demo.deeds import Deeds
from demo.stage import CHINA, Story
from households.models import Category, Household
from monitoring.models import Case, Clue, Episode, Visit
from monitoring.workflow.opening import ENROLLABLE, latest_episode, open_case_of

# Of a hundred clues from departments, how each ends (domain study 6.6: 1 to 5 % are enrolled). `left` ones stay lying.
DEPARTMENT_ENDS = [
    ("unfounded", 50),
    ("solved", 21),
    ("watched", 9),
    ("not_met", 5),
    ("identify", 6),
    ("triaged", 5),
    ("left", 4),
]
REASONS = {
    "unfounded": "入户核实，收入稳定，费用已由医保和家庭承担，不存在返贫风险",
    "solved": "已落实医疗救助和临时救助，困难已化解",
    "watched": "目前生活能够维持，列入持续关注，到期复核",
    "not_met": "全家外出，电话未能接通",
    "triaged": "经核，该人员已去世或属重复推送",
}
FINDINGS = {
    "unfounded": Visit.Finding.UNFOUNDED,
    "solved": Visit.Finding.PARTLY,
    "watched": Visit.Finding.PARTLY,
    "not_met": Visit.Finding.NOT_MET,
    "identify": Visit.Finding.TRUE,
}
CLOSES = {
    "unfounded": "close_unfounded",
    "solved": "close_solved",
    "watched": "close_watched",
    "not_met": "close_unverifiable",
}


def from_department(deeds: Deeds, clue: Clue) -> Story:
    """A clue that the monthly match opened, from the county down to the village."""
    stage = deeds.stage
    ends, weights = zip(*DEPARTMENT_ENDS, strict=True)
    end = stage.random.choices(ends, weights)[0]
    at = yield stage.later(clue.recorded_at, 0, 2)
    if end == "triaged":
        deeds.step(clue, "close_unfounded", deeds.triage, at, REASONS[end])
        return
    deeds.step(clue, "dispatch", deeds.triage, at)
    at = yield stage.later(at, 0, 2)
    if end == "left":
        return
    deeds.step(clue, "dispatch", deeds.clerk(clue), at)
    yield from check_and_close(deeds, clue, end)


def check_and_close(deeds: Deeds, clue: Clue, end: str) -> Story:
    """The village's part."""
    stage = deeds.stage
    clue.refresh_from_db()
    last = clue.transitions.latest("id").recorded_at
    at = yield stage.later(last, 1, 4)
    low = end == "identify"
    deeds.check(clue, at, FINDINGS[end], stage.random.randint(6200, 8500) if low else stage.random.randint(9300, 16000))
    at = yield at + timedelta(hours=2)
    if end == "identify":
        yield from _lead_on(deeds, clue, at + timedelta(hours=1))
        return
    review = (at.astimezone(CHINA).date() + timedelta(days=60)).isoformat() if end in ("watched", "not_met") else None
    deeds.step(clue, CLOSES[end], deeds.cadre(clue), at, REASONS[end], next_review_on=review)
    if clue.reporter:
        at = yield stage.later(at, 1, 2)
        deeds.step(clue, "tell_reporter", deeds.cadre(clue), at, "已当面告知核实结果")


def _lead_on(deeds: Deeds, clue: Clue, at: datetime) -> Story:
    """A true risk: into the running episode, or to an identification."""
    at = yield at
    household = Household.objects.get(pk=clue.household_id)
    last = latest_episode(household)
    if last is not None and last.state == Episode.State.MONITORED:
        deeds.step(clue, "join_episode", deeds.cadre(clue), at, "监测期内新增风险，并入一户一策")
        return
    running = open_case_of(household)
    if running is not None and running.state not in ("preparing", "appraising"):
        deeds.step(clue, "close_solved", deeds.cadre(clue), at, "该户正在办理认定，风险一并处理")
        return
    risk = clue.risk if clue.risk in ENROLLABLE else "因病"
    deeds.step(clue, "identify", deeds.cadre(clue), at, monitored_type=_type(household), risks=[risk])
    if running is None:
        case = Case.objects.open().get(household=household)
        deeds.stage.begin(identification(deeds, case, at))


def _type(household: Household) -> str:
    return "脱贫不稳定户" if household.category == Category.LIFTED else "边缘易致贫户"
