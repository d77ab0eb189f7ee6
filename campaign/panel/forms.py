"""The ground of all forms of the panel, and the forms of the log-in and of approvals.

What the houses below check is not checked here again.
"""

import unicodedata
from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateField, Form, HiddenField, PasswordField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

REQUIRED = "Hãy điền ô này."
# What WTForms itself says, in Vietnamese.
_WORDS = {
    "This field is required.": REQUIRED,
    "Not a valid integer value.": "Hãy nhập một số nguyên.",
    "Not a valid date value.": "Hãy nhập ngày dạng 24/11/2026.",
    "Not a valid choice.": "Hãy chọn một mục trong danh sách.",
    "Invalid Choice: could not coerce.": "Hãy chọn một mục trong danh sách.",
    "Invalid choice(s): one or more data inputs could not be coerced.": "Hãy chọn trong danh sách.",
    "Field cannot be longer than %(max)d character.": "Nhiều nhất %(max)d ký tự.",
    "Field cannot be longer than %(max)d characters.": "Nhiều nhất %(max)d ký tự.",
    "Number must be between %(min)s and %(max)s.": "Hãy nhập một số từ %(min)s đến %(max)s.",
    "'%(value)s' is not a valid choice for this field.": "Hãy chọn trong danh sách.",
    "'%(value)s' are not valid choices for this field.": "Hãy chọn trong danh sách.",
}


class _Vietnamese:
    """Stands in for a translation catalogue; WTForms asks it for every sentence of its own."""

    def gettext(self, words: str) -> str:
        return _WORDS.get(words, words)

    def ngettext(self, one: str, many: str, count: int) -> str:
        return self.gettext(one if count == 1 else many)


class PanelForm(FlaskForm):
    """A form of the panel: with a CSRF token and Vietnamese sentences."""

    class Meta(FlaskForm.Meta):
        """How WTForms makes the form."""

        def get_translations(self, form: Any) -> _Vietnamese:
            """The sentences of WTForms."""
            return _Vietnamese()


class PartForm(Form):
    """A part of a form of the panel."""

    class Meta(Form.Meta):
        """How WTForms makes the form."""

        def get_translations(self, form: Any) -> _Vietnamese:
            """The sentences of WTForms."""
            return _Vietnamese()


class DayField(DateField):
    """A calendar day, as browsers send it or as people write it."""

    def __init__(self, label: str, validators: Iterable[Any] = (), **options: Any) -> None:
        super().__init__(label, [*validators], format=["%Y-%m-%d", "%d/%m/%Y"], **options)


def clean(text: str | None) -> str:
    """Typed text as it is stored: NFC, plain line ends, nothing around it."""
    return unicodedata.normalize("NFC", (text or "").replace("\r\n", "\n").replace("\r", "\n")).strip()


class LoginForm(PanelForm):
    """Name and password."""

    login = StringField("Tên đăng nhập", [DataRequired()])
    password = PasswordField("Mật khẩu", [DataRequired()])


class DecisionForm(PanelForm):
    """An approver's word on the text they saw."""

    comment = TextAreaField("Nhận xét", [Length(max=4000)])
    seen_hash = HiddenField(validators=[DataRequired()])


class StepForm(PanelForm):
    """A small step on the revision whose hash the page showed: submit, take back, withdraw."""

    comment = TextAreaField("Lý do", [Length(max=4000)])
    seen_hash = HiddenField(validators=[DataRequired()])
