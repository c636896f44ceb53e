"""What forms say of a value that they do not take: short, and what to do. Django's own Chinese is stilted, in parts wrong."""

from __future__ import annotations

from django import forms
from django.core import validators

_CHOOSE = "请从列表里选一项。"
FIELD_WORDS: dict[type[forms.Field], dict[str, str]] = {
    forms.Field: {"required": "请填写。"},
    forms.ChoiceField: {"required": "请选一项。", "invalid_choice": _CHOOSE},
    forms.MultipleChoiceField: {"required": "请至少选一项。", "invalid_choice": _CHOOSE, "invalid_list": _CHOOSE},
    forms.ModelChoiceField: {"required": "请选一项。", "invalid_choice": _CHOOSE},
    forms.DateField: {"invalid": "日期写不对，请写成 2026-11-09 这样。"},
    forms.IntegerField: {"invalid": "请填整数。"},
    forms.DecimalField: {"invalid": "请填数字。"},
    forms.FileField: {
        "required": "请选择文件。",
        "invalid": "请选择文件。",
        "missing": "请选择文件。",
        "empty": "文件是空的，请重新选择。",
        "max_length": "文件名太长，最多 %(max)d 个字，请改短再传。",
    },
}
VALIDATOR_WORDS: dict[type, str] = {
    validators.MaxLengthValidator: "最多 %(limit_value)d 个字，现在有 %(show_value)d 个，请写短些。",
    validators.MinLengthValidator: "至少 %(limit_value)d 个字，现在有 %(show_value)d 个。",
    validators.MaxValueValidator: "不能大于 %(limit_value)s。",
    validators.MinValueValidator: "不能小于 %(limit_value)s。",
    validators.ProhibitNullCharactersValidator: "有不能保存的字符，请删掉重新输入。",
}
DIGIT_WORDS = {
    "invalid": "请填数字。",
    "max_digits": "数字太长，请核对。",
    "max_decimal_places": "小数最多 %(max)s 位。",
    "max_whole_digits": "数字太大，请核对。",
}


def use_own_words() -> None:
    """Put them in place of Django's, for every form of the program."""
    for field, words in FIELD_WORDS.items():
        field.default_error_messages = {**field.default_error_messages, **words}
    for validator, sentence in VALIDATOR_WORDS.items():
        validator.message = sentence  # type: ignore[attr-defined]
    validators.DecimalValidator.messages = {**validators.DecimalValidator.messages, **DIGIT_WORDS}
