"""Files that come with a request: papers and photos to keep, workbooks to read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse
from rest_framework import serializers

from accounts.models import StoredFile, User
from accounts.services.files import keep_bytes

PAPER_BYTES = 10 * 1024 * 1024
BOOK_BYTES = 300 * 1024 * 1024
BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOOK_ENDINGS = (".xlsx", ".xls", ".csv")
# By what a file begins with, because the client's word for its type proves nothing.
PAPERS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)


def keep_paper(*, upload: UploadedFile, actor: User, at: datetime) -> StoredFile:
    """Keep a photo or scan. ValidationError when it is too large or no JPEG, PNG or PDF."""
    if (upload.size or 0) > PAPER_BYTES:
        raise serializers.ValidationError({"file": ["文件超过 10 MB，请压缩后再传。"]})
    content = upload.read()
    kind = next((kind for start, kind in PAPERS if content.startswith(start)), None)
    if kind is None:
        raise serializers.ValidationError({"file": ["只接受 JPEG、PNG 照片或 PDF 扫描件。"]})
    return keep_bytes(content=content, name=upload.name or "", content_type=kind, actor=actor, at=at)


@contextmanager
def workbook(upload: UploadedFile) -> Iterator[Path]:
    """The uploaded workbook as a file on the disk with its own ending, gone afterwards."""
    ending = Path(upload.name or "").suffix.lower()
    if ending not in BOOK_ENDINGS:
        raise serializers.ValidationError({"file": ["只接受 .xlsx、.xls、.csv 文件。"]})
    if (upload.size or 0) > BOOK_BYTES:
        raise serializers.ValidationError({"file": ["文件超过 300 MB，请拆分后再传。"]})
    with tempfile.TemporaryDirectory(prefix="shouwang-") as folder:
        path = Path(folder) / f"upload{ending}"
        with path.open("wb") as target:
            for chunk in upload.chunks():
                target.write(chunk)
        yield path


def as_download(path: Path, name: str) -> FileResponse:
    """The workbook at `path` as an attachment; read before the folder goes."""
    content = path.open("rb")
    return FileResponse(content, as_attachment=True, filename=name, content_type=BOOK_TYPE)
