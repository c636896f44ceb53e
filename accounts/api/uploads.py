"""Files that come with a request: papers and photos to keep, workbooks to read."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse
from rest_framework import serializers

from accounts.errors import Refused
from accounts.models import StoredFile, User
from accounts.services.pictures import keep_picture
from sheets.csvfile import scratch_name

PAPER_BYTES = 10 * 1024 * 1024
BOOK_BYTES = 300 * 1024 * 1024
BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ARCHIVE_TYPE = "application/zip"
BOOK_ENDINGS = (".xlsx", ".xls", ".csv")


def keep_paper(*, upload: UploadedFile, actor: User, at: datetime) -> StoredFile:
    """Keep a photo, drawn anew, or a PDF scan. ValidationError when it is too large or neither."""
    if (upload.size or 0) > PAPER_BYTES:
        raise serializers.ValidationError({"file": ["文件超过 10 MB，请压缩后再传。"]})
    try:
        return keep_picture(content=upload.read(), name=upload.name or "", actor=actor, at=at)
    except Refused as refusal:
        raise serializers.ValidationError({"file": [refusal.message]}) from refusal


@contextmanager
def workbook(upload: UploadedFile) -> Iterator[Path]:
    """The uploaded workbook as a file on the disk with its own ending, gone afterwards."""
    ending = Path(upload.name or "").suffix.lower()
    if ending not in BOOK_ENDINGS:
        raise serializers.ValidationError({"file": ["只接受 .xlsx、.xls、.csv 文件。"]})
    if (upload.size or 0) > BOOK_BYTES:
        raise serializers.ValidationError({"file": ["文件超过 300 MB，请拆分后再传。"]})
    with scratch_copy(upload) as path:
        yield path


@contextmanager
def scratch_copy(upload: UploadedFile) -> Iterator[Path]:
    """What was sent, as a file on the disk, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="shouwang-") as folder:
        path = Path(folder) / scratch_name(upload.name or "")
        with path.open("wb") as target:
            for chunk in upload.chunks():
                target.write(chunk)
        yield path


def made_book(name: str, write: Callable[[Path], object]) -> FileResponse:
    """The workbook that `write` puts at a path of its own, as an attachment of that name."""
    with tempfile.TemporaryDirectory(prefix="shouwang-") as folder:
        path = Path(folder) / "made.xlsx"
        write(path)
        return as_download(path, name)


def as_download(path: Path, name: str) -> FileResponse:
    """The workbook at `path` as an attachment; read before the folder goes."""
    return as_attachment(path.open("rb"), name)


def as_attachment(content: BinaryIO, name: str) -> FileResponse:
    """A workbook or an archive under its name, which says which of the two it is."""
    kind = ARCHIVE_TYPE if name.endswith(".zip") else BOOK_TYPE
    return FileResponse(content, as_attachment=True, filename=name, content_type=kind)
