"""Copies of seals outside the database: a line for each, in DATA_DIR and wherever the county keeps its own."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from accounts.errors import Refused
from accounts.models import AuditSeal


@dataclass(frozen=True)
class SealLine:
    """What a copy says of one seal."""

    table: str
    number: int
    digest: str


def own_copy() -> Path:
    """The copy that sealing itself keeps."""
    return Path(settings.DATA_DIR) / "audit-seals.csv"


def read_copy(path: Path) -> list[SealLine]:
    """The lines of a copy; none where there is no file. Raises: Refused with the line that is none."""
    if not path.is_file():
        return []
    lines = []
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for place, row in enumerate(csv.reader(file), start=1):
            if len(row) != 6 or not row[1].isdecimal():
                raise Refused(f"{path.name}第{place}行不是封存记录，应为 seal_audit 写出的副本。")
            lines.append(SealLine(row[0], int(row[1]), row[4]))
    return lines


def write_out() -> None:
    """Add to the own copy the seals that it lacks, in the caller's transaction, which lets nobody else do so."""
    known: dict[str, int] = {}
    for line in read_copy(own_copy()):
        known[line.table] = max(known.get(line.table, 0), line.number)
    _append(own_copy(), seal_rows(AuditSeal.objects.all(), known))


def seal_rows(seals: QuerySet[AuditSeal], known: dict[str, int]) -> Iterable[list[str]]:
    """Seals as a copy has them, without those up to a number of a table that are known."""
    wanted = seals.order_by("table", "number").values_list("table", "number", "up_to", "rows", "digest", "sealed_at")
    for table, number, up_to, rows, digest, moment in wanted.iterator():
        if number > known.get(table, 0):
            yield [table, str(number), str(up_to), str(rows), digest, moment.isoformat()]


def _append(path: Path, rows: Iterable[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    if not text.getvalue():
        return
    with path.open("a", encoding="utf-8") as file:
        file.write(text.getvalue())
        file.flush()
        os.fsync(file.fileno())
