"""The workbook of an import's rejected rows, made again from the kept original."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from accounts.models import User
from accounts.services.audit import record
from accounts.services.files import open_file
from households.models import RegisterBatch
from households.services.register import import_register, write_errors
from households.services.register_rights import require_register


def write_import_errors(*, batch: RegisterBatch, output: Path, actor: User | None, at: datetime) -> int:
    """Write the rows that the register refuses of this file, as they came, with the reasons; returns how many.

    The original is read again without storing anything, so a row that a new division or a later day has made
    acceptable is not among them.

    Raises:
        Refused: the original is missing or damaged. Forbidden, OutOfScope: not his to import.
    """
    require_register(actor=actor, at=at)
    with TemporaryDirectory(prefix="shouwang-") as folder:
        path = Path(folder) / f"original{Path(batch.file.name).suffix}"
        with open_file(batch.file) as kept, path.open("wb") as copy:
            shutil.copyfileobj(kept, copy)
        report = import_register(path=path, name=batch.file.name, actor=actor, at=at, dry_run=True)
        written = write_errors(report, output)
    record(actor=actor, at=at, action="register.errors_exported", target=batch, detail={"rows": written})
    return written
