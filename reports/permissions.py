"""Who may take a ledger out of the program, who with whole numbers, and who takes which step of closing a month."""

from __future__ import annotations

from accounts.models import Role
from accounts.permissions import add_rights
from accounts.scope import AREA_ROLES

EXPORT = "reports.export_ledger"
EXPORT_WHOLE = "reports.export_whole_ledger"
CONFIRM = "reports.confirm_month"
# Who submits a township's month also returns its villages', who accepts a county's returns its townships'.
SUBMIT = "reports.submit_month"
ACCEPT = "reports.accept_month"
REOPEN = "reports.reopen_month"
EDIT_LAYOUTS = "reports.edit_layouts"

add_rights(
    {
        EXPORT: AREA_ROLES,
        EXPORT_WHOLE: frozenset(
            {Role.VILLAGE_CADRE, Role.TOWNSHIP_STAFF, Role.TOWNSHIP_LEADER, Role.COUNTY_BUREAU, Role.AUDITOR}
        ),
        CONFIRM: frozenset({Role.VILLAGE_CADRE}),
        SUBMIT: frozenset({Role.TOWNSHIP_STAFF, Role.TOWNSHIP_LEADER}),
        ACCEPT: frozenset({Role.COUNTY_BUREAU}),
        # There is no leader's post at the county: a second person of the bureau, never who accepted the month.
        REOPEN: frozenset({Role.COUNTY_BUREAU}),
        EDIT_LAYOUTS: frozenset({Role.COUNTY_BUREAU}),
    },
    system=frozenset({EXPORT, EXPORT_WHOLE, ACCEPT}),
)
