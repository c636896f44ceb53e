"""Sign-in, the caller himself, places, papers, the audit."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import serializers as s
from accounts.api.authentication import TokenAuthentication
from accounts.api.base import Endpoint, Upload, narrow, within
from accounts.api.permissions import FACTOR_FIRST, PASSWORD_FIRST
from accounts.api.schema import doc
from accounts.api.uploads import keep_paper
from accounts.forms import LOGIN_FAILED
from accounts.models import ApiToken, AuditEvent, Division, Post, User
from accounts.services.second_factor import check_code, is_asked, must_set_up
from accounts.services.tokens import issue_token, revoke_token


class TokenView(Endpoint):
    """Keys for programs and phones."""

    tag = "登录"
    authentication_classes = [TokenAuthentication]

    def get_permissions(self) -> list[Any]:
        return [AllowAny()] if self.request.method == "POST" else [IsAuthenticated()]

    @doc("登录，签发令牌", request=s.SignIn, answer=s.TokenOut, status=201)
    def post(self, request: Request) -> Response:
        given = self.read(s.SignIn)
        user = self._check_password(request, given)
        if user.must_renew_password(self.at):
            raise PermissionDenied(PASSWORD_FIRST, code="password_change_required")
        if is_asked(user):
            if not given["code"]:
                raise PermissionDenied("请一并给出二次验证的验证码 code。", code="second_factor_required")
            check_code(user=user, code=given["code"], at=self.at, address=self.address)
        elif must_set_up(user):
            raise PermissionDenied(FACTOR_FIRST, code="second_factor_setup_required")
        key, token = issue_token(actor=user, at=self.at, address=self.address)
        return Response({"token": key, "expires_at": token.expires_at.isoformat()}, status=201)

    @doc("注销当前令牌", status=204)
    def delete(self, request: Request) -> Response:
        if isinstance(request.auth, ApiToken):
            revoke_token(token=request.auth, actor=self.user, at=self.at)
        return Response(status=204)

    def _check_password(self, request: Request, given: dict[str, str]) -> User:
        """The user, or one answer for a wrong password, an unknown name and a locked one. The tries are counted by
        axes together with those of the page, under one spelling of the name."""
        name = User.objects.normalize_username(given["username"])
        user = authenticate(request._request, username=name, password=given["password"])
        # Else the middleware of axes would put its own page in the place of this answer.
        request._request.axes_locked_out = False  # type: ignore[attr-defined]
        if not isinstance(user, User):
            raise AuthenticationFailed(LOGIN_FAILED, code="login_failed")
        return user


class MeView(Endpoint):
    tag = "登录"

    @doc("当前用户、岗位和权限", answer=s.Me)
    def get(self, request: Request) -> Response:
        posts = Post.objects.filter(user=self.user).current(self.context()["today"]).select_related("division")
        user = self.user
        row = {"username": user.username, "name": user.name, "unit": user.unit, "posts": list(posts)}
        return self.answer(s.Me, row)


class DivisionListView(Endpoint):
    tag = "区划"
    query_class = s.DivisionQuery

    @doc("管辖范围内的区划", answer=s.DivisionOut, many=True)
    def get(self, request: Request) -> Response:
        rows = narrow(Division.objects.visible_to(self.user), self.query, level="level", within=within)
        return self.pages(rows, s.DivisionOut, order=("code",))


class FileView(Upload):
    tag = "文件"

    @doc("上传照片或扫描件", request=s.FileIn, answer=s.FileOut, status=201)
    def post(self, request: Request) -> Response:
        upload = self.read(s.FileIn)["file"]
        return self.answer(s.FileOut, keep_paper(upload=upload, actor=self.user, at=self.at), 201)


class AuditView(Endpoint):
    tag = "审计"
    query_class = s.AuditQuery

    @doc("审计记录（仅审计监督岗）", answer=s.AuditOut, many=True)
    def get(self, request: Request) -> Response:
        rows = narrow(
            AuditEvent.objects.visible_to(self.user).select_related("actor"),
            self.query,
            action="action",
            username="actor__username",
            since="at__date__gte",
            until="at__date__lte",
        )
        return self.pages(rows, s.AuditOut)
