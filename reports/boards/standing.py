"""What boards share: the stock of monitored households of a day, and the risks that may be a household's main one."""

from __future__ import annotations

from monitoring.risks import CLUE_ONLY, Risk
from reports.asof import episodes as q
from reports.ledgers.summary import Source
from reports.ledgers.telling import of_turn

MAIN_RISKS = tuple(risk for risk in Risk if risk not in CLUE_ONLY)
STANDING = Source(
    lambda r: q.standing(r.division, r.on, r.known_at),
    q.HOME,
    of_turn,
    lambda r: q.members_on(r.on, q.HOME, r.known_at),
)
