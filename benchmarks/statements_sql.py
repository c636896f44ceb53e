"""The figures of some summaries by SQL written by hand, a row a township: what the program's counting is held against.

They read the same tables with the same rules, for a county whose households never moved and whose past nobody corrected.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Statement:
    """Figures of one summary by their keys, and the SQL that gives a township's code and then these figures."""

    keys: tuple[str, ...]
    sql: str


_T1 = """
WITH turns AS (
    SELECT e.household_id, e.monitored_type, v.kind, row_number() OVER (
        PARTITION BY e.household_id
        ORDER BY e.serial DESC, v.happened_on DESC, CASE v.kind WHEN 'identified' THEN 0 ELSE 1 END DESC, v.id DESC
    ) AS back
    FROM monitoring_episodeevent v JOIN monitoring_episode e ON e.id = v.episode_id
    WHERE v.happened_on <= %(on)s AND v.withdrawn_at IS NULL
      AND v.kind IN ('identified', 'cleared', 'rolled_back', 'cancelled')
), sizes AS (
    SELECT household_id, count(*) AS members FROM households_membership
    WHERE joined_on <= %(on)s AND (left_on IS NULL OR left_on > %(on)s) GROUP BY household_id
), stock AS (
    SELECT substr(h.village_id, 1, 9) AS town, t.kind, t.monitored_type, coalesce(s.members, 0) AS members
    FROM turns t JOIN households_household h ON h.id = t.household_id LEFT JOIN sizes s ON s.household_id = h.id
    WHERE t.back = 1 AND t.kind <> 'cancelled' AND (h.cancelled_on IS NULL OR h.cancelled_on > %(on)s)
), flows AS (
    SELECT substr(h.village_id, 1, 9) AS town, v.kind
    FROM monitoring_episodeevent v
    JOIN monitoring_episode e ON e.id = v.episode_id JOIN households_household h ON h.id = e.household_id
    WHERE v.happened_on >= %(opening)s AND v.happened_on <= %(on)s AND v.withdrawn_at IS NULL
), counted AS (
    SELECT town, count(*) AS identified, sum(members) AS persons,
        count(*) FILTER (WHERE monitored_type = '脱贫不稳定户') AS unstable,
        count(*) FILTER (WHERE kind IN ('identified', 'rolled_back')) AS open,
        sum(members) FILTER (WHERE kind IN ('identified', 'rolled_back')) AS open_persons,
        count(*) FILTER (WHERE kind = 'cleared') AS cleared
    FROM stock GROUP BY town
), moved AS (
    SELECT town, count(*) FILTER (WHERE kind = 'identified') AS identified_now,
        count(*) FILTER (WHERE kind = 'cleared') AS cleared_now,
        count(*) FILTER (WHERE kind = 'rolled_back') AS back_now
    FROM flows GROUP BY town
)
SELECT c.town || '000', identified, persons, unstable, open, open_persons, cleared,
    coalesce(identified_now, 0), coalesce(cleared_now, 0), coalesce(back_now, 0)
FROM counted c LEFT JOIN moved m ON m.town = c.town
"""
_T4 = """
WITH moves AS (
    SELECT t.clue_id, t.target, row_number() OVER (PARTITION BY t.clue_id ORDER BY t.id DESC) AS back
    FROM monitoring_transition t
    WHERE t.clue_id IS NOT NULL AND t.happened_on <= %(on)s AND t.source <> t.target
), looks AS (
    SELECT t.clue_id, t.action, t.data ->> 'finding' AS found,
        row_number() OVER (PARTITION BY t.clue_id ORDER BY t.id DESC) AS back
    FROM monitoring_transition t
    WHERE t.clue_id IS NOT NULL AND t.happened_on <= %(on)s AND t.action IN ('verify', 'reopen')
)
SELECT substr(c.village_id, 1, 9) || '000', count(*),
    count(*) FILTER (WHERE l.action = 'verify'),
    count(*) FILTER (WHERE l.action = 'verify' AND l.found IN ('true', 'partly')),
    count(*) FILTER (WHERE m.target = 'enrolled'),
    count(*) FILTER (WHERE m.target IN ('unfounded', 'not_enrolled'))
FROM monitoring_clue c JOIN moves m ON m.clue_id = c.id AND m.back = 1
LEFT JOIN looks l ON l.clue_id = c.id AND l.back = 1
WHERE c.received_on <= %(on)s AND substr(c.village_id, 1, 6) = %(county)s
GROUP BY substr(c.village_id, 1, 9)
"""
_T10 = """
SELECT substr(division_id, 1, 9) || '000', count(*), count(*) FILTER (WHERE kind = 'public'),
    sum(original_value) FILTER (WHERE kind = 'public'), sum(income_due), sum(income_received)
FROM records_asset
WHERE withdrawn_at IS NULL AND from_on <= %(on)s AND (to_on IS NULL OR to_on > %(on)s)
  AND substr(division_id, 1, 6) = %(county)s
GROUP BY substr(division_id, 1, 9)
"""
STATEMENTS = {
    "T1": Statement(
        (
            *("identified", "identified_persons", "unstable", "open", "open_persons", "cleared"),
            *("new", "clearings", "rollbacks"),
        ),
        _T1,
    ),
    "T4": Statement(("received", "checked", "true", "enrolled", "refused"), _T4),
    "T10": Statement(("assets", "public", "public_value", "due", "received"), _T10),
}
