"""Kept files: encrypted in blocks under DATA_DIR/originals, named by the SHA-256 of their plain content.

Layout of a kept file: for each block of 1 MiB, 4 bytes of length and the sealed block. The place that a block is
sealed for names the file, the block's position and whether it is the last, so that blocks cannot be swapped, taken
from another file, or cut off at the end. All blocks but the last are of one length, so any of them can be sought.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, ForeignObjectRel, OuterRef

from accounts.crypto import Unreadable, seal, unseal
from accounts.errors import Refused
from accounts.models import StoredFile, User
from sheets.text import text

BLOCK = 1 << 20
_LENGTH_BYTES = 4


def keep_file(*, path: Path, name: str, actor: User | None, at: datetime) -> StoredFile:
    """Keep a copy of the file at `path` under its own name `name`; the same content is kept once.

    Raises:
        Refused: the file cannot be read, changes while it is read, or the disk is full.
    """
    try:
        with path.open("rb") as source:
            return _keep(source, name=name, content_type="", actor=actor, at=at)
    except FileNotFoundError as error:
        raise Refused(f"找不到文件 {path.name}，请核对路径。") from error


def keep_bytes(*, content: bytes, name: str, content_type: str, actor: User | None, at: datetime) -> StoredFile:
    """The same for content in memory (photos, attachments)."""
    return _keep(io.BytesIO(content), name=name, content_type=content_type, actor=actor, at=at)


def open_file(stored: StoredFile) -> BinaryIO:
    """A seekable reader of the plain content; decrypts block by block, never to the disk.

    Raises:
        Refused: the kept file is missing, damaged, or sealed with a key that is no longer configured (also on read).
    """
    try:
        return io.BufferedReader(_KeptFile(stored), BLOCK)  # type: ignore[return-value]
    except FileNotFoundError as error:
        raise Refused(f"留存文件“{stored.name}”不在数据目录中，请从备份恢复。", code="file_missing") from error


def drop_file(stored: StoredFile) -> bool:
    """Forget a kept file that nothing names any more; the daily tidying frees the disk. False where something does.

    Every kind of reference is looked at: deleting the row would take entries of many-to-many fields along unasked.
    """
    for relation in _references():
        if relation.related_model._base_manager.filter(**{relation.field.name: stored.pk}).exists():
            return False
    stored.delete()
    return True


def drop_loose_pictures(*, before: datetime) -> int:
    """Forget photos and signatures kept before a moment that nothing names: taken out again, or of a draft that went.
    Returns how many."""
    pictures = StoredFile.objects.filter(content_type__startswith="image/", stored_at__lt=before)
    for relation in _references():
        named = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
        pictures = pictures.filter(~Exists(named))
    return sum(_drop_if_loose(stored) for stored in pictures)


def _drop_if_loose(stored: StoredFile) -> bool:
    """As `drop_file`; False also where somebody sends the same picture in the same moment."""
    try:
        with transaction.atomic():
            return drop_file(stored)
    except IntegrityError:
        return False


def _references() -> list[ForeignObjectRel]:
    """Every way in which a row of any floor can name a kept file."""
    fields = StoredFile._meta.get_fields(include_hidden=True)
    return [field for field in fields if isinstance(field, ForeignObjectRel)]


def path_of(stored: StoredFile) -> Path:
    """Where the encrypted copy lies; read at run time, because DATA_DIR may differ between processes of a test."""
    return _path(stored.sha256)


def _path(sha256: str) -> Path:
    return Path(settings.DATA_DIR) / "originals" / sha256[:2] / sha256


def _keep(source: io.BufferedIOBase, *, name: str, content_type: str, actor: User | None, at: datetime) -> StoredFile:
    sha256, size = _digest(source)
    stored = StoredFile.objects.filter(sha256=sha256).first()
    if stored is None or not _path(sha256).exists():
        source.seek(0)
        _write(source, sha256, size)
    if stored is not None:
        return stored
    with transaction.atomic():
        return StoredFile.objects.get_or_create(
            sha256=sha256,
            defaults={
                "name": _plain_name(name),
                "size": size,
                "content_type": content_type,
                "stored_by": actor,
                "stored_at": at,
            },
        )[0]


def _plain_name(name: str) -> str:
    """The last part of a client's path, printable, at most as long as the column."""
    last = text(name).replace("\n", " ").replace("\t", " ").replace("\\", "/").rsplit("/", 1)[-1]
    return last[-255:] or "未命名"


def _digest(source: io.BufferedIOBase) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for block in iter(lambda: source.read(BLOCK), b""):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


def _write(source: io.BufferedIOBase, sha256: str, size: int) -> None:
    """Encrypt beside the target, flush to the disk, then rename: a kept file is there whole or not at all."""
    target = _path(sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=target.parent, prefix=".new-", delete=False) as scratch:
        try:
            for sealed in _sealed_blocks(source, sha256, size):
                scratch.write(len(sealed).to_bytes(_LENGTH_BYTES, "big") + sealed)
            scratch.flush()
            os.fsync(scratch.fileno())
            Path(scratch.name).replace(target)
        except BaseException as error:
            Path(scratch.name).unlink(missing_ok=True)
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise Refused("磁盘空间不足，文件没有保存，请清理数据目录所在磁盘后重试。", code="disk_full") from error
            raise
    _flush_folder(target.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sealed_blocks(source: io.BufferedIOBase, sha256: str, size: int) -> Iterator[bytes]:
    digest, left, position = hashlib.sha256(), size, 0
    while True:
        block = source.read(min(BLOCK, left)) if left else b""
        digest.update(block)
        left -= len(block)
        yield seal(block, _place(sha256, position, last=not left))
        position += 1
        if not left or not block:
            break
    if left or digest.hexdigest() != sha256:
        raise Refused("文件在读取过程中被改动，请等它不再变化后重新上传。", code="file_changed")


def _place(sha256: str, position: int, *, last: bool) -> str:
    return f"accounts.storedfile|{position}{'|last' if last else ''}|{sha256}"


class _KeptFile(io.RawIOBase):
    """Random access to the plain bytes of one kept file; holds one decrypted block."""

    def __init__(self, stored: StoredFile) -> None:
        super().__init__()
        self._file = path_of(stored).open("rb")
        self._stored = stored
        self._at = 0
        self._stride = int.from_bytes(self._file.read(_LENGTH_BYTES), "big") + _LENGTH_BYTES
        self._position, self._block = -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._stored.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        position, offset = divmod(self._at, BLOCK)
        # An empty file has one empty block, whose seal is checked like any other.
        if self._at >= self._stored.size and not (self._stored.size == 0 and self._position < 0):
            return 0
        piece = self._plain(position)[offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _plain(self, position: int) -> bytes:
        if position != self._position:
            self._file.seek(position * self._stride)
            length = int.from_bytes(self._file.read(_LENGTH_BYTES), "big")
            last = (position + 1) * BLOCK >= self._stored.size
            try:
                self._block = unseal(self._file.read(length), _place(self._stored.sha256, position, last=last))
            except Unreadable as error:
                raise Refused(
                    f"留存文件“{self._stored.name}”已损坏或密钥不对，请核对 FIELD_KEYS 或从备份恢复。",
                    code="file_damaged",
                ) from error
            self._position = position
        return self._block

    def close(self) -> None:
        self._file.close()
        super().close()
