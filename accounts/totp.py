"""Codes that change every half minute (RFC 6238: HMAC-SHA1, six digits), as every authenticator makes them."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote

STEP = 30
DIGITS = 6
# Clocks of telephones are seldom more than a step away.
_AROUND = (0, -1, 1)


def new_secret() -> str:
    """A fresh secret of 160 bits, in base32 as people type it."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, step: int) -> str:
    """The code of one half minute since 1970."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The half minute whose code this is, of the present one and its neighbours; None when it is of none."""
    now = int(at.timestamp()) // STEP
    given = code.encode("utf-8", "surrogatepass")
    found = [now + away for away in _AROUND if hmac.compare_digest(code_at(secret, now + away).encode(), given)]
    return found[0] if found else None


def address(secret: str, username: str) -> str:
    """What the QR code says to the authenticator."""
    issuer = quote("守望")
    return f"otpauth://totp/{issuer}:{quote(username)}?secret={secret}&issuer={issuer}"
