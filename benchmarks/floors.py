"""The floor of the month: what PostgreSQL itself needs to take the rows in and to join them with the register.

The files' sound rows lie ready as COPY text, numbers already cleaned and keyed. COPY puts all their columns into one
unlogged table without an index; one statement joins every row with a lean copy of the register (a row's person has
to be known whether it fires or not), sums and judges by household, and writes the clues with ON CONFLICT. No parsing
of files, no checking, no evidence, no history: nothing could be left out of this.
"""

from __future__ import annotations

from pathlib import Path

import django

django.setup()

from django.db import connection  # noqa: E402

from accounts.crypto import blind_indexes  # noqa: E402
from benchmarks.child import Task  # noqa: E402
from benchmarks.files import FILES  # noqa: E402

_STAGED = "feed text, key bytea, name text, town text, " + ", ".join(f"c{i} text" for i in range(1, 9))
_REGISTER = """
CREATE TABLE floor_register AS
SELECT p.id_index AS key, m.household_id::int AS household, h.category = '脱贫户' AS lifted
FROM households_person p JOIN households_membership m ON m.person_id = p.id
JOIN households_household h ON h.id = m.household_id;
ANALYZE floor_register;
"""
# Own columns are c1 … c8 in the order of benchmarks.files.FILES.
_FIRES = """CASE feed
    WHEN 'insurance_status' THEN c2 IN ('未参保', '中断')
    WHEN 'water' THEN c3::int < 20 OR c4 = '不合格' OR c5::int > 20 OR c6::int > 36
    WHEN 'employment' THEN c1 = '失业' AND c7 = '是' AND c5 <= '2026-07-31'
    WHEN 'industry_losses' THEN c4::float8 >= 10000
    WHEN 'major_disease' THEN c5 <> '治愈'
    WHEN 'school_dropout' THEN c8 <> '已复学' AND c1 > '2010-10-31' AND c1 <= '2020-10-31'
    WHEN 'welfare_changes' THEN c7 = '退出'
    WHEN 'disability' THEN c5 = '新办' AND c2 IN ('一级', '二级')
    WHEN 'housing' THEN c5 IN ('C', 'D', 'C级') AND c8 = ''
    WHEN 'disasters' THEN c7::float8 >= 5000 OR c3::int >= 1 OR c6 NOT IN ('0', '无', '否', '')
END"""
_MATCH = f"""
INSERT INTO floor_clues
SELECT household, feed, sum(amount)
FROM (
    SELECT g.household, g.lifted, r.feed, {_FIRES} AS fires,
        CASE feed WHEN 'medical_costs' THEN c7::float8 WHEN 'education_costs' THEN c8::float8 END AS amount
    FROM floor_rows r JOIN floor_register g ON g.key = r.key
) AS met
GROUP BY household, lifted, feed
HAVING bool_or(fires)
    OR feed = 'medical_costs' AND sum(amount) > CASE WHEN lifted THEN 4999.999 ELSE 19999.999 END
    OR feed = 'education_costs' AND sum(amount) > 9999.999
ON CONFLICT (household, feed) DO UPDATE SET figure = excluded.figure
"""
_POOR = """
INSERT INTO floor_clues
SELECT id, 'register', per_capita_income FROM households_household WHERE per_capita_income < 8800
ON CONFLICT (household, feed) DO UPDATE SET figure = excluded.figure
"""


def floor(folder: str) -> Task:
    """Stages: COPY, then join; the second gives how many clues there are and how the join was done."""
    ready = [_copy_text(Path(folder), file.feed) for file in FILES]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS floor_register, floor_rows, floor_clues")
        cursor.execute(_REGISTER)
        cursor.execute(f"CREATE UNLOGGED TABLE floor_rows ({_STAGED})")
        cursor.execute(
            "CREATE UNLOGGED TABLE floor_clues (household int, feed text, figure float8, PRIMARY KEY (household, feed))"
        )
        cursor.execute("SET work_mem = '4MB'")
        yield "ready"
        for path in ready:
            with path.open("rb") as file:
                cursor.copy_expert("COPY floor_rows FROM STDIN", file, size=1 << 16)
        yield "copied"
        cursor.execute(_MATCH)
        cursor.execute(_POOR)
        yield "matched"
        cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {_MATCH}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute(
            "SELECT h.number, c.feed FROM floor_clues c JOIN households_household h ON h.id = c.household ORDER BY 1, 2"
        )
        yield {"plan": plan, "clues": cursor.fetchall()}


def _copy_text(folder: Path, feed: str) -> Path:
    """The sound rows of a feed as COPY text with keys instead of numbers; made once."""
    path = folder / f"{feed}.copy"
    if not path.exists():
        lines = [line.split("\t", 1) for line in (folder / f"{feed}.tsv").read_text(encoding="utf-8").splitlines()]
        keys = blind_indexes("id_number", [number for number, _ in lines])
        text = "".join([f"{feed}\t\\\\x{key.hex()}\t{rest}\n" for key, (_, rest) in zip(keys, lines, strict=True)])
        path.write_text(text, encoding="utf-8")
    return path
