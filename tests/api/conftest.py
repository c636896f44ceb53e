"""Callers of the API: `api(owner).get("/households/")`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services.tokens import issue_token


class Caller:
    """A user at the API; paths begin after /api/v1, bodies are JSON, answers Django's with `.json()`."""

    def __init__(self, user: User | None) -> None:
        self.client = Client(raise_request_exception=True)
        self.headers: dict[str, str] = {}
        if user is not None:
            key, _ = issue_token(actor=user, at=timezone.now())
            self.headers = {"Authorization": f"Token {key}"}

    def call(self, method: str, path: str, body: Any = None, raw: bytes | None = None, **options: Any) -> Any:
        content = raw if raw is not None else (b"" if body is None else json.dumps(body).encode())
        options.setdefault("content_type", "application/json")
        return self.client.generic(method, f"/api/v1{path}", content, headers=self.headers, **options)

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("POST", path, {} if body is None else body)

    def put(self, path: str, body: Any) -> Any:
        return self.call("PUT", path, body)

    def patch(self, path: str, body: Any) -> Any:
        return self.call("PATCH", path, body)

    def delete(self, path: str) -> Any:
        return self.call("DELETE", path)

    def upload(self, path: str, **fields: Any) -> Any:
        return self.client.post(f"/api/v1{path}", fields, headers=self.headers)


@pytest.fixture
def api(db: None) -> Callable[[User | None], Caller]:
    return Caller
