"""One shape for every error of the API: {"code", "detail", "fields", "details"}."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts.errors import Refused
from sheets.faults import SheetError

NOT_FOUND = {"code": "not_found", "detail": "没有找到，或者不在你的管辖范围内。", "fields": {}, "details": []}
SENTENCES = {
    "not_authenticated": "请先登录。",
    "authentication_failed": "登录已失效，请重新登录。",
    "permission_denied": "你的岗位没有这项权限。",
    "method_not_allowed": "这个地址不支持该请求方法。",
    "unsupported_media_type": "请求内容的类型不受支持，请用 application/json（上传文件用 multipart/form-data）。",
    "parse_error": "请求内容无法解析。",
    "throttled": "请求太频繁，请稍后再试。",
}


class ErrorBody(serializers.Serializer[Any]):
    """What every refusal looks like."""

    code = serializers.CharField(help_text="供程序判断的错误代码")
    detail = serializers.CharField(help_text="错在哪里、怎么办")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()), help_text="字段路径 → 说明"
    )
    details = serializers.ListField(child=serializers.CharField(), help_text="逐条说明，如版本冲突时双方的值")


class VersionRequired(exceptions.APIException):
    """A write that does not say which version it saw."""

    status_code = 428
    default_detail = "请提交你所看到的版本号 version。"
    default_code = "version_required"


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler, with the services' refusals and one shape for all."""
    if isinstance(error, Refused):
        fields = {error.field: [error.message]} if error.field else {}
        return Response(body(error.code, error.message, fields, error.details), status=error.status)
    if isinstance(error, SheetError):
        return Response(body("file_refused", error.message, {"file": [error.message]}), status=400)
    if isinstance(error, SuspiciousOperation):
        return Response(body("malformed", "请求内容无法解析，或者项目过多。"), status=400)
    response = exception_handler(error, context)
    if response is not None:
        response.data = _shape(error, response.data)
    return response


def body(code: str, detail: str, fields: dict[str, list[str]] | None = None, details: Any = ()) -> dict[str, Any]:
    return {"code": code, "detail": detail, "fields": fields or {}, "details": list(details)}


def _shape(error: Exception, data: Any) -> dict[str, Any]:
    if isinstance(error, Http404 | exceptions.NotFound):
        return NOT_FOUND
    if isinstance(error, PermissionDenied):
        return body("forbidden", SENTENCES["permission_denied"])
    if isinstance(error, exceptions.ValidationError):
        return body("invalid", "提交的内容有误，请按字段提示更正。", flatten(data))
    code = str(getattr(error, "default_code", "error"))
    said = getattr(error, "detail", str(error))
    if isinstance(said, exceptions.ErrorDetail):
        code = said.code or code
    return body(code, SENTENCES.get(code) or str(said))


def flatten(data: Any, path: str = "") -> dict[str, list[str]]:
    """Nested errors as {"measures.0.content": ["…"]}; what belongs to no field stands under ""."""
    found: dict[str, list[str]] = {}
    if isinstance(data, dict):
        for name, value in data.items():
            key = path if name == "non_field_errors" else f"{path}.{name}".lstrip(".")
            found |= flatten(value, key)
    elif isinstance(data, list) and any(isinstance(item, dict | list) for item in data):
        for place, item in enumerate(data):
            found |= flatten(item, f"{path}.{place}".lstrip("."))
    elif data:
        found[path] = [str(item) for item in (data if isinstance(data, list) else [data])]
    return found
