"""Sending a department's file by page: the headings that are agreed, and the form."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

CHINA = ZoneInfo("Asia/Shanghai")
AGREED = ["序号", "姓名", "证件号码", "参保状态"]


def send(client: Client, path: Path, *, feed: str = "insurance_status", by_script: bool = False, **more: str) -> Any:
    file = SimpleUploadedFile("参保.xlsx", path.read_bytes())
    values = {"feed": feed, "period": "2026-10", "file": file, **more}
    return client.post(reverse("feed-list"), values, headers={"Accept": "application/json"} if by_script else {})
