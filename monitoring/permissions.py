"""Rights of monitoring and the roles that have them; entered into accounts' table at start-up."""

from __future__ import annotations

from accounts.models import Role
from accounts.permissions import add_rights

VILLAGE = frozenset({Role.VILLAGE_CADRE})
TOWNSHIP = frozenset({Role.TOWNSHIP_STAFF, Role.TOWNSHIP_LEADER})
COUNTY = frozenset({Role.COUNTY_BUREAU})
FIELD = frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_STAFF})

add_rights(
    {
        "monitoring.register_clue": FIELD | TOWNSHIP | COUNTY | {Role.HELPER},
        "monitoring.handle_application": FIELD | TOWNSHIP,
        "monitoring.triage_county": COUNTY,
        "monitoring.triage_township": TOWNSHIP,
        "monitoring.verify_clue": FIELD,
        "monitoring.flag_clue": FIELD | TOWNSHIP | COUNTY,
        "monitoring.record_check": FIELD | TOWNSHIP | COUNTY,
        "monitoring.record_visit": FIELD | TOWNSHIP | COUNTY | {Role.HELPER},
        "monitoring.prepare_case": FIELD,
        "monitoring.compare_assets": frozenset({Role.TOWNSHIP_STAFF, Role.COUNTY_BUREAU}),
        "monitoring.decide_hit": TOWNSHIP | COUNTY,
        "monitoring.record_objection": FIELD | TOWNSHIP | COUNTY,
        "monitoring.review_case": TOWNSHIP,
        "monitoring.decide_case": COUNTY,
        "monitoring.announce_case": TOWNSHIP | COUNTY,
        "monitoring.record_episode": frozenset({Role.TOWNSHIP_STAFF, Role.COUNTY_BUREAU}),
        "monitoring.stop_early": VILLAGE | TOWNSHIP | COUNTY,
        "monitoring.stop_case": TOWNSHIP | COUNTY,
        "monitoring.tell_household": FIELD | TOWNSHIP | COUNTY,
        "monitoring.cancel_episode": TOWNSHIP | COUNTY,
        "monitoring.edit_templates": COUNTY,
        "monitoring.edit_return_reasons": COUNTY,
    }
)
IMPORT_FEED = "monitoring.import_feed"
add_rights({IMPORT_FEED: COUNTY | {Role.LIAISON}}, system=frozenset({IMPORT_FEED}))
REPLY_TO_DEPARTMENT = "monitoring.reply_to_department"
add_rights({REPLY_TO_DEPARTMENT: COUNTY})
# A farmer who applies for himself signs in nowhere; the program takes his application in.
ACCEPT_APPLICATION = "monitoring.accept_application"
add_rights({ACCEPT_APPLICATION: FIELD | TOWNSHIP}, system=frozenset({ACCEPT_APPLICATION}))
