"""Where a case stands: its steps with who and when, whose turn it is and for what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from accounts.models import Post, Role
from monitoring.desk.dossier import Dossier
from monitoring.models import Case, DutyTaken, Notice
from monitoring.turns import BARRED

S = Case.State
CLEARINGS = (Case.Kind.CLEAR, Case.Kind.ROLL_BACK)
VILLAGE, TOWNSHIP, COUNTY = "village", "township", "county"
ROLES = {
    VILLAGE: (Role.VILLAGE_CADRE,),
    TOWNSHIP: (Role.TOWNSHIP_STAFF, Role.TOWNSHIP_LEADER),
    COUNTY: (Role.COUNTY_BUREAU,),
}
# Names beside a step or a turn; more are counted.
MOST_NAMES = 2


@dataclass(frozen=True)
class Mark:
    """One step of the stepper; `state` is done, now, next, or bad where the case ended."""

    title: str
    state: str
    note: str = ""


@dataclass(frozen=True)
class Move:
    """What has to be done next, by which level, and from when it can be done (None: now)."""

    action: str
    words: str
    level: str
    since: date | None = None


@dataclass(frozen=True)
class People:
    """Who may take a step of a level in this case, by name."""

    by_level: dict[str, list[str]]

    def words(self, level: str) -> str:
        names = self.by_level.get(level, [])
        more = f"等 {len(names)} 人" if len(names) > MOST_NAMES else ""
        return "、".join(names[:MOST_NAMES]) + more


def people_of(case: Case, on: date) -> People:
    """The current holders of the posts that the case passes through, without those whom their duty bars."""
    village = case.village
    township = village.parent
    codes = {VILLAGE: village.code, TOWNSHIP: village.parent_id, COUNTY: township.parent_id if township else None}
    posts = Post.objects.current(on).filter(division_id__in=[code for code in codes.values() if code])
    rows = list(posts.filter(user__is_active=True).select_related("user").order_by("id"))
    taken = dict(DutyTaken.objects.filter(case=case).values_list("actor_id", "duty"))
    found: dict[str, list[str]] = {}
    for level, roles in ROLES.items():
        barred = BARRED.get(f"at_{level}", ())
        mine = [post for post in rows if post.role in roles and post.division_id == codes[level]]
        names = [post.user.name for post in mine if taken.get(post.user_id) not in barred]
        found[level] = list(dict.fromkeys(names))
    return People(found)


def marks_of(dossier: Dossier, people: People, today: date) -> list[Mark]:
    """The stepper."""
    case = dossier.case
    steps = _clearing_steps(dossier) if case.kind in CLEARINGS else _enrolment_steps(dossier)
    steps += _common_steps(dossier, people, today)
    state, ended = _standing(dossier)
    place = next((i for i, (states, _, _) in enumerate(steps) if state in states), len(steps))
    if state == S.PREPARING:
        place = 2 if dossier.authorisation else 1
    return [Mark(title, _how(i, place, ended), _note(note, i, place)) for i, (_, title, note) in enumerate(steps)]


def _how(position: int, place: int, ended: bool) -> str:
    if position == place:
        return "bad" if ended else "now"
    return "done" if position < place else "next"


def _note(note: tuple[str, str], position: int, place: int) -> str:
    """`note` holds what is said once the step is past, and what before."""
    past, before = note
    return past if position < place or (position == place and past) else before


def _standing(dossier: Dossier) -> tuple[str, bool]:
    """The state of an open case; of one that ended without effect the state that it ended in."""
    case = dossier.case
    if case.state not in (S.REJECTED, S.STOPPED):
        return case.state, False
    end = next((step for step in dossier.transitions if step.target in (S.REJECTED, S.STOPPED) and step.source), None)
    sources = [step.source for step in dossier.transitions if step.source not in (S.REJECTED, S.STOPPED)]
    return (end.source if end and end.source not in (S.REJECTED, S.STOPPED) else next(iter(sources), "")), True


Row = tuple[tuple[str, ...], str, tuple[str, str]]


def _enrolment_steps(dossier: Dossier) -> list[Row]:
    visit, signed = dossier.visit, dossier.authorisation
    compared = max((row.compared_on for row in dossier.comparisons), default=None)
    return [
        ((), "入户核实", (_day(visit.visited_on if visit else None), "")),
        ((), "承诺授权", (_day(signed.signed_on if signed else None), "")),
        ((S.PREPARING,), "信息比对", (_day(compared), "")),
    ]


def _clearing_steps(dossier: Dossier) -> list[Row]:
    visit = dossier.visit
    return [((S.ASSESSING,), "消除核查", (_day(visit.visited_on if visit else None), ""))]


def _common_steps(dossier: Dossier, people: People, today: date) -> list[Row]:
    case, vote = dossier.case, dossier.appraisal
    done = dossier.last("record")
    return [
        ((S.APPRAISING,), "民主评议", (_day(vote.held_on if vote else None), "")),
        ((S.NOTICE,), "村级公示", (_notice_note(dossier, today), "")),
        ((S.AT_TOWNSHIP,), "乡镇审核", (_day(case.reviewed_on), people.words(TOWNSHIP))),
        ((S.AT_COUNTY,), "县级审定", (_day(case.decided_on), people.words(COUNTY))),
        ((S.ANNOUNCING,), "公告", (_day(case.announced_on), case.village.parent.name if case.village.parent else "")),
        ((S.RECORDING,), "录入标注", (_day(done.happened_on if done else None), "")),
    ]


def _notice_note(dossier: Dossier, today: date) -> str:
    notice = dossier.notice
    if notice is None:
        return ""
    if notice.taken_down_on:
        return f"{_day(notice.hung_on)}起 {notice.days} 天"
    return f"到 {_day(notice.ends_on)}" if today > notice.hung_on else f"今天张贴，{notice.days} 天"


def move_of(dossier: Dossier, today: date) -> Move | None:
    """What has to be done next; None for a case that is over and done with."""
    case = dossier.case
    find = _MOVES.get(S(case.state))
    return find(dossier, today) if find else None


def _preparing(dossier: Dossier, today: date) -> Move:
    if dossier.authorisation is None:
        return Move("authorise", "请农户签承诺授权书，登记授权", VILLAGE)
    if not dossier.comparisons:
        return Move("compare", "登记部门比对结果", TOWNSHIP)
    unexplained = [row for row in dossier.open_hits if not row.explanation]
    if unexplained:
        return Move("explain_hit", f"{len(unexplained)} 项触碰请农户说明", VILLAGE)
    if dossier.open_hits:
        return Move("decide_hit", f"{len(dossier.open_hits)} 项触碰已说明，请判断是否成立", TOWNSHIP)
    if not dossier.case.monitored_type:
        return Move("propose", "拟定类别和风险", VILLAGE)
    return Move("to_appraisal", "材料已齐，提交民主评议", VILLAGE)


def _assessing(dossier: Dossier, today: date) -> Move:
    if not dossier.visits:
        return Move("visit", "入户做消除核查，两人以上，拍照签字", VILLAGE)
    return Move("to_appraisal", "核查已做，提交民主评议", VILLAGE)


def _appraising(dossier: Dossier, today: date) -> Move:
    return Move("appraise", "开评议会，登记到会和票数", VILLAGE)


def _noticing(dossier: Dossier, today: date) -> Move:
    notice = dossier.notice
    if notice is None:
        return Move("hang_notice", "张贴公示，拍首日照片", VILLAGE)
    if dossier.open_objections:
        return Move("answer_objection", f"{len(dossier.open_objections)} 条异议请调查后答复", VILLAGE)
    if notice.taken_down_on:
        return Move("submit", "公示期满，上报乡镇审核", VILLAGE)
    return Move("take_down", "公示期满后拍末日照片，撤下公示", VILLAGE, _over_on(notice, today))


def _reviewing(dossier: Dossier, today: date) -> Move:
    return Move("review_pass", "乡镇审核", TOWNSHIP)


def _deciding(dossier: Dossier, today: date) -> Move:
    return Move("decide_pass", "县级审定", COUNTY)


def _announcing(dossier: Dossier, today: date) -> Move:
    notice = dossier.announcement
    if notice is None:
        return Move("announce", "发布公告", TOWNSHIP)
    return Move("end_announcement", "公告期满后登记", TOWNSHIP, _over_on(notice, today))


def _over_on(notice: Notice, today: date) -> date | None:
    """The first day after a notice's days, while that is to come."""
    return notice.over_on if today < notice.over_on else None


def _recording(dossier: Dossier, today: date) -> Move:
    return Move("record", "录入标注，生效", TOWNSHIP)


def _ended(dossier: Dossier, today: date) -> Move | None:
    told = dossier.case.told_household_on
    return None if told else Move("tell_household", "把结果和理由告知农户", VILLAGE)


_MOVES = {
    S.PREPARING: _preparing,
    S.ASSESSING: _assessing,
    S.APPRAISING: _appraising,
    S.NOTICE: _noticing,
    S.AT_TOWNSHIP: _reviewing,
    S.AT_COUNTY: _deciding,
    S.ANNOUNCING: _announcing,
    S.RECORDING: _recording,
    S.REJECTED: _ended,
    S.STOPPED: _ended,
}


def _day(day: date | None) -> str:
    return f"{day.month}月{day.day}日" if day else ""
