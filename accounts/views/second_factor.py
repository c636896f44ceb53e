"""The second factor at the door, and the page where one sets one's own up."""

from __future__ import annotations

import re
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.decorators import method_decorator
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic.base import View

from accounts import totp
from accounts.errors import OutOfScope, Refused
from accounts.forms import CodeForm
from accounts.models import SecondFactor, User
from accounts.services import second_factor
from accounts.views.base import Page

_HALF = "half_in"
# From the password to the code.
_HALF_SECONDS = 300


def let_half_in(request: HttpRequest, user: User, to: str) -> HttpResponse:
    """Remember that the password was right, in a session that is nobody's yet, and ask for the code."""
    request.session.flush()
    request.session[_HALF] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "since": timezone.now().timestamp(),
        "to": to,
    }
    return redirect("second-factor")


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class SecondFactorDoor(View):
    """Asks for the code of whoever has just given the right password; without that it leads back to the sign-in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(CodeForm()) if self._half_in() else redirect("login")

    def post(self, request: HttpRequest) -> HttpResponse:
        user = self._half_in()
        if user is None:
            messages.error(request, "登录已超时，请重新输入用户名和密码。")
            return redirect("login")
        form = CodeForm(request.POST)
        if not form.is_valid():
            return self._show(form)
        try:
            code, address = form.cleaned_data["code"], request.META.get("REMOTE_ADDR")
            second_factor.check_code(user=user, code=code, at=timezone.now(), address=address)
        except Refused as refusal:
            form.add_error("code", refusal.message)
            return self._show(form)
        to = request.session.pop(_HALF)["to"]
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        return redirect(to)

    def _half_in(self) -> User | None:
        half = self.request.session.get(_HALF)
        if half is None or timezone.now().timestamp() - half["since"] > _HALF_SECONDS:
            return None
        user = User.objects.filter(pk=half["user"], is_active=True).first()
        if user is None or not constant_time_compare(user.get_session_auth_hash(), half["hash"]):
            return None
        return user if second_factor.is_asked(user) else None

    def _show(self, form: CodeForm) -> HttpResponse:
        return render(self.request, "accounts/second_factor.html", {"form": form})


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class SecondFactorSetup(Page):
    """One's own second factor: begun, confirmed with a code, given up."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(CodeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        act = request.POST.get("act", "")
        if settings.SECOND_FACTOR == "off" or act not in ("begin", "confirm", "off"):
            raise OutOfScope
        form = CodeForm(request.POST)
        if act != "begin" and not form.is_valid():
            return self._show(form)
        try:
            return self._carry_out(act, form)
        except Refused as refusal:
            form.add_error("code" if refusal.field else None, refusal.message)
            return self._show(form)

    def _carry_out(self, act: str, form: CodeForm) -> HttpResponse:
        if act == "begin":
            second_factor.begin(actor=self.user, at=self.at)
            return redirect("second-factor-setup")
        code = form.cleaned_data["code"]
        if act == "off":
            second_factor.turn_off(actor=self.user, code=code, at=self.at)
            messages.success(self.request, "二次验证已停用，以后登录只用密码。")
            return redirect("second-factor-setup")
        codes = second_factor.confirm(actor=self.user, code=code, at=self.at)
        update_session_auth_hash(self.request, self.user)
        return render(self.request, "accounts/recovery_codes.html", {"codes": codes})

    def _show(self, form: CodeForm) -> HttpResponse:
        if settings.SECOND_FACTOR == "off":
            raise OutOfScope
        factor = SecondFactor.objects.filter(user=self.user).first()
        context: dict[str, Any] = {"form": form, "factor": factor, "must": second_factor.must_set_up(self.user)}
        if factor is not None and factor.confirmed_at:
            context |= {"left": second_factor.codes_left(self.user), "required": second_factor.is_required(self.user)}
        elif factor is not None:
            context |= {"drawing": _drawing(factor, self.user), "groups": re.findall("....", factor.secret)}
        return render(self.request, "accounts/second_factor_setup.html", context)


def _drawing(factor: SecondFactor, user: User) -> str:
    """The QR code, for the page itself. Marked safe: it is made of numbers by the library, nothing typed is in it."""
    code = segno.make(totp.address(factor.secret, user.username), error="m")
    return mark_safe(code.svg_inline(omitsize=True, svgclass="sf-qr", lineclass=None, border=2))
