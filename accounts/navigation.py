"""The main navigation: which page a role finds where. Names only, so that this floor knows no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.urls import reverse

from accounts.models.post import Role
from accounts.scope import AREA_ROLES, Scope

COUNTY = frozenset({Role.COUNTY_BUREAU, Role.AUDITOR})
FIELD = AREA_ROLES | {Role.HELPER}
REVIEWERS = frozenset({Role.TOWNSHIP_STAFF, Role.TOWNSHIP_LEADER, Role.COUNTY_BUREAU})


@dataclass(frozen=True)
class Item:
    """One entry: its words, icon, address name, the roles that see it; `group` heads the entries that follow;
    what waits for the user is counted beside a `counted` one."""

    title: str
    icon: str
    url_name: str
    roles: frozenset[str]
    group: str = ""
    on_phone: bool = False
    counted: bool = False

    @property
    def address(self) -> str:
        return _address(self.url_name)


# Pages that are named after something else than the entry that leads to them.
_BELONGS = {
    "book": "book-list", "line": "book-list", "hotline": "book-list", "delivery": "plan-list", "edition": "closing-board",
    "export": "ledger-list", "heading": "feed-list", "layout": "ledger-list", "measure": "plan-list",
    "proposal": "household-list", "register": "household-list", "return": "review-list", "visit": "followup-list",
    "what": "run-list",
}  # fmt: skip
ITEMS = (
    Item("工作台", "grid-1x2", "home", frozenset(Role.values), on_phone=True),
    Item("驾驶舱", "speedometer2", "dashboard", AREA_ROLES),
    Item("风险线索", "exclamation-diamond", "clue-list", FIELD, "监测", on_phone=True, counted=True),
    Item("农户申报", "person-lines-fill", "application-list", AREA_ROLES, counted=True),
    Item("认定与消除", "person-check", "case-list", FIELD, on_phone=True, counted=True),
    Item("待我审核", "ui-checks", "review-list", REVIEWERS, counted=True),
    Item("农户库", "people", "household-list", FIELD, on_phone=True),
    Item("一户一策", "clipboard2-check", "plan-list", FIELD, "帮扶", counted=True),
    Item("走访计划", "calendar-week", "followup-list", FIELD),
    Item("问题清零", "check2-all", "problem-list", FIELD | {Role.LIAISON}, counted=True),
    Item("底册", "file-earmark-spreadsheet", "book-list", FIELD | {Role.LIAISON}),
    Item("部门数据", "inboxes", "feed-list", COUNTY | {Role.LIAISON}, "数据"),
    Item("月度比对", "intersect", "run-list", COUNTY),
    Item("数据质量", "house-check", "quality-overview", AREA_ROLES, counted=True),
    Item("台账报表", "table", "ledger-list", AREA_ROLES, "台账"),
    Item("月度结账", "file-earmark-text", "closing-board", AREA_ROLES, counted=True),
    Item("各项指标", "bar-chart", "indicator-list", AREA_ROLES),
    Item("政策参数", "sliders", "policy-list", COUNTY | {Role.ADMINISTRATOR}, "管理"),
    Item("工作日历", "calendar3", "work-calendar", frozenset({Role.COUNTY_BUREAU, Role.ADMINISTRATOR})),
    Item("措施目录", "list-check", "measure-catalogue", frozenset({Role.COUNTY_BUREAU})),
    Item("文书模板", "file-earmark-word", "template-list", COUNTY),
    Item("人员与岗位", "person-badge", "staff-list", frozenset({Role.COUNTY_BUREAU, Role.ADMINISTRATOR, Role.AUDITOR})),
    Item("查看日志", "journal-text", "audit-log", frozenset({Role.AUDITOR, Role.ADMINISTRATOR})),
)


# Entries at the foot of a phone's page, beside 全部.
ON_BAR = 4
# What an entry asks beside the role, entered by the floor that owns its page.
_NEEDS: dict[str, Callable[[Scope], bool]] = {}


def show_only_if(url_name: str, needed: Callable[[Scope], bool]) -> None:
    """The entry stands there only for those whose page would hold anything."""
    _NEEDS[url_name] = needed


@cache
def _address(url_name: str) -> str:
    return reverse(url_name)


def items_for(scope: Scope) -> list[Item]:
    return [item for item in ITEMS if item.roles & scope.roles and _needed(item, scope)]


def on_phone_bar(items: list[Item]) -> list[Item]:
    """Those at the foot of a phone's page: what is meant for it, and for posts of which little is, the first others."""
    meant = [item for item in items if item.on_phone]
    others = [item for item in items if not item.on_phone]
    chosen = meant + others[: max(ON_BAR - len(meant), 0)]
    return [item for item in items if item in chosen]


def _needed(item: Item, scope: Scope) -> bool:
    needed = _NEEDS.get(item.url_name)
    return needed is None or needed(scope)


@cache
def entry_of(url_name: str) -> str:
    """The address name of the entry under which a page lies: its own, else by the words its name begins with."""
    entries = {item.url_name for item in ITEMS}
    by_stem = {name.rpartition("-")[0]: name for name in entries if "-" in name} | _BELONGS
    stem = url_name
    while stem:
        if stem in entries:
            return stem
        if stem in by_stem:
            return by_stem[stem]
        stem = stem.rpartition("-")[0]
    return ""
