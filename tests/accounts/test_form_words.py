"""Forms say in plain words what is wrong with a value."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (forms.CharField(), "", "请填写。"),
        (forms.CharField(max_length=3), "一二三四", "最多 3 个字，现在有 4 个，请写短些。"),
        (forms.CharField(), "a\0", "有不能保存的字符，请删掉重新输入。"),
        (forms.ChoiceField(choices=[("a", "甲")]), "b", "请从列表里选一项。"),
        (forms.DateField(), "2026-02-30", "日期写不对，请写成 2026-11-09 这样。"),
        (forms.IntegerField(min_value=0), "-1", "不能小于 0。"),
        (forms.IntegerField(), "一", "请填整数。"),
        (forms.DecimalField(max_digits=3, decimal_places=1), "1.23", "小数最多 1 位。"),
        (forms.FileField(), None, "请选择文件。"),
        (forms.FileField(), SimpleUploadedFile("a.xlsx", b""), "文件是空的，请重新选择。"),
        (forms.CharField(error_messages={"required": "请写明理由。"}), "", "请写明理由。"),
    ],
)
def test_a_value_is_refused_in_plain_words(field: forms.Field, value: Any, words: str) -> None:
    with pytest.raises(forms.ValidationError) as refused:
        field.clean(value)
    assert refused.value.messages == [words]
