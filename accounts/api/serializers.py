"""Input and output of people, places and files."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.base import ListQuery
from accounts.api.fields import Count, Day, DivisionCode, Input, Output, Text
from accounts.models import Post
from accounts.permissions import PERMISSIONS


class Place(Output):
    code = serializers.CharField()
    name = serializers.CharField()


class DivisionOut(Place):
    level = serializers.IntegerField(help_text="1 省 2 市 3 县 4 乡镇 5 村")
    parent = serializers.CharField(source="parent_id", allow_null=True)  # type: ignore[assignment]
    rural_population = serializers.IntegerField(allow_null=True)


class DivisionQuery(ListQuery):
    level = Count(required=False, min_value=1, max_value=5, help_text="级别")
    within = DivisionCode(required=False, help_text="只要这个区划和它的下级")


class PersonName(Output):
    """A user as others see him."""

    username = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()


class PostOut(Output):
    role = serializers.CharField()
    role_name = serializers.CharField(source="get_role_display")
    division = Place()
    department = serializers.CharField(allow_blank=True)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    rights = serializers.SerializerMethodField(help_text="这个岗位给予的权限")

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_rights(self, post: Post) -> list[str]:
        return sorted(right for right, roles in PERMISSIONS.items() if post.role in roles)


class Me(PersonName):
    posts = PostOut(many=True)


class SignIn(Input):
    username = Text(150)
    password = Text(128, trim_whitespace=False, style={"input_type": "password"})
    code = Text(32, required=False, default="", allow_blank=True, help_text="启用了二次验证的用户须给出验证码或备用码")


class TokenOut(Output):
    token = serializers.CharField(help_text="只显示这一次；放在请求头 Authorization: Token … 里")
    expires_at = serializers.DateTimeField()


class FileIn(Input):
    file = serializers.FileField(max_length=255, help_text="照片或扫描件，10 MB 以内")


class FileOut(Output):
    sha256 = serializers.CharField(help_text="在其他请求的 files 中引用")
    name = serializers.CharField()
    size = serializers.IntegerField()
    content_type = serializers.CharField()


class AuditQuery(ListQuery):
    action = Text(60, required=False, help_text="动作，如 token.issued")
    username = Text(150, required=False, help_text="操作人")
    since = Day(required=False, help_text="自哪天起")
    until = Day(required=False, help_text="到哪天止（含）")


class AuditOut(Output):
    at = serializers.DateTimeField()
    actor = PersonName(allow_null=True)
    action = serializers.CharField()
    target_type = serializers.CharField()
    target_id = serializers.CharField()
    purpose = serializers.CharField()
    detail = serializers.DictField()
    address = serializers.CharField(allow_null=True)


class RowFault(Output):
    """One row of a spreadsheet that was not taken: where it stands, what is wrong."""

    sheet = serializers.CharField()
    row = serializers.IntegerField()
    column = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()
