"""Kept files: encrypted on the disk, the same content once, readable anywhere in the middle, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.errors import Refused
from accounts.models import StoredFile, User
from accounts.services.files import BLOCK, keep_bytes, keep_file, open_file, path_of
from tests.conftest import NOW

CANARY = b"990101199001010012 \xe5\xbc\xa0\xe4\xb8\x89"


@pytest.fixture
def keep(owner: User, tmp_path: Path) -> Callable[..., StoredFile]:
    def _keep(content: bytes, name: str = "名册.xlsx") -> StoredFile:
        path = tmp_path / "upload"
        path.write_bytes(content)
        return keep_file(path=path, name=name, actor=owner, at=NOW)

    return _keep


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 7])
def test_a_kept_file_reads_back_as_it_came(keep: Callable[..., StoredFile], size: int) -> None:
    content = random.Random(size).randbytes(size)
    stored = keep(content)
    assert stored.size == size and stored.sha256 == hashlib.sha256(content).hexdigest()
    with open_file(stored) as plain:
        assert plain.read() == content


def test_any_part_can_be_read_without_the_rest(keep: Callable[..., StoredFile]) -> None:
    content = random.Random(7).randbytes(2 * BLOCK + 500)
    draw = random.Random(8)
    with open_file(keep(content)) as plain:
        for _ in range(50):
            start, length = draw.randrange(len(content)), draw.randrange(1, 5000)
            plain.seek(start)
            assert plain.read(length) == content[start : start + length]
        plain.seek(-3, os.SEEK_END)
        assert plain.read() == content[-3:]


def test_nothing_of_the_content_lies_on_the_disk(keep: Callable[..., StoredFile], data_dir: Path) -> None:
    keep(CANARY * 1000)
    written = b"".join(path.read_bytes() for path in data_dir.rglob("*") if path.is_file())
    assert len(written) > len(CANARY) * 1000
    assert CANARY not in written and CANARY[:18] not in written


def test_the_same_content_is_kept_once_under_its_first_name(keep: Callable[..., StoredFile], data_dir: Path) -> None:
    first, again = keep(b"abc", "一.csv"), keep(b"abc", "二.csv")
    assert first.pk == again.pk and again.name == "一.csv"
    assert len([path for path in data_dir.rglob("*") if path.is_file()]) == 1


def test_a_lost_copy_comes_back_when_the_content_is_sent_again(keep: Callable[..., StoredFile]) -> None:
    path_of(keep(b"abc")).unlink()
    with open_file(keep(b"abc")) as plain:
        assert plain.read() == b"abc"


def _cut_last_block(blob: bytes, stride: int) -> bytes:
    return blob[: 2 * stride]


def _swap_blocks(blob: bytes, stride: int) -> bytes:
    return blob[stride : 2 * stride] + blob[:stride] + blob[2 * stride :]


def _flip_a_bit(blob: bytes, stride: int) -> bytes:
    return blob[:-1] + bytes([blob[-1] ^ 1])


@pytest.mark.parametrize("damage", [_cut_last_block, _swap_blocks, _flip_a_bit])
def test_a_damaged_copy_is_refused(keep: Callable[..., StoredFile], damage: Callable[[bytes, int], bytes]) -> None:
    stored = keep(random.Random(1).randbytes(3 * BLOCK))
    path = path_of(stored)
    blob = path.read_bytes()
    path.write_bytes(damage(blob, len(blob) // 3))
    with pytest.raises(Refused, match="已损坏"), open_file(stored) as plain:
        plain.read()


def test_a_copy_of_another_file_is_refused(keep: Callable[..., StoredFile]) -> None:
    one, other = keep(b"a" * 100), keep(b"b" * 100)
    path_of(one).write_bytes(path_of(other).read_bytes())
    with pytest.raises(Refused, match="已损坏"), open_file(one) as plain:
        plain.read()


def test_a_missing_copy_and_a_missing_source_say_so(keep: Callable[..., StoredFile], owner: User) -> None:
    stored = keep(b"abc")
    path_of(stored).unlink()
    with pytest.raises(Refused, match="从备份恢复"):
        open_file(stored)
    with pytest.raises(Refused, match="找不到文件 gone.xlsx"):
        keep_file(path=Path("/tmp/gone.xlsx"), name="x", actor=owner, at=NOW)


def test_a_full_disk_leaves_nothing_behind(
    keep: Callable[..., StoredFile], data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("accounts.services.files.os.fsync", full)
    with pytest.raises(Refused, match="磁盘空间不足"):
        keep(b"abc")
    assert not [path for path in data_dir.rglob("*") if path.is_file()] and not StoredFile.objects.exists()


def test_a_name_is_one_printable_line_without_folders(owner: User) -> None:
    stored = keep_bytes(content=b"x", name="..\\..\\a/b\x00名\n册.jpg", content_type="image/jpeg", actor=owner, at=NOW)
    assert stored.name == "b名 册.jpg"
