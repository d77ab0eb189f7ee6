"""The forms of the log-in, of messages and of approvals. What the houses below check is not checked here again."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileSize
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    StopValidation,
    ValidationError,
)

from campaign.clock import local_day
from campaign.panel.access import home
from campaign.pictures import MOST_UPLOAD
from channels.registry import KINDS
from content.message import Message as Content
from content.message import Picture, Source, Variant
from content.taxonomy import AUDIENCES, PILLARS, REGISTERS, TOPICS

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
MOST_SOURCES = 12
SPARE_SOURCES = 3
# A little more than the longest text that a service takes (63,206 characters on Facebook).
MOST_TEXT = 65_000
# How long a new message holds unless its writer says otherwise.
USUAL_VALIDITY = timedelta(days=365)


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


# ---------------------------------------------------------------- messages


def _web_address(_: Form, field: StringField) -> None:
    if not re.fullmatch(r"https?://[^\s<>\"]+\.[^\s<>\"]+", clean(field.data)):
        raise ValidationError("Hãy dán địa chỉ đầy đủ, bắt đầu bằng https://")


def _all_or_nothing(form: "SourceForm", field: Any) -> None:
    """A row that is left blank does not count; a row that is begun needs its title, year and day."""
    if not any(part.raw_data and str(part.raw_data[0]).strip() for part in form):
        field.errors = []
        raise StopValidation
    if field.errors:
        raise StopValidation
    if field.data is None or not str(field.data).strip():
        raise StopValidation(REQUIRED)


def _not_ahead(_: Form, field: Any) -> None:
    if field.data is not None and field.data > local_day(home().clock.now()):
        raise ValidationError("Ngày kiểm chứng không thể ở phía sau hôm nay.")


class SourceForm(PartForm):
    """Where a fact comes from."""

    title = StringField("Tên văn bản, tài liệu", [_all_or_nothing, Length(max=500)])
    year = IntegerField("Năm", [_all_or_nothing, NumberRange(1980, 2100)])
    verified_on = DayField("Ngày kiểm chứng", [_all_or_nothing, _not_ahead])
    url = StringField("Địa chỉ", [Optional(), Length(max=2000), _web_address])

    def source(self) -> Source | None:
        """The source, or None for a row left blank."""
        title = clean(self.title.data)
        if not title:
            return None
        return Source(title, self.year.data, self.verified_on.data, clean(self.url.data))


class VariantForm(PartForm):
    """The wording for one kind of channel; what is left blank falls back to the message itself."""

    title = StringField("Tiêu đề riêng", [Length(max=500)])
    description = TextAreaField("Mô tả ngắn", [Length(max=2000)])
    text = TextAreaField("Nội dung riêng", [Length(max=MOST_TEXT)])

    def variant(self) -> Variant:
        """The wording."""
        return Variant(
            text=clean(self.text.data), title=clean(self.title.data), description=clean(self.description.data)
        )


class MessageForm(PanelForm):
    """A message as its writer sees it. One part per kind of channel is added below the class."""

    seen_hash = HiddenField()
    unit = SelectField("Đơn vị", coerce=int, validate_choice=True)
    title = StringField("Tiêu đề", [DataRequired(), Length(max=300)])
    pillar = SelectField("Trụ cột", choices=dict(PILLARS))
    audience = SelectMultipleField(
        "Dành cho ai", [DataRequired("Hãy chọn ít nhất một đối tượng.")], choices=dict(AUDIENCES)
    )
    topics = SelectMultipleField("Chủ đề", [DataRequired("Hãy chọn ít nhất một chủ đề.")], choices=dict(TOPICS))
    register = SelectField("Giọng văn", choices=dict(REGISTERS))
    channels = SelectMultipleField(
        "Kênh", [DataRequired("Hãy chọn ít nhất một kênh.")], choices={kind: cls.label for kind, cls in KINDS.items()}
    )
    valid_from = DayField("Dùng từ ngày", [InputRequired()])
    valid_until = DayField("Dùng đến hết ngày", [InputRequired()])
    text = TextAreaField("Nội dung gốc", [DataRequired(), Length(max=MOST_TEXT)])
    sources = FieldList(FormField(SourceForm), max_entries=MOST_SOURCES)
    picture = FileField("Ảnh", [FileSize(MOST_UPLOAD, message="Ảnh nặng hơn 20 MB; hãy chọn ảnh nhỏ hơn.")])
    picture_alt = StringField("Mô tả ảnh", [Length(max=500)])
    picture_remove = BooleanField("Bỏ ảnh này")

    @property
    def variants(self) -> dict[str, Any]:
        """The parts for the kinds of channels."""
        return {kind: self[f"variant_{kind}"] for kind in KINDS}

    def validate_valid_until(self, field: DayField) -> None:
        """The last day is not before the first."""
        if self.valid_from.data and field.data and field.data < self.valid_from.data:
            raise ValidationError("Ngày cuối phải từ ngày đầu trở đi.")

    def validate_sources(self, field: FieldList) -> None:
        """At least one row is filled in."""
        rows = [entry for entry in field if any(part.raw_data and part.raw_data[0].strip() for part in entry.form)]
        if not rows:
            raise ValidationError("Hãy ghi ít nhất một nguồn để người duyệt kiểm tra được.")

    def validate_channels(self, field: SelectMultipleField) -> None:
        """Nothing is written for a channel that the message does not go to."""
        for kind, part in self.variants.items():
            if kind not in (field.data or ()) and part.form.variant() != Variant():
                raise ValidationError(f"Có nội dung riêng cho {KINDS[kind].label} nhưng chưa chọn kênh này.")

    def content(self, slug: str, known: Content | None, picture: Picture | None) -> Content:
        """What was typed, as a message. What this version has no field for stays as it was in `known`."""
        others = [kind for kind in known.channels if kind not in KINDS] if known else []
        variants = {kind: known.variants[kind] for kind in others if known and kind in known.variants}
        for kind, part in self.variants.items():
            if part.form.variant() != Variant():
                variants[kind] = part.form.variant()
        return Content(
            id=slug,
            title=clean(self.title.data),
            pillar=self.pillar.data,
            audience=tuple(self.audience.data),
            topics=tuple(self.topics.data),
            register=self.register.data,
            sources=tuple(source for entry in self.sources if (source := entry.form.source())),
            valid_from=self.valid_from.data,
            valid_until=self.valid_until.data,
            channels=(*self.channels.data, *others),
            text=clean(self.text.data),
            variants=variants,
            picture=picture,
        )


for _kind in KINDS:
    setattr(MessageForm, f"variant_{_kind}", FormField(VariantForm))


def blank_values(today: date) -> dict[str, Any]:
    """What the form of a new message begins with."""
    return {
        "channels": [*KINDS],
        "audience": ["everyone"],
        "valid_from": today,
        "valid_until": today + USUAL_VALIDITY,
        "sources": [{}],
    }


def values_of(content: Content) -> dict[str, Any]:
    """What the form of a message begins with."""
    values: dict[str, Any] = {
        "title": content.title,
        "pillar": content.pillar,
        "audience": [*content.audience],
        "topics": [*content.topics],
        "register": content.register,
        "channels": [kind for kind in content.channels if kind in KINDS],
        "valid_from": content.valid_from,
        "valid_until": content.valid_until,
        "text": content.text,
        "sources": [vars(source) for source in content.sources],
        "picture_alt": content.picture.alt if content.picture else "",
        "seen_hash": content.content_hash,
    }
    return values | {f"variant_{kind}": vars(part) for kind, part in content.variants.items() if kind in KINDS}


def with_spare_sources(form: MessageForm) -> MessageForm:
    """Give the form empty rows to write further sources into, so that it needs no JavaScript."""
    for _ in range(min(SPARE_SOURCES, MOST_SOURCES - len(form.sources))):
        form.sources.append_entry()
    return form
