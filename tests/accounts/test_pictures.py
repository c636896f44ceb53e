"""Uploaded pictures are drawn anew: nothing but what can be seen is kept."""

from __future__ import annotations

import io

import pytest
from django.utils import timezone
from PIL import Image

from accounts.errors import Refused
from accounts.models import User
from accounts.services.files import open_file
from accounts.services.pictures import LONGEST, keep_picture, picture_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def _photo(size: tuple[int, int] = (2400, 1200), kind: str = "JPEG") -> bytes:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = "990101198001010019 的家"
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", size, (90, 120, 140)).save(out, kind, exif=exif)
    return out.getvalue()


def _keep(content: bytes, actor: User, name: str = "照片.jpg") -> bytes:
    stored = keep_picture(content=content, name=name, actor=actor, at=timezone.now())
    with open_file(stored) as kept:
        return kept.read()


def test_what_a_telephone_writes_beside_the_picture_is_not_kept(owner: User) -> None:
    kept = _keep(_photo(), owner)
    with Image.open(io.BytesIO(kept)) as picture:
        assert picture.format == "JPEG"
        assert max(picture.size) == LONGEST
        assert not dict(picture.getexif())
    assert b"990101198001010019" not in kept


def test_what_hides_behind_a_picture_is_not_kept(owner: User) -> None:
    assert b"<script>" not in _keep(_photo((40, 40), "PNG") + b"<script>alert(1)</script>", owner)


def test_a_scan_is_kept_as_it_is(owner: User) -> None:
    assert _keep(b"%PDF-1.4 scan", owner, "扫描.pdf") == b"%PDF-1.4 scan"


@pytest.mark.parametrize("content", [b"", b"MZ\x90 program", b"\xff\xd8\xff broken", b"<svg onload='x'/>"])
def test_what_is_no_picture_is_refused_in_words(owner: User, content: bytes) -> None:
    with pytest.raises(Refused, match="不是能打开的照片"):
        _keep(content, owner)


def test_a_small_one_is_drawn_for_lists(owner: User) -> None:
    stored = keep_picture(content=_photo(), name="照片.jpg", actor=owner, at=timezone.now())
    content, kind = picture_of(stored, small=True)
    assert kind == "image/jpeg"
    with Image.open(io.BytesIO(content)) as picture:
        assert max(picture.size) == 360
