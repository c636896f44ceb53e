"""What is typed in at the door."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm

from accounts.models import User

_OLD = {"class": "form-control", "autocomplete": "current-password"}
_NEW = {"class": "form-control", "autocomplete": "new-password"}

_LOCKED = f"连着输错 {settings.AXES_FAILURE_LIMIT} 次锁住了。锁住的 {settings.AXES_COOLOFF_TIME * 60:.0f} 分钟后再试。"
# One answer for a wrong password, an unknown name and a locked one: nobody learns which names exist.
LOGIN_FAILED = f"用户名或密码不对，或者{_LOCKED}"


class SignInForm(AuthenticationForm):
    error_messages = {"invalid_login": LOGIN_FAILED, "inactive": LOGIN_FAILED}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs["class"] = "form-control"
        self.fields["password"].widget.attrs["class"] = "form-control"

    def clean_username(self) -> str:
        return User.objects.normalize_username(self.cleaned_data["username"])


class PasswordForm(forms.Form):
    """A new password of one's own. The old one is checked as at sign-in, so that guessing it locks in the same way."""

    old = forms.CharField(label="现在的密码", strip=False, widget=forms.PasswordInput(attrs=_OLD))
    new = forms.CharField(
        label="新密码",
        strip=False,
        widget=forms.PasswordInput(attrs=_NEW),
        help_text="至少10位，含大写字母、小写字母、数字、符号中的3种，不含用户名和手机号。",
    )
    again = forms.CharField(label="再输一次新密码", strip=False, widget=forms.PasswordInput(attrs=_NEW))

    def __init__(self, *args: Any, request: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old(self) -> str:
        old = self.cleaned_data["old"]
        if authenticate(self.request, username=self.request.user.username, password=old) is None:
            raise forms.ValidationError(f"密码不对，或者{_LOCKED}")
        return old

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "new" in given and "again" in given and given["new"] != given["again"]:
            self.add_error("again", "两次输入的新密码不同。")
        return given


class CodeForm(forms.Form):
    """A code of the authenticator, or one from paper."""

    code = forms.CharField(
        label="验证码",
        max_length=32,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "one-time-code", "autofocus": True}),
    )
