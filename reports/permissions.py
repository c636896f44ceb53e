"""Who may take a ledger out of the program, and who may take it with whole numbers."""

from __future__ import annotations

from accounts.models import Role
from accounts.permissions import add_rights
from accounts.scope import AREA_ROLES

EXPORT = "reports.export_ledger"
EXPORT_WHOLE = "reports.export_whole_ledger"

add_rights(
    {
        EXPORT: AREA_ROLES,
        EXPORT_WHOLE: frozenset(
            {Role.VILLAGE_CADRE, Role.TOWNSHIP_STAFF, Role.TOWNSHIP_LEADER, Role.COUNTY_BUREAU, Role.AUDITOR}
        ),
    },
    system=frozenset({EXPORT, EXPORT_WHOLE}),
)
