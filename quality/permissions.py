"""Who may have the checks run, ask for an exemption, and grant one."""

from __future__ import annotations

from accounts.models import Role
from accounts.permissions import add_rights

RUN = "quality.run_checks"
REQUEST = "quality.request_exemption"
DECIDE = "quality.decide_exemption"
DECIDE_PLACE = "quality.decide_place_exemption"
EXPORT = "quality.export_faults"

_TOWNSHIP = frozenset({Role.TOWNSHIP_STAFF, Role.TOWNSHIP_LEADER})
_COUNTY = frozenset({Role.COUNTY_BUREAU})

add_rights(
    {
        RUN: _TOWNSHIP | _COUNTY,
        REQUEST: _TOWNSHIP | _COUNTY | {Role.VILLAGE_CADRE},
        DECIDE: _COUNTY | {Role.TOWNSHIP_LEADER},
        DECIDE_PLACE: _COUNTY,
        EXPORT: _TOWNSHIP | _COUNTY | {Role.VILLAGE_CADRE, Role.AUDITOR},
    },
    system=frozenset({RUN}),
)
