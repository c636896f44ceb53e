"""What has served its time goes; what is in use, young or kept on purpose stays."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client

from accounts.models import ApiToken, AuditEvent, StoredFile, User
from accounts.services.files import keep_bytes, open_file, path_of
from accounts.services.tidy import tidy
from accounts.services.tokens import issue_token
from tests.conftest import NOW, PASSWORD

pytestmark = pytest.mark.usefixtures("clock")


def test_ended_sessions_and_tokens_go_and_live_ones_stay(owner: User, clock: Any) -> None:
    for hours in (0, 11):
        clock.move_to(NOW + timedelta(hours=hours))
        Client().post("/login/", {"username": "owner", "password": PASSWORD})
        issue_token(actor=owner, at=NOW + timedelta(hours=hours))
    assert Session.objects.count() == ApiToken.objects.count() == 2
    done = tidy(at=NOW + timedelta(hours=13))
    assert (done.sessions, done.tokens) == (1, 1) and Session.objects.count() == ApiToken.objects.count() == 1
    assert AuditEvent.objects.filter(action="accounts.tidied").count() == 1
    tidy(at=NOW + timedelta(hours=13))
    assert AuditEvent.objects.filter(action="accounts.tidied").count() == 1


def test_sign_in_records_are_kept_half_a_year(owner: User) -> None:
    Client().post("/login/", {"username": "owner", "password": "wrong"})
    assert tidy(at=NOW + timedelta(days=182)).sign_ins == 0
    assert tidy(at=NOW + timedelta(days=184)).sign_ins == 1


def test_a_file_of_a_transaction_that_failed_goes_after_a_day(owner: User, data_dir: Path) -> None:
    kept = keep_bytes(content=b"kept", name="a", content_type="", actor=owner, at=NOW)
    lost: list[Path] = []
    with pytest.raises(RuntimeError), transaction.atomic():
        lost.append(path_of(keep_bytes(content=b"lost", name="b", content_type="", actor=owner, at=NOW)))
        raise RuntimeError
    half = lost[0].parent / ".new-half"
    half.write_bytes(b"half")
    for path in (path_of(kept), lost[0], half):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    assert tidy(at=NOW + timedelta(hours=23)).files == 0 and lost[0].exists()
    assert tidy(at=NOW + timedelta(hours=25)).files == 2
    assert not lost[0].exists() and not half.exists() and StoredFile.objects.count() == 1
    with open_file(kept) as plain:
        assert plain.read() == b"kept"
