"""L3 and T4: clues as their transitions say on any day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from builders import make_household
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ledger_histories import undone
from ledger_sheets import Written

from accounts.models import Division
from monitoring.models import Clue, Transition
from reports.ledgers import LEDGERS
from reports.ledgers.base import Reading
from reports.ledgers.summary import SummaryLedger

OUTCOMES = ("化解", "纳入", "不纳入", "其他办结", "办理中")


def test_a_clue_on_every_day_of_its_way(office: Any, written: Callable[..., Written]) -> None:
    clue = office.clue(make_household(office.village), who=office.bureau)
    office.wait(1)
    clue = office.do(clue, "dispatch", office.bureau)
    clue = office.do(clue, "dispatch", office.township)
    office.wait(2)
    clue = office.check(clue, "unfounded")
    office.wait(1)
    office.do(clue, "close_unfounded", office.owner, note="收入稳定，已报销")
    told = []
    for day in range(10, 15):
        (row,) = written("L3", as_of=date(2026, 11, day)).rows
        checked = row["核实日期"]
        told.append((row["处理方式"], checked and checked.day, row["核实结论"], row["不纳入理由"]))
    assert told == [
        ("待分派（县）", None, None, None),
        ("待核实", None, None, None),
        ("待核实", None, None, None),
        ("已核实", 13, "不属实", None),
        ("不纳入", 13, "不属实", "收入稳定，已报销"),
    ]
    assert row["核实人"] == "owner、township"
    assert (row["分派日期"].day, row["核实时限"].day, row["是否超期"]) == (11, 14, "否")


def test_the_term_of_a_check_runs_from_when_the_village_was_asked(office: Any, written: Callable[..., Written]) -> None:
    """However it came to be asked: by hearing of it itself, by dispatch, by a clue that was taken up again."""

    def terms(day: int) -> list[Any]:
        return [due and (due.month, due.day) for due in written("L3", as_of=date(2026, 11, day)).column("核实时限")]

    own = office.clue(make_household(office.village))
    sent = office.do(office.clue(make_household(office.village), who=office.bureau), "dispatch", office.bureau)
    assert terms(10) == [(11, 13), None]
    office.wait(2)
    office.do(sent, "dispatch", office.township)
    own = office.check(own, "partly")
    office.do(own, "close_watched", office.owner, note="看到年底", data={"next_review_on": "2026-12-01"})
    office.wait(4)
    office.do(own, "reopen", office.owner)
    assert terms(15) == [(11, 13), (11, 15)]
    assert terms(16) == [(11, 19), (11, 15)]


def test_a_reopened_clue_is_in_hand_again_and_was_not_before(office: Any, written: Callable[..., Written]) -> None:
    clue = office.check(office.clue(make_household(office.village)), "partly")
    later = {"next_review_on": "2026-12-01"}
    office.do(clue, "close_watched", office.owner, note="看到年底", data=later)
    office.wait(21)
    office.do(clue, "reopen", office.owner)
    assert written("L3", as_of=date(2026, 11, 30)).column("处理方式") == ["持续关注"]
    (row,) = written("L3").rows
    assert (row["处理方式"], row["核实日期"], row["核实结论"]) == ("待核实", None, None)
    then, now = (written("T4", as_of=day).totals for day in (date(2026, 11, 30), date(2026, 12, 1)))
    assert [then[name] for name in ("已核实", "属实", *OUTCOMES)] == [1, 1, 0, 0, 0, 1, 0]
    assert [now[name] for name in ("已核实", "属实", *OUTCOMES)] == [0, 0, 0, 0, 0, 0, 1]


def test_late_is_what_the_county_had_not_decided_by_its_term(office: Any, written: Callable[..., Written]) -> None:
    office.clue(make_household(office.village))
    office.wait(15)
    assert written("T4").totals["超期"] == 0
    office.wait(1)
    assert (written("T4").totals["超期"], written("L3").column("是否超期")) == (1, ["是"])
    assert written("T4", as_of=date(2026, 11, 25)).totals["超期"] == 0


def test_an_enrolment_in_time_is_not_late_though_recorded_after_the_term(
    office: Any, written: Callable[..., Written]
) -> None:
    home = make_household(office.village, category="一般农户")
    clue = office.clue(home)
    office.wait(5)
    case = office.case_of(office.check(clue))
    for stage in (office.prepared, office.posted, office.submitted, office.decided, office.recorded):
        case = stage(case)
    assert case.decided_on < clue.decision_due_on < timezone.localdate()
    (row,) = written("L3").rows
    assert (row["处理方式"], row["是否超期"], row["人员类别"]) == ("纳入", "否", "一般农户")
    totals = written("T4").totals
    assert [totals[name] for name in ("合计", "线索来源·排查", *OUTCOMES)] == [1, 1, 0, 1, 0, 0, 0]
    (monitored,) = written("L1").rows
    assert monitored["户编号"] == home.number


def test_numbers_of_persons_stay_masked_in_what_people_wrote(office: Any, written: Callable[..., Written]) -> None:
    home = make_household(office.village)
    number = home.memberships.first().person.id_number
    clue = office.clue(home)
    Clue.objects.filter(pk=clue.pk).update(warning=f"身份证{number}的费用")
    assert written("L3").column("预警内容") == [f"身份证{number[:6]}************的费用"]


STATES = [*Clue.OPEN_STATES, *(state for state in Clue.State if state not in Clue.OPEN_STATES)]
walks = st.lists(
    st.tuples(st.integers(0, 2), st.lists(st.tuples(st.integers(0, 40), st.sampled_from(STATES)), max_size=4)),
    max_size=12,
)


@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(walks, st.integers(0, 45))
def test_whatever_happened_the_outcomes_add_up_and_each_figure_is_its_list(
    places: Any, walks: list[tuple[int, list[tuple[int, str]]]], n: int
) -> None:
    villages = [places[code] for code in ("990101100201", "990101100202", "990101101201")]
    with undone():
        for serial, (where, steps) in enumerate(walks):
            _walk(serial, villages[where], steps)
        _adds_up(places, date.fromordinal(date(2026, 9, 1).toordinal() + n))


def _adds_up(places: Any, on: date) -> None:
    ledger = LEDGERS["T4"]
    assert isinstance(ledger, SummaryLedger)
    county, township = (ledger.table(Reading(places[code], on)) for code in ("990101000000", "990101100000"))
    for place, (unit, row) in enumerate([*county, *township]):
        keys = ("solved", "enrolled", "refused", "laid_aside", "open")
        assert row["received"] == sum(row[key] for key in keys)
        assert row["received"] == sum(row[key] for key in row if key.startswith("from_"))
        assert row["ended"] == row["received"] - row["open"]
        for figure in ledger.figures if place in (0, 2) else ():
            if figure.add is None:
                assert ledger.cell(unit, figure.key, Reading(unit, on)).count() == row[figure.key], figure.key
    assert county[0][1]["open"] == sum(row["open"] for _, row in township)


def _walk(serial: int, village: Division, steps: list[tuple[int, str]]) -> None:
    start = date(2026, 9, 1).toordinal()
    clue = Clue.objects.create(
        number=f"XS{serial:04d}",
        household=make_household(village, members=[]),
        village=village,
        risk="因病",
        channel="03",
        received_on=date(2026, 9, 1),
        state=steps[-1][1] if steps else "at_county",
        decision_due_on=date(2026, 9, 16),
        recorded_at=timezone.now(),
    )
    source = "at_county"
    for day, target in [(0, source), *sorted(steps, key=lambda step: step[0])]:
        Transition.objects.create(
            clue=clue,
            action="register" if target == source else "dispatch",
            source="" if day == 0 and target == source else source,
            target=target,
            happened_on=date.fromordinal(start + day),
            recorded_at=timezone.now(),
        )
        source = target
