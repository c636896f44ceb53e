"""In, out, and a new password."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.errors import Refused
from accounts.forms import PasswordForm, SignInForm
from accounts.services.second_factor import is_asked
from accounts.services.users import change_password
from accounts.views.base import Page
from accounts.views.second_factor import let_half_in


class SignIn(LoginView):
    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        if is_asked(user):
            return let_half_in(self.request, user, self.get_success_url())
        return super().form_valid(form)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        _answer_alike(self.request)
        return super().form_invalid(form)


class SignOut(LogoutView):
    http_method_names = ["post", "options"]


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class Password(Page):
    """Change one's own password; the only page open to somebody with a first password."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(PasswordForm(request=request))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PasswordForm(request.POST, request=request)
        if form.is_valid():
            try:
                change_password(actor=self.user, new=form.cleaned_data["new"], at=self.at)
            except Refused as refusal:
                form.add_error("new", refusal.message)
            else:
                update_session_auth_hash(request, self.user)
                messages.success(request, "密码已修改，其他设备上的登录已全部退出。")
                return redirect("home")
        _answer_alike(request)
        return self._show(form)

    def _show(self, form: PasswordForm) -> HttpResponse:
        must = self.user.must_renew_password(self.at)
        return render(self.request, "accounts/password.html", {"form": form, "must": must, "factor": self._factor()})

    def _factor(self) -> str:
        """What the page says of the second factor; nothing where there is none."""
        if settings.SECOND_FACTOR == "off":
            return ""
        return "已启用" if is_asked(self.user) else "未启用"


def _answer_alike(request: HttpRequest) -> None:
    """Keep the middleware of axes from putting a page of its own in the place of this one when a name is locked."""
    request.axes_locked_out = False  # type: ignore[attr-defined]
