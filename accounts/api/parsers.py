"""Bodies of requests, read strictly: what no column can hold is refused here and never reaches a service."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 12
INTEGERS = range(-(2**63), 2**63)


class StrictJSONParser(JSONParser):
    """JSON in UTF-8 without NUL, lone surrogates, NaN, repeated names, deep nesting or integers beyond 64 bits."""

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        raw = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise ParseError("请求内容过大，请分批提交。", code="too_large")
        try:
            data = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise ParseError("请求内容不是有效的 JSON。", code="malformed") from error
        _check(data, 0)
        return data


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("repeated name")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _check(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ParseError("请求内容嵌套过深。", code="malformed")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, bool | float) or value is None:
        return
    elif isinstance(value, int):
        if value not in INTEGERS:
            raise ParseError("整数超出范围。", code="malformed")
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_text(name)
            _check(item, depth + 1)
    else:
        for item in value:
            _check(item, depth + 1)


def _check_text(text: str) -> None:
    if "\x00" in text or not _encodes(text):
        raise ParseError("文本中含有不允许的字符（空字符或残缺字符）。", code="malformed")


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
