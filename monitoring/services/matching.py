"""The monthly match of a county: every rule over all feeds up to the period (contract section 5)."""

from __future__ import annotations

import logging
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pandas as pd
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from accounts.errors import Conflict, Refused
from accounts.jobs import MOST_ATTEMPTS, Lease, Overtaken
from accounts.models import Division, User
from accounts.permissions import require
from accounts.services.audit import record
from monitoring.match_explain import Library, rows_behind
from monitoring.match_frames import County, read_county, register_frame
from monitoring.match_lease import business_lock, commits_without_waiting, take
from monitoring.match_rows import rule_frame
from monitoring.match_store import Findings, last_incomes, standing_hits, store_batch
from monitoring.matching import ATTACHED, Fired, Outcome, firings, income_anew, judge
from monitoring.models import FeedBatch, Hit, MatchRun
from monitoring.rules import FEED_RULES, REGISTER, RULES, Rule
from monitoring.rules.income import low_income
from monitoring.services.feed_volume import volume_warnings
from monitoring.services.late_rows import link_late_rows_for
from monitoring.services.population import propose_population_changes
from monitoring.services.runs import RUN_MATCH, already_open, create_run
from sheets.garbage import seldom_collected

BATCH_HOUSEHOLDS = 2_000
TRIES = 3
State = MatchRun.State
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MatchResult:
    """What a match of one county and period came to; `clues` are {household, risk, rules: {rule: figure or None}}."""

    period: date
    households: int = 0
    opened: int = 0
    extended: int = 0
    covered: int = 0
    suppressed: int = 0
    clues: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The object of contract section 1."""
        return {
            "period": f"{self.period:%Y-%m}",
            "households": self.households,
            "opened": self.opened,
            "extended": self.extended,
            "covered": self.covered,
            "suppressed": self.suppressed,
            "clues": self.clues,
        }

    def __add__(self, other: MatchResult) -> MatchResult:
        """The result of two counties together."""
        return MatchResult(
            self.period,
            self.households + other.households,
            self.opened + other.opened,
            self.extended + other.extended,
            self.covered + other.covered,
            self.suppressed + other.suppressed,
            sorted(self.clues + other.clues, key=lambda clue: (clue["household"], clue["risk"])),
            self.warnings + other.warnings,
        )


def match(
    *, county: Division, period: date, actor: User | None, at: datetime, run: MatchRun | None = None
) -> MatchResult:
    """Match now, in this process. A run that is queued, held or was broken off is taken over and finished.

    Raises:
        Conflict: one is running. Forbidden, OutOfScope: not the actor's to start.
        Refused: kept evidence is missing or damaged.
    """
    require(actor=actor, right=RUN_MATCH, code=county.code, at=at)
    wanted = run or _open_or_new(county, period, actor, at)
    with business_lock(wanted) as mine:
        lease = take(wanted.pk, over_running=True) if mine else None
        if lease is None:
            raise already_open(county, period)
        with _marked_failed(lease):
            _perform(lease, at)
    wanted.refresh_from_db()
    return result_of(wanted)


def _open_or_new(county: Division, period: date, actor: User | None, at: datetime) -> MatchRun:
    run = MatchRun.objects.open().filter(county=county, period=period).first()
    if run is not None:
        return run
    warnings = volume_warnings(county=county, period=period)
    return create_run(county=county, period=period, actor=actor, at=at, state=State.QUEUED, warnings=warnings)


def execute_run(run_id: int) -> None:
    """Do a queued run in this process; does nothing when there is nothing to do or another process is at it."""
    run = MatchRun.objects.select_related("county").get(pk=run_id)
    with business_lock(run) as mine:
        lease = take(run_id) if mine else None
        if lease is None:
            return
        try:
            _perform(lease, timezone.now())
        except Overtaken as overtaken:
            log.info("%s", overtaken)
        except Refused as refusal:
            _end(lease, State.FAILED, refusal.message)
        except Exception as error:
            _log_error(run_id, error)
            _give_back(lease, error)


def _give_back(lease: Lease, error: Exception) -> None:
    """Queue a run that met an error anew, or park it after the last attempt; the sweeper sends it."""
    _mend_connection()
    attempts = MatchRun.objects.values_list("attempts", flat=True).get(pk=lease.run_id)
    state = State.FAILED if attempts >= MOST_ATTEMPTS else State.QUEUED
    _end(lease, state, f"运行出错（{type(error).__name__}），详情见系统日志。")


@contextmanager
def _marked_failed(lease: Lease) -> Iterator[None]:
    """Close the run when what is inside fails, so that it does not stand in the way of the next."""
    try:
        yield
    except Overtaken as overtaken:
        raise Conflict(f"{overtaken}，请稍后查看结果。", code="run_open") from None
    except Refused as refusal:
        _end(lease, State.FAILED, refusal.message)
        raise
    except Exception as error:
        _mend_connection()
        try:
            _end(lease, State.FAILED, f"运行出错（{type(error).__name__}），详情见系统日志。")
        except DatabaseError:
            log.error("比对运行 %s 的失败没有记下", lease.run_id)
        raise


def _mend_connection() -> None:
    """Let go of a connection that the database has cut, so that the next statement makes a new one."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def _log_error(run_id: int, error: Exception) -> None:
    """What went wrong and where; not the message, which may quote a person's data."""
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("比对运行 %s 出错：%s\n%s", run_id, type(error).__name__, where)


def _end(lease: Lease, state: str, error: str = "", **values: Any) -> None:
    finished = None if state == State.QUEUED else timezone.now()
    lease.write(state=state, error=error[:500], finished_at=finished, heartbeat_at=None, **values)


# --- the work ---


def _perform(lease: Lease, at: datetime) -> None:
    """All steps; each may be repeated after a kill and then finds its work done."""
    run = MatchRun.objects.select_related("county").get(pk=lease.run_id)
    with commits_without_waiting(), seldom_collected():
        lease.renew(step="补连晚建档的数据行", done_steps=0, total_steps=len(RULES) + 2)
        link_late_rows_for(period=run.period)
        lease.renew(step="读取农户档案")
        county = read_county(run.county, run.period)
        findings = _findings(county, lease)
        _store(findings, lease, at)
        lease.renew(step="登记户籍变动")
        propose_population_changes(period=run.period, at=at)
    _finish(lease, county, at)


def _findings(county: County, lease: Lease) -> Findings:
    """Everything that fires in the county for the period, and what stands already."""
    judged: list[tuple[Rule, pd.DataFrame]] = []
    for number, rule in enumerate(FEED_RULES, 1):
        lease.renew(step=f"比对：{rule.title}", done_steps=number)
        rows = rule_frame(county, rule)
        if rows is not None:
            judged.append((rule, judge(rule, rows, county.contexts)))
    lease.renew(step=f"比对：{low_income.title}", done_steps=len(RULES))
    behind = rows_behind(row for _, hits in judged for listed in hits["rows"] for row in listed)
    digests = {key: bytes(row.digest).hex() for key, row in behind.items()}
    standing = standing_hits(county)
    found = [one for rule, hits in judged for one in firings(rule, hits, digests)] + _incomes(county, standing)
    fired: dict[int, list[Fired]] = defaultdict(list)
    for one in found:
        fired[one.household].append(one)
    every = register_frame(county).assign(monitored=False)
    poor = frozenset(judge(low_income, every, county.contexts)["household"].tolist())
    return Findings(county, fired, standing, behind, poor)


def _incomes(county: County, standing: dict[int, list[Any]]) -> list[Fired]:
    """The incomes under the line that this period has to do with."""
    hits = judge(low_income, register_frame(county), county.contexts)
    own = {household: hit for household, found in standing.items() for hit in found if hit.rule == low_income.name}
    last = last_incomes(county)
    found = [
        income_anew(fired, own.get(fired.household), last.get(fired.household))
        for fired in firings(low_income, hits, {})
    ]
    return [fired for fired in found if fired is not None]


def _store(findings: Findings, lease: Lease, at: datetime) -> None:
    households = findings.unsettled()
    batches = [households[i : i + BATCH_HOUSEHOLDS] for i in range(0, len(households), BATCH_HOUSEHOLDS)]
    total = len(RULES) + len(batches) + 2
    lease.renew(step="整理证据", total_steps=total)
    library = Library(findings.county, findings.rows, lease.renew)
    library.gather(findings.new_evidence())
    for number, batch in enumerate(batches, 1):

        def write(batch: list[int] = batch, done: int = len(RULES) + number) -> None:
            lease.renew(step="写入线索", done_steps=done)
            store_batch(findings=findings, households=batch, library=library, run_id=lease.run_id, at=at)

        _in_transaction(write)


def _in_transaction(write: Callable[[], None]) -> None:
    """Run one batch; once more when a person opened a clue for one of its pairs at the same moment."""
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                write()
            return
        except (IntegrityError, OperationalError):
            if not left:
                raise


def _finish(lease: Lease, county: County, at: datetime) -> None:
    """Count what the database holds, so that a run in two parts reports what one in one piece does."""
    run = MatchRun.objects.select_related("started_by").get(pk=lease.run_id)
    counts = _counts(run, county)
    with transaction.atomic():
        used = _used_batches(county.period)
        _end(lease, State.DONE, "", batches=used, done_steps=run.total_steps, step="", **counts)
        record(actor=run.started_by, at=at, action="match.done", target=run, detail=counts)


def _counts(run: MatchRun, county: County) -> dict[str, int]:
    hits = Hit.objects.standing().within(county.division).filter(period=county.period)
    pairs: dict[str, set[tuple[int, str]]] = {outcome.value: set() for outcome in Hit.Outcome}
    for household, risk, outcome, by in hits.order_by().values_list("household_id", "risk", "outcome", "run_id"):
        # What an earlier run attached is not this one's doing.
        if by == run.pk or outcome not in ATTACHED:
            pairs[outcome].add((household, risk))
    pairs[Outcome.EXTENDED] -= pairs[Outcome.OPENED]
    return {"households": len(county.households)} | {outcome: len(found) for outcome, found in pairs.items()}


def _used_batches(period: date) -> list[int]:
    feeds = [rule.feed for rule in RULES if rule.feed != REGISTER]
    current = FeedBatch.objects.current().filter(feed__in=feeds, period__lte=period)
    return sorted(current.values_list("pk", flat=True))


def result_of(run: MatchRun) -> MatchResult:
    """The result of a run that is done."""
    return MatchResult(
        period=run.period,
        households=run.households,
        opened=run.opened,
        extended=run.extended,
        covered=run.covered,
        suppressed=run.suppressed,
        clues=clues_of(run.county, run.period),
        warnings=run.warnings,
    )


def clues_of(county: Division, period: date) -> list[dict[str, Any]]:
    """The clues that a period's evidence opened or extended, with the rules that fired on each in this period."""
    hits = Hit.objects.standing().attached().within(county).filter(period=period)
    found: dict[tuple[str, str], dict[str, float | None]] = defaultdict(dict)
    for number, risk, rule, figure in hits.values_list("household__number", "risk", "rule", "figure"):
        found[number, risk][rule] = None if figure is None else float(figure)
    return [{"household": number, "risk": risk, "rules": rules} for (number, risk), rules in sorted(found.items())]
