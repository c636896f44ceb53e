"""What a service says when it will not do something; every entrance turns these into its own form of answer."""

from __future__ import annotations

from django.http import Http404


class Refused(Exception):
    """The act is not possible as asked: says what is wrong and what to do, in Chinese. API 400, commands exit 2."""

    status = 400
    code = "refused"

    def __init__(self, message: str, *, field: str = "", code: str = "", details: list[str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.code = code or type(self).code
        self.details = details or []


class Conflict(Refused):
    """Somebody else was faster, or the state no longer allows it. API 409."""

    status = 409
    code = "conflict"


class Forbidden(Refused):
    """The object is in the user's scope but the act is not his. API 403."""

    status = 403
    code = "forbidden"


class OutOfScope(Refused, Http404):
    """Not in the user's places, or not there at all: the two answers are the same to the byte. Pages and API 404.

    Takes no message of its own, so that none can tell the two apart.
    """

    status = 404
    code = "not_found"

    def __init__(self) -> None:
        super().__init__("没有找到，或者不在你的管辖范围内。")


class TooMany(Refused):
    """He may, but not so often. API 429."""

    status = 429
    code = "too_many"
