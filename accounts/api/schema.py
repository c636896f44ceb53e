"""How endpoints describe themselves in the OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse, OpenApiTypes, extend_schema, inline_serializer
from rest_framework import serializers

Method = TypeVar("Method", bound=Callable[..., Any])
FILE = {(200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"): OpenApiTypes.BINARY}
# Where whole numbers leave, the hour's quota counts.
COUNTED = ("/reveal/", "/reveal-phone/", "/find/")
# What is made in the background: no more than some at a time, and not there before it is made.
MADE, MADE_FILE = "/exports/", "/file/"
SAID = {
    400: "提交的内容有误，或服务按规则拒绝",
    401: "未登录或登录已失效",
    403: "在管辖范围内，但岗位没有这项权限",
    404: "不存在，或不在管辖范围内（两者回答相同）",
    405: "该地址不支持此方法",
    409: "状态已变化或版本过期，details 列出双方的值",
    413: "请求内容过大",
    415: "请求内容的类型不受支持",
    428: "没有提交版本号",
    429: "次数已达上限，请稍后再试",
}


class ApiSchema(AutoSchema):
    """Parameters from the view's `query_class`, the tag from its `tag`."""

    def get_override_parameters(self) -> list[Any]:
        asked = cast(Any, self.view).query_class
        return [asked] if self.method == "GET" and asked().fields else []

    def get_description(self) -> str:  # type: ignore[override]
        """Nothing but what `doc` says: docstrings are for those who read the code."""
        return ""

    def get_operation_id(self) -> str:
        words = re.findall(r"[a-z_]+", self.path.removeprefix("/api/v1"))
        return "_".join([self.method.lower(), *words])

    def get_tags(self) -> list[str]:
        tag = getattr(self.view, "tag", "")
        return [tag] if tag else super().get_tags()


def doc(
    summary: str, *, request: Any = None, answer: Any = None, status: int = 200, many: bool = False, more: str = ""
) -> Callable[[Method], Method]:
    """Describe one method: a Chinese title, the input serializer, and the output serializer of the good answer.

    `many` wraps the output in a page of a list; `answer` None says that the answer has no body; `more` is a longer
    explanation. The method keeps the input serializer as `form`, for the tests that ask every endpoint.
    """
    responses: Mapping[Any, Any]
    if isinstance(answer, dict):
        responses = answer
    elif answer is None:
        responses = {status: OpenApiResponse(description="已完成")}
    else:
        responses = {status: page_of(answer) if many else answer}
    describe = extend_schema(summary=summary, description=more or None, request=request, responses=responses)

    def _described(method: Method) -> Method:
        method.form = request  # type: ignore[attr-defined]
        return describe(method)

    return _described


def page_of(output: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """The shape of one page of a list."""
    return inline_serializer(
        f"{output.__name__}Page",
        {
            "next": serializers.CharField(allow_null=True, help_text="下一页的地址；最后一页为 null"),
            "results": output(many=True),
        },
    )


def document_errors(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Post-processing hook: every operation says which refusals it may give, all in one shape."""
    result["components"]["schemas"]["ErrorBody"] = _error_schema()
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            for status in sorted(_statuses(path, method, operation, result)):
                operation["responses"].setdefault(str(status), _refusal(status))
    return result


def _statuses(path: str, method: str, operation: dict[str, Any], result: dict[str, Any]) -> set[int]:
    found = {400, 401, 403, 404, 405}
    if path.endswith(COUNTED) or (method == "post" and path.endswith(MADE)):
        found.add(429)
    if path.endswith(MADE_FILE):
        found.add(409)
    if method != "get":
        found |= {409, 415}
        if "multipart/form-data" in operation.get("requestBody", {}).get("content", {}):
            found.add(413)
        if _has_version(operation, result):
            found.add(428)
    return found


def _has_version(operation: dict[str, Any], result: dict[str, Any]) -> bool:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        name = content.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
        if "version" in result["components"]["schemas"].get(name, {}).get("properties", {}):
            return True
    return False


def _refusal(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ErrorBody"}
    return {"description": SAID[status], "content": {"application/json": {"schema": schema}}}


def _error_schema() -> dict[str, Any]:
    texts = {"type": "array", "items": {"type": "string"}}
    return {
        "type": "object",
        "description": "所有拒绝都是这一种形状",
        "properties": {
            "code": {"type": "string", "description": "供程序判断的错误代码"},
            "detail": {"type": "string", "description": "错在哪里、怎么办"},
            "fields": {"type": "object", "additionalProperties": texts, "description": "字段路径 → 说明"},
            "details": {**texts, "description": "逐条说明，如版本冲突时双方的值"},
        },
        "required": ["code", "detail", "fields", "details"],
    }
