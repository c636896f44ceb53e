"""Who may call the API at all; what he may do is decided by the services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.scope import scope_of
from accounts.services.second_factor import must_set_up

if TYPE_CHECKING:
    # Settings name this module while rest_framework.views is being loaded.
    from rest_framework.views import APIView

PASSWORD_FIRST = "首次登录或密码到期，须先在网页上修改密码。"
FACTOR_FIRST = "你的岗位须使用二次验证，请先在网页上设置。"


class HasPost(BasePermission):
    """Signed in, with a current post, and past the change of a first password."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        user = request.user
        if not user or not user.is_authenticated:
            return False
        if user.must_renew_password(timezone.now()):
            raise PermissionDenied(PASSWORD_FIRST, code="password_change_required")
        if not scope_of(user).posts:
            raise PermissionDenied("你没有现任岗位，请联系系统管理员。", code="no_post")
        if must_set_up(user):
            raise PermissionDenied(FACTOR_FIRST, code="second_factor_setup_required")
        return True
